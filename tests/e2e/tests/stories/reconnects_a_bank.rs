//! Repairs of an Item, and the webhooks around them.

use e2e::story;
use serde_json::json;

/// The bank requires a sign-in: the open page shows it, and repairs the Item without another exchange.
#[tokio::test(flavor = "multi_thread")]
async fn reconnects_a_bank() {
    story(async |world| {
        let page = &world.browser;
        page.connect_bank("First Platypus Bank").await;
        let bank = page.region("First Platypus Bank");
        assert!(
            !bank.button("Reconnect").is_visible().await,
            "the Item is healthy"
        );

        world.stack.require_sign_in(&page.user().await).await;
        bank.says("requires you to sign in again").await;
        bank.button("Reconnect").click().await;
        let link = page.enter_link().await;
        link.sign_in("user_good", "pass_good").await;
        link.finish().await;

        page.notice("First Platypus Bank is up to date again.")
            .appears()
            .await;
        bank.button("Reconnect").disappears().await;
        assert_eq!(
            page.focused().await,
            "First Platypus Bank",
            "the focus is not lost with the button"
        );
        bank.says("Plaid Checking").await;
        page.reload().await;
        bank.says("$110.00").await;
        assert!(
            !bank.button("Reconnect").is_visible().await,
            "the Item stays healthy"
        );
        let exchanges = world.stack.plaid_calls("/item/public_token/exchange").await;
        assert_eq!(exchanges, 1, "a repair creates no Item");

        // The next Link session connects a new bank again.
        page.button("Connect a bank account").click().await;
        page.link_a_bank("Tartan Bank").await;
        page.region("Tartan Bank").appears().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn leaves_the_repair_and_tries_again() {
    story(async |world| {
        let page = &world.browser;
        page.connect_bank("First Platypus Bank").await;
        world.stack.require_sign_in(&page.user().await).await;
        let bank = page.region("First Platypus Bank");
        bank.button("Reconnect").click().await;
        let link = page.enter_link().await;
        link.sign_in("user_good", "error_ITEM_LOCKED").await;
        link.notice("Too many sign-ins failed").appears().await;
        link.exit().await;

        let notice = page.notice("Nothing was changed.");
        notice
            .says("Your bank requires an action from you first.")
            .await;
        notice.button("Try again").click().await;
        let link = page.enter_link().await;
        link.sign_in("user_good", "pass_good").await;
        link.finish().await;
        bank.button("Reconnect").disappears().await;
    })
    .await;
}

/// Plaid reports that the bank has recovered, and **Reconnect** disappears.
#[tokio::test(flavor = "multi_thread")]
async fn the_bank_recovers_by_itself() {
    story(async |world| {
        let page = &world.browser;
        page.connect_bank("First Platypus Bank").await;
        let user = page.user().await;
        world.stack.require_sign_in(&user).await;
        let bank = page.region("First Platypus Bank");
        bank.button("Reconnect").appears().await;
        page.assert_accessible("a bank that requires a sign-in")
            .await;
        world.stack.fire_webhooks(&user, "LOGIN_REPAIRED").await;
        bank.button("Reconnect").disappears().await;
    })
    .await;
}

/// Each webhook arrives three times, and the newest first: the recovery arrives before the problem. The page shows the
/// state of the newest webhook.
#[tokio::test(flavor = "multi_thread")]
async fn webhooks_are_duplicated_and_reordered() {
    story(async |world| {
        let (page, stack) = (&world.browser, &world.stack);
        page.connect_bank("First Platypus Bank").await;
        let user = page.user().await;
        let bank = page.region("First Platypus Bank");
        stack
            .set_webhook_delivery(json!({ "hold": true, "copies": 3 }))
            .await;
        stack.require_sign_in(&user).await;
        stack.fire_webhooks(&user, "PENDING_DISCONNECT").await;
        stack.fire_webhooks(&user, "LOGIN_REPAIRED").await;
        stack.set_webhook_delivery(json!({ "reverse": true })).await;
        stack.wait_for_webhooks("ERROR", 3).await;

        page.reload().await;
        bank.says("Plaid Checking").await;
        assert!(!bank.button("Reconnect").is_visible().await);
        // The backend processes this webhook after all the others. The page shows it only if the Item has no problem.
        stack.fire_webhooks(&user, "NEW_ACCOUNTS_AVAILABLE").await;
        bank.says("accounts that you do not share yet").await;
        assert!(!bank.button("Reconnect").is_visible().await);
    })
    .await;
}

/// Webhooks from before a repair arrive after it, three times and the newest first. They do not undo the repair.
#[tokio::test(flavor = "multi_thread")]
async fn old_webhooks_arrive_after_the_repair() {
    story(async |world| {
        let (page, stack) = (&world.browser, &world.stack);
        page.connect_bank("First Platypus Bank").await;
        let user = page.user().await;
        let bank = page.region("First Platypus Bank");
        stack.require_sign_in(&user).await;
        bank.button("Reconnect").appears().await;
        stack
            .set_webhook_delivery(json!({ "hold": true, "copies": 3 }))
            .await;
        stack.require_sign_in(&user).await;
        stack.fire_webhooks(&user, "PENDING_DISCONNECT").await;
        bank.button("Reconnect").click().await;
        let link = page.enter_link().await;
        link.sign_in("user_good", "pass_good").await;
        link.finish().await;
        bank.button("Reconnect").disappears().await;
        stack.set_webhook_delivery(json!({ "reverse": true })).await;
        stack.wait_for_webhooks("PENDING_DISCONNECT", 3).await;
        stack.wait_for_webhooks("ERROR", 4).await;

        page.reload().await;
        bank.says("Plaid Checking").await;
        assert!(!bank.button("Reconnect").is_visible().await);
        // The backend processes this webhook after all the others. The page shows it only if the Item has no problem.
        stack.fire_webhooks(&user, "NEW_ACCOUNTS_AVAILABLE").await;
        bank.says("accounts that you do not share yet").await;
        assert!(!bank.button("Reconnect").is_visible().await);
    })
    .await;
}
