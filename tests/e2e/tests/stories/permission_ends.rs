//! The end of the user's permission at the bank.

use e2e::{Browser, story, story_with};

/// Returns the date in this number of days, in the user's locale.
async fn date_in(page: &Browser, days: u32) -> String {
    let script = format!(
        "return new Intl.DateTimeFormat([], {{ dateStyle: 'long' }}).format(Date.now() + {days} * 24 * 3600 * 1000)"
    );
    page.run(&script).await.as_str().expect("a date").to_owned()
}

/// The bank announces the end of the permission: the page shows the date until the permission is renewed.
#[tokio::test(flavor = "multi_thread")]
async fn permission_ends() {
    story(async |world| {
        let page = &world.browser;
        page.connect_bank("First Platypus Bank").await;
        let bank = page.region("First Platypus Bank");
        world
            .stack
            .fire_webhooks(&page.user().await, "PENDING_DISCONNECT")
            .await;

        let date = date_in(page, 7).await;
        bank.says(&format!("This bank stops sharing new data after {date}."))
            .await;
        bank.button("Reconnect").click().await;
        let link = page.enter_link().await;
        link.sign_in("user_good", "pass_good").await;
        link.finish().await;
        bank.button("Reconnect").disappears().await;
        assert!(!bank.text().await.contains("stops sharing new data"));
    })
    .await;
}

/// The user revokes the permission at the bank: the accounts are deleted, and the page says so.
#[tokio::test(flavor = "multi_thread")]
async fn permission_is_revoked() {
    story(async |world| {
        let page = &world.browser;
        page.connect_bank("First Platypus Bank").await;
        let bank = page.region("First Platypus Bank");
        bank.says("Plaid Checking").await;
        let user = page.user().await;
        world
            .stack
            .fire_webhooks(&user, "USER_PERMISSION_REVOKED")
            .await;

        bank.says("You revoked your permission at the bank.").await;
        let text = bank.text().await;
        assert!(
            !text.contains("Plaid Checking") && !text.contains("$110"),
            "{text}"
        );
        assert!(
            !bank.button("Reconnect").is_visible().await,
            "a revoked Item cannot be repaired"
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

/// A European consent expires after 180 days. A week before, the page shows the date; afterwards, it requires a sign-in.
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

        let date = date_in(page, 180).await;
        world.stack.advance_plaid_clock(174 * 24 * 3600).await;
        bank.says(&format!("This bank stops sharing new data after {date}."))
            .await;
        bank.button("Reconnect").appears().await;
        world.stack.advance_plaid_clock(7 * 24 * 3600).await;
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
