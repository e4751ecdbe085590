use e2e::{Browser, story, story_with};

/// So many days from now, as the person writes days.
async fn day_in(page: &Browser, days: u32) -> String {
    let day = format!(
        "return new Intl.DateTimeFormat([], {{ dateStyle: 'long' }}).format(Date.now() + {days} * 24 * 3600 * 1000)"
    );
    page.run(&day).await.as_str().expect("a day").to_owned()
}

/// The bank announces the end of the permission: the page names the day, and renewing it takes the warning away.
#[tokio::test(flavor = "multi_thread")]
async fn permission_ends() {
    story(async |world| {
        let page = &world.browser;
        page.connects("First Platypus Bank").await;
        let bank = page.region("First Platypus Bank");
        world
            .stack
            .plaid_tells(&page.user().await, "PENDING_DISCONNECT")
            .await;

        let day = day_in(page, 7).await;
        bank.says(&format!("This bank shares nothing new after {day}."))
            .await;
        bank.button("Reconnect").click().await;
        let link = page.enter_link().await;
        link.sign_in("user_good", "pass_good").await;
        link.finish().await;
        bank.button("Reconnect").disappears().await;
        assert!(!bank.text().await.contains("shares nothing new"));
    })
    .await;
}

/// The permission is taken back at the bank: what was known of the accounts is gone, and the page says so.
#[tokio::test(flavor = "multi_thread")]
async fn permission_is_taken_back() {
    story(async |world| {
        let page = &world.browser;
        page.connects("First Platypus Bank").await;
        let bank = page.region("First Platypus Bank");
        bank.says("Plaid Checking").await;
        let user = page.user().await;
        world
            .stack
            .plaid_tells(&user, "USER_PERMISSION_REVOKED")
            .await;

        bank.says("You revoked your permission at the bank.").await;
        let text = bank.text().await;
        assert!(
            !text.contains("Plaid Checking") && !text.contains("$110"),
            "{text}"
        );
        assert!(
            !bank.button("Reconnect").is_there().await,
            "there is nothing to repair"
        );
        page.reload().await;
        bank.says("Its accounts and balances were deleted here.")
            .await;

        page.button("Connect a bank account").click().await;
        page.link_a_bank("First Platypus Bank").await;
        page.notice("First Platypus Bank is connected.")
            .appears()
            .await;
    })
    .await;
}

/// In Europe a consent ends after half a year: announced a week before, and due once it has ended.
#[tokio::test(flavor = "multi_thread")]
async fn consent_expires() {
    story_with(&["--country-codes=GB"], async |world| {
        let page = &world.browser;
        page.open("/").await;
        page.button("Connect a bank account").click().await;
        let link = page.enter_link().await;
        link.choose_institution("Royal Bank of Plaid (UK)").await;
        link.button("Continue").click().await;
        page.enter_bank_window().await.answer("Allow").await;
        link.finish().await;
        let bank = page.region("Royal Bank of Plaid (UK)");
        bank.appears().await;

        let day = day_in(page, 180).await;
        world.stack.plaid_advances(174 * 24 * 3600).await;
        bank.says(&format!("This bank shares nothing new after {day}."))
            .await;
        bank.button("Reconnect").appears().await;
        world.stack.plaid_advances(7 * 24 * 3600).await;
        bank.says("requires you to sign in again").await;
        bank.button("Reconnect").click().await;
        let link = page.enter_link().await;
        link.button("Continue").click().await;
        page.enter_bank_window().await.answer("Allow").await;
        link.finish().await;
        bank.button("Reconnect").disappears().await;
    })
    .await;
}
