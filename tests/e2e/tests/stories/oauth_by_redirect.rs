//! OAuth by redirect: the bank's page replaces Connect, and redirects back.

use e2e::{Browser, Role, World, story};

const BANK: &str = "Platypus OAuth Bank";

/// Opens the bank's page in the browser of another app, where it replaces Connect.
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

/// Clicks **Try again** on the notice of a failed return, and connects a bank in a new Link session.
async fn start_again(page: &Browser, notice: &str) {
    let notice = page.notice(notice);
    notice.button("Try again").click().await;
    page.link_a_bank("First Platypus Bank").await;
    page.region("First Platypus Bank").appears().await;
    assert!(page.url().await.ends_with('/'), "{}", page.url().await);
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
        let address = page.url().await;
        assert!(!address.contains("oauth"), "{address}");

        // The page then works like any other.
        page.button("Connect a bank account").click().await;
        page.link_a_bank("First Platypus Bank").await;
        page.region("First Platypus Bank").appears().await;
        page.reload().await;
        page.region(BANK).appears().await;
        assert!(!page.is_link_open().await, "no session is resumed twice");
        page.quit().await;
    })
    .await;
}

/// The bank's page is on another site. The session survives the redirect back from it.
#[tokio::test(flavor = "multi_thread")]
async fn the_bank_is_on_another_site() {
    story(async |world| {
        let page = at_the_bank(world).await;
        let bank = page.url().await.replace("127.0.0.1", "localhost");
        page.open_url(&bank).await;
        page.button("Allow").click().await;
        page.enter_link().await.finish().await;
        page.region(BANK).says("Plaid Checking").await;
        page.quit().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn access_is_denied_by_redirect() {
    story(async |world| {
        let page = at_the_bank(world).await;
        page.button("Deny").click().await;
        let link = page.enter_link().await;
        link.notice("An unexpected error occurred").appears().await;
        link.exit().await;
        assert!(!page.url().await.contains("oauth"));
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
        link.exit().await;
        assert!(!page.url().await.contains("oauth"));
        start_again(&page, "This bank sign-in link has expired.").await;
        page.quit().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_return_has_no_known_state_id() {
    story(async |world| {
        let page = at_the_bank(world).await;
        page.open("/oauth?oauth_state_id=79e772be-547d-4c9c-8b76-4ac4ed4c441a")
            .await;
        let link = page.enter_link().await;
        link.notice("does not belong to this page").appears().await;
        link.exit().await;
        start_again(&page, "This bank sign-in link has expired.").await;

        page.open("/not-a-page").await;
        page.open("/oauth").await;
        page.locate(Role::Link, "Go to your accounts").click().await;
        page.heading("Your accounts").appears().await;
        page.run("history.back()").await;
        page.heading("Page not found").appears().await;

        page.open("/oauth").await;
        page.notice("This link does not come from a bank.")
            .appears()
            .await;
        page.notice("Please start again.")
            .button("Try again")
            .click()
            .await;
        page.enter_link().await.exit().await;
        page.quit().await;
    })
    .await;
}

/// The return opens in another browser, such as the default browser of a phone, which has no record of the session.
#[tokio::test(flavor = "multi_thread")]
async fn the_return_is_in_another_browser() {
    story(async |world| {
        let page = at_the_bank(world).await;
        page.button("Allow").click().await;
        page.enter_link().await.leave().await;
        let address = page.url().await;
        let (_, return_path) = address.rsplit_once('/').expect("a path");

        let other = &world.browser;
        other.open(&format!("/{return_path}")).await;
        let notice = "This browser has no record of your visit to the bank.";
        other.notice(notice).appears().await;
        other.assert_accessible("a return that failed").await;
        start_again(other, notice).await;
        page.quit().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_return_is_in_another_tab() {
    story(async |world| {
        let page = at_the_bank(world).await;
        let address = page.url().await;
        let first = page.tab().await;
        let _second = page.open_tab().await;
        page.open_url(&address).await;
        page.button("Allow").click().await;
        page.enter_link().await.finish().await;
        page.region(BANK).appears().await;
        // The first tab has no return, and opens like any other.
        page.switch_to_tab(&first).await;
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
        // The token has expired by the browser's clock.
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

        // The token has expired by Plaid's clock, which decides.
        go_to_bank(&page).await;
        world.stack.advance_plaid_clock(5 * 3600).await;
        page.button("Allow").click().await;
        let link = page.enter_link().await;
        link.notice("has expired").appears().await;
        link.exit().await;
        page.notice("Your session has expired")
            .button("Try again")
            .click()
            .await;
        page.link_a_bank("Tartan Bank").await;
        page.region("Tartan Bank").appears().await;
        page.quit().await;
    })
    .await;
}

/// The session has ended meanwhile, and another user is signed in.
#[tokio::test(flavor = "multi_thread")]
async fn the_return_is_of_another_user() {
    story(async |world| {
        let page = at_the_bank(world).await;
        page.clear_cookies().await;
        page.button("Allow").click().await;
        start_again(&page, "Another user started this visit to the bank.").await;
        assert!(!page.region(BANK).is_visible().await);
        page.quit().await;
    })
    .await;
}

/// The session has ended meanwhile. Unlike the demo, this backend does not sign in a new user by itself.
#[tokio::test(flavor = "multi_thread")]
async fn the_user_is_signed_out_at_the_return() {
    story(async |world| {
        let page = at_the_bank(world).await;
        let signed_out = "return Response.json(
            { code: 'signed_out', title: 'Nobody is signed in.', status: 401 }, { status: 401 })";
        page.intercept("/api/session", signed_out).await;
        page.button("Allow").click().await;
        let notice = page.notice("You were signed out while you were at the bank.");
        notice.says("Sign in, then try again").await;
        page.assert_accessible("a return that is signed out").await;
        // The same user continues after signing in.
        page.stop_intercepting().await;
        notice.button("Try again").click().await;
        page.enter_link().await.finish().await;
        page.region(BANK).appears().await;
        page.quit().await;
    })
    .await;
}

/// The backend is down at the return. **Try again** continues without loss.
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

/// A repair that redirects to the bank and back is still a repair.
#[tokio::test(flavor = "multi_thread")]
async fn repairs_by_redirect() {
    story(async |world| {
        let page = at_the_bank(world).await;
        page.button("Allow").click().await;
        page.enter_link().await.finish().await;
        let bank = page.region(BANK);
        bank.appears().await;
        world.stack.require_sign_in(&page.user().await).await;
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
        assert!(!bank.button("Reconnect").is_visible().await);
        let exchanges = world.stack.plaid_calls("/item/public_token/exchange").await;
        assert_eq!(exchanges, 1, "a repair creates no Item");
        page.quit().await;
    })
    .await;
}
