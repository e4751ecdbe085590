use e2e::{Browser, Role, World, story};

const BANK: &str = "Platypus OAuth Bank";

/// A browser inside another app, at the bank's own page, in place of ours.
async fn at_the_bank(world: &World) -> Browser {
    let page = world.in_app_browser().await;
    go_to_bank(&page).await;
    page
}

async fn go_to_bank(page: &Browser) {
    page.open("/").await;
    page.button("Connect a bank account").click().await;
    let link = page.enter_link().await;
    link.choose_institution(BANK).await;
    link.button("Continue").click().await;
    link.leave().await;
    page.heading(BANK).appears().await;
}

/// The button that ends a failed return, and with it a new visit that succeeds.
async fn start_again(page: &Browser, notice: &str) {
    let notice = page.notice(notice);
    notice.button("Try again").click().await;
    page.link_a_bank("First Platypus Bank").await;
    page.region("First Platypus Bank").appears().await;
    assert!(
        page.address().await.ends_with('/'),
        "{}",
        page.address().await
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn oauth_by_redirect() {
    story(async |world| {
        let page = at_the_bank(world).await;
        page.button("Allow").click().await;
        // Link opens by itself.
        page.enter_link().await.finish().await;
        page.region(BANK).says("Plaid Checking").await;
        page.heading("Your accounts").appears().await;
        let address = page.address().await;
        assert!(!address.contains("oauth"), "{address}");

        // The same page goes on as any other.
        page.button("Connect a bank account").click().await;
        page.link_a_bank("First Platypus Bank").await;
        page.region("First Platypus Bank").appears().await;
        page.reload().await;
        page.region(BANK).appears().await;
        assert!(!page.shows_link().await, "nothing is resumed twice");
        page.quit().await;
    })
    .await;
}

/// A bank is another site than ours: the session has to survive the way back from there.
#[tokio::test(flavor = "multi_thread")]
async fn the_bank_is_another_site() {
    story(async |world| {
        let page = at_the_bank(world).await;
        let bank = page.address().await.replace("127.0.0.1", "localhost");
        page.open_address(&bank).await;
        page.button("Allow").click().await;
        page.enter_link().await.finish().await;
        page.region(BANK).says("Plaid Checking").await;
        page.quit().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_bank_says_no_and_redirects() {
    story(async |world| {
        let page = at_the_bank(world).await;
        page.button("Deny").click().await;
        let link = page.enter_link().await;
        link.notice("An unexpected error occurred").appears().await;
        link.give_up().await;
        assert!(!page.address().await.contains("oauth"));
        start_again(&page, "Nothing was connected.").await;
        page.quit().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_return_is_refreshed() {
    story(async |world| {
        let page = at_the_bank(world).await;
        page.button("Allow").click().await;
        let link = page.enter_link().await;
        link.button("Finish").appears().await;
        link.leave().await;
        page.reload().await;
        let link = page.enter_link().await;
        link.notice("A bank sign-in can be used only once.")
            .appears()
            .await;
        link.give_up().await;
        assert!(!page.address().await.contains("oauth"));
        start_again(&page, "This bank sign-in link has expired.").await;
        page.quit().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_return_names_no_visit() {
    story(async |world| {
        let page = at_the_bank(world).await;
        page.open("/oauth?oauth_state_id=79e772be-547d-4c9c-8b76-4ac4ed4c441a")
            .await;
        let link = page.enter_link().await;
        link.notice("does not belong to what was begun here")
            .appears()
            .await;
        link.give_up().await;
        start_again(&page, "This bank sign-in link has expired.").await;

        page.open("/not-a-page").await;
        page.open("/oauth").await;
        page.locate(Role::Link, "Go to your accounts").click().await;
        page.heading("Your accounts").appears().await;
        page.run("history.back()").await;
        page.heading("There is nothing here").appears().await;

        page.open("/oauth").await;
        page.notice("This link does not come from a bank.")
            .appears()
            .await;
        page.notice("Please start again.")
            .button("Try again")
            .click()
            .await;
        page.enter_link().await.give_up().await;
        page.quit().await;
    })
    .await;
}

/// Another browser, such as the one that an app hands links over to: it knows of nothing.
#[tokio::test(flavor = "multi_thread")]
async fn the_return_is_in_another_browser() {
    story(async |world| {
        let page = at_the_bank(world).await;
        page.button("Allow").click().await;
        page.enter_link().await.leave().await;
        let address = page.address().await;
        let (_, way_back) = address.rsplit_once('/').expect("a path");

        let other = &world.browser;
        other.open(&format!("/{way_back}")).await;
        let notice = "This browser has no record of your visit to the bank.";
        other.notice(notice).appears().await;
        other.is_accessible("a return that failed").await;
        start_again(other, notice).await;
        page.quit().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_return_is_in_another_tab() {
    story(async |world| {
        let page = at_the_bank(world).await;
        let address = page.address().await;
        let first = page.tab().await;
        let _second = page.open_tab().await;
        page.open_address(&address).await;
        page.button("Allow").click().await;
        page.enter_link().await.finish().await;
        page.region(BANK).appears().await;
        // The first tab never comes back; a reload there is a page like any other.
        page.look_at(&first).await;
        page.open("/").await;
        page.region(BANK).appears().await;
        page.quit().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_return_is_too_late() {
    story(async |world| {
        let page = at_the_bank(world).await;
        // By the browser's own reckoning, the token has ended meanwhile.
        page.open("/not-a-page").await;
        page.run(
            r#"for (const storage of [localStorage, sessionStorage])
                 for (const key of Object.keys(storage).filter((key) => key.includes(".resume.")))
                   storage[key] = storage[key].replace(/"expires_at":\d+/, '"expires_at":1')"#,
        )
        .await;
        page.open("/oauth?oauth_state_id=79e772be-547d-4c9c-8b76-4ac4ed4c441a")
            .await;
        start_again(&page, "Your visit to the bank took too long.").await;

        // By Plaid's, which has the last word.
        go_to_bank(&page).await;
        world.stack.plaid_advances(5 * 3600).await;
        page.button("Allow").click().await;
        let link = page.enter_link().await;
        link.notice("has expired").appears().await;
        link.give_up().await;
        page.notice("The visit took too long")
            .button("Try again")
            .click()
            .await;
        page.link_a_bank("Tartan Bank").await;
        page.region("Tartan Bank").appears().await;
        page.quit().await;
    })
    .await;
}

/// The session ended meanwhile, and the browser has another user now.
#[tokio::test(flavor = "multi_thread")]
async fn the_return_is_another_users() {
    story(async |world| {
        let page = at_the_bank(world).await;
        page.forget_cookies().await;
        page.button("Allow").click().await;
        start_again(&page, "Another user started this visit to the bank.").await;
        assert!(!page.region(BANK).is_there().await);
        page.quit().await;
    })
    .await;
}

/// The session ended meanwhile, and the backend signs nobody in unasked; that of the demo would.
#[tokio::test(flavor = "multi_thread")]
async fn the_return_is_signed_out() {
    story(async |world| {
        let page = at_the_bank(world).await;
        let signed_out = "return Response.json(
            { code: 'signed_out', title: 'Nobody is signed in.', status: 401 }, { status: 401 })";
        page.stand_in("/api/session", signed_out).await;
        page.button("Allow").click().await;
        let notice = page.notice("You were signed out while you were at the bank.");
        notice.says("Sign in, then try again").await;
        page.is_accessible("a return that is signed out").await;
        // Whoever signs in as who went to the bank goes on.
        page.step_aside().await;
        notice.button("Try again").click().await;
        page.enter_link().await.finish().await;
        page.region(BANK).appears().await;
        page.quit().await;
    })
    .await;
}

/// The backend is down at the moment of the return: nothing is lost by trying again.
#[tokio::test(flavor = "multi_thread")]
async fn the_backend_is_down_at_the_return() {
    story(async |world| {
        let page = at_the_bank(world).await;
        page.block(&["*/api/*"]).await;
        page.button("Allow").click().await;
        let notice = page.notice("We can't reach our server.");
        notice.appears().await;
        page.unblock().await;
        notice.button("Try again").click().await;
        page.enter_link().await.finish().await;
        page.region(BANK).appears().await;
        page.quit().await;
    })
    .await;
}

/// A repair, too, goes to the bank and back, and is still a repair.
#[tokio::test(flavor = "multi_thread")]
async fn repairs_by_redirect() {
    story(async |world| {
        let page = at_the_bank(world).await;
        page.button("Allow").click().await;
        page.enter_link().await.finish().await;
        let bank = page.region(BANK);
        bank.appears().await;
        world.stack.bank_wants_sign_in(&page.user().await).await;
        bank.button("Reconnect").click().await;
        let link = page.enter_link().await;
        link.button("Continue").click().await;
        link.leave().await;
        page.heading(BANK).appears().await;
        page.button("Allow").click().await;
        page.enter_link().await.finish().await;
        page.notice("Platypus OAuth Bank is up to date again.")
            .appears()
            .await;
        assert!(!bank.button("Reconnect").is_there().await);
        let exchanges = world.stack.plaid_calls("/item/public_token/exchange").await;
        assert_eq!(exchanges, 1, "a repair is no new Item");
        page.quit().await;
    })
    .await;
}
