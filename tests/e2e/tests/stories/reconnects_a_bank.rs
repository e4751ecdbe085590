use e2e::story;
use serde_json::json;

/// The bank wants its user; the open page hears of it and mends it, and nothing is exchanged anew.
#[tokio::test(flavor = "multi_thread")]
async fn reconnects_a_bank() {
    story(async |world| {
        let page = &world.browser;
        page.connects("First Platypus Bank").await;
        let bank = page.region("First Platypus Bank");
        assert!(!bank.button("Reconnect").is_there().await, "all is well");

        world.stack.bank_wants_sign_in(&page.user().await).await;
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
        assert!(!bank.button("Reconnect").is_there().await, "it stays well");
        let exchanges = world.stack.plaid_calls("/item/public_token/exchange").await;
        assert_eq!(exchanges, 1, "a repair is no new Item");

        // The flow is for new banks again.
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
        page.connects("First Platypus Bank").await;
        world.stack.bank_wants_sign_in(&page.user().await).await;
        let bank = page.region("First Platypus Bank");
        bank.button("Reconnect").click().await;
        let link = page.enter_link().await;
        link.sign_in("user_good", "error_ITEM_LOCKED").await;
        link.notice("Too many sign-ins failed").appears().await;
        link.give_up().await;

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

/// The bank is content again without us: Plaid says so, and the page stops asking.
#[tokio::test(flavor = "multi_thread")]
async fn the_bank_heals_by_itself() {
    story(async |world| {
        let page = &world.browser;
        page.connects("First Platypus Bank").await;
        let user = page.user().await;
        world.stack.bank_wants_sign_in(&user).await;
        let bank = page.region("First Platypus Bank");
        bank.button("Reconnect").appears().await;
        page.is_accessible("a bank that wants its user").await;
        world.stack.plaid_tells(&user, "LOGIN_REPAIRED").await;
        bank.button("Reconnect").disappears().await;
    })
    .await;
}

/// What Plaid tells comes three times, and the newest first: the bank was well again before the backend heard that it was
/// not. What is told last is true, and so is the page.
#[tokio::test(flavor = "multi_thread")]
async fn webhooks_come_again_and_out_of_order() {
    story(async |world| {
        let (page, stack) = (&world.browser, &world.stack);
        page.connects("First Platypus Bank").await;
        let user = page.user().await;
        let bank = page.region("First Platypus Bank");
        stack
            .plaid_delivers(json!({ "hold": true, "copies": 3 }))
            .await;
        stack.bank_wants_sign_in(&user).await;
        stack.plaid_tells(&user, "PENDING_DISCONNECT").await;
        stack.plaid_tells(&user, "LOGIN_REPAIRED").await;
        stack.plaid_delivers(json!({ "reverse": true })).await;
        stack.takes_webhooks("ERROR", 3).await;

        page.reload().await;
        bank.says("Plaid Checking").await;
        assert!(!bank.button("Reconnect").is_there().await);
        // What is told next is there after all of that, and is said only where there is nothing worse to say.
        stack.plaid_tells(&user, "NEW_ACCOUNTS_AVAILABLE").await;
        bank.says("accounts that you do not share yet").await;
        assert!(!bank.button("Reconnect").is_there().await);
    })
    .await;
}

/// What was told before a repair comes after it, three times and the newest first: the person is not sent to the bank again.
#[tokio::test(flavor = "multi_thread")]
async fn old_webhooks_come_after_the_repair() {
    story(async |world| {
        let (page, stack) = (&world.browser, &world.stack);
        page.connects("First Platypus Bank").await;
        let user = page.user().await;
        let bank = page.region("First Platypus Bank");
        stack.bank_wants_sign_in(&user).await;
        bank.button("Reconnect").appears().await;
        stack
            .plaid_delivers(json!({ "hold": true, "copies": 3 }))
            .await;
        stack.bank_wants_sign_in(&user).await;
        stack.plaid_tells(&user, "PENDING_DISCONNECT").await;
        bank.button("Reconnect").click().await;
        let link = page.enter_link().await;
        link.sign_in("user_good", "pass_good").await;
        link.finish().await;
        bank.button("Reconnect").disappears().await;
        stack.plaid_delivers(json!({ "reverse": true })).await;
        stack.takes_webhooks("PENDING_DISCONNECT", 3).await;
        stack.takes_webhooks("ERROR", 4).await;

        page.reload().await;
        bank.says("Plaid Checking").await;
        assert!(!bank.button("Reconnect").is_there().await);
        // What is told next is there after all of that, and is said only where there is nothing worse to say.
        stack.plaid_tells(&user, "NEW_ACCOUNTS_AVAILABLE").await;
        bank.says("accounts that you do not share yet").await;
        assert!(!bank.button("Reconnect").is_there().await);
    })
    .await;
}
