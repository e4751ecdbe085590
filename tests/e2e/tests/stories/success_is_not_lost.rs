//! Failures right after the success of Link.

use e2e::{story, story_with};
use serde_json::json;

/// The tab is closed while it submits the success: the next page submits it, without help from Plaid.
#[tokio::test(flavor = "multi_thread")]
async fn the_tab_is_closed_at_the_success() {
    story(async |world| {
        let page = &world.browser;
        let fault =
            json!([{ "path": "/link/token/get", "kind": "error", "code": "INTERNAL_SERVER_ERROR" }]);
        world.stack.set_plaid_faults(fault).await;
        page.open("/").await;
        page.button("Connect a bank account").click().await;
        let link = page.enter_link().await;
        link.choose_institution("First Platypus Bank").await;
        link.sign_in("user_good", "pass_good").await;
        link.share("Plaid Checking 0000").await;
        link.button("Finish").appears().await;
        world.stack.stop_backend().await;
        link.finish().await;
        page.button("Try again").appears().await;
        let tab = page.tab().await;
        let next = page.open_tab().await;
        page.switch_to_tab(&tab).await;
        page.close_tab(&next).await;

        world.stack.restart_backend().await;
        page.open("/").await;
        page.region("First Platypus Bank")
            .says("Plaid Checking")
            .await;
        assert_eq!(page.region("First Platypus Bank").count().await, 1);
        page.reload().await;
        page.region("First Platypus Bank").appears().await;
        let exchanges = world.stack.plaid_calls("/item/public_token/exchange").await;
        assert_eq!(exchanges, 1);
    })
    .await;
}

/// The tab is closed before it submits the success, and its storage is lost: the backend asks Plaid for the result.
#[tokio::test(flavor = "multi_thread")]
async fn the_tab_is_closed_and_its_storage_is_lost() {
    story_with(&["--reconcile-seconds=1"], async |world| {
        let page = &world.browser;
        page.open("/").await;
        page.button("Connect a bank account").click().await;
        let link = page.enter_link().await;
        link.choose_institution("First Platypus Bank").await;
        link.sign_in("user_good", "pass_good").await;
        link.share("Plaid Checking 0000").await;
        link.button("Finish").appears().await;
        page.block(&["*/api/items"]).await;
        link.finish().await;
        page.button("Try again").appears().await;
        page.run("localStorage.clear()").await;
        let tab = page.tab().await;
        let next = page.open_tab().await;
        page.switch_to_tab(&tab).await;
        page.close_tab(&next).await;

        page.open("/").await;
        let bank = page.region("First Platypus Bank");
        bank.says("Plaid Checking").await;
        assert_eq!(bank.count().await, 1);
        let exchanges = world.stack.plaid_calls("/item/public_token/exchange").await;
        assert_eq!(exchanges, 1);
    })
    .await;
}

/// The response with the new Item is lost: the backend answers the repeated request with the same Item.
#[tokio::test(flavor = "multi_thread")]
async fn the_response_of_the_backend_is_lost() {
    story(async |world| {
        let page = &world.browser;
        page.intercept(
            "/api/items",
            "const answer = await ask(request);
             if (request.method !== 'POST' || window.lost) return answer;
             window.lost = true;
             throw new TypeError('the network is gone')",
        )
        .await;
        page.connect_bank("First Platypus Bank").await;
        page.notice("First Platypus Bank is connected.")
            .appears()
            .await;
        assert_eq!(page.run("return window.lost").await, true);
        assert_eq!(page.region("First Platypus Bank").count().await, 1);
        let exchanges = world.stack.plaid_calls("/item/public_token/exchange").await;
        assert_eq!(exchanges, 1);
    })
    .await;
}

/// A list of Items that was requested before the success and arrives after it removes no card.
#[tokio::test(flavor = "multi_thread")]
async fn the_list_is_older_than_the_success() {
    story(async |world| {
        let page = &world.browser;
        page.intercept(
            "/api/items",
            "const answer = await ask(request);
             if (request.method === 'GET' && request.url.endsWith('/items') && !window.release)
                 await new Promise((release) => { window.release = release; });
             return answer;",
        )
        .await;
        page.connect_bank("First Platypus Bank").await;
        page.run("window.release()").await;
        page.wait_for_network_idle().await;
        let bank = page.region("First Platypus Bank");
        bank.says("Plaid Checking").await;
        assert_eq!(bank.count().await, 1);
        assert!(!page.heading("No bank connected yet").is_visible().await);
    })
    .await;
}

/// The user's session ends while Link is open: the Item does not become another user's, even if the page retries.
#[tokio::test(flavor = "multi_thread")]
async fn the_session_ends_before_the_success() {
    story(async |world| {
        let page = &world.browser;
        page.open("/").await;
        page.button("Connect a bank account").click().await;
        let link = page.enter_link().await;
        link.choose_institution("First Platypus Bank").await;
        link.sign_in("user_good", "pass_good").await;
        link.share("Plaid Checking 0000").await;
        link.button("Finish").appears().await;
        page.clear_cookies().await;
        link.finish().await;
        let notice = page.notice("You are signed out.");
        notice.says("Reload the page to sign in again.").await;
        notice.button("Try again").click().await;
        page.wait_for_network_idle().await;
        let answers = page.responses().await;
        assert!(
            !answers.iter().any(|answer| answer.status == 201),
            "no Item is created without a session"
        );
        // Its own user has it, by Plaid's webhook.
        page.reload().await;
        page.heading("No bank connected yet").appears().await;
    })
    .await;
}

/// Plaid creates the Item, but its response is lost. If Plaid accepts the used token again, a retry succeeds. If not, the page
/// reports the loss, and the user connects the bank again.
#[tokio::test(flavor = "multi_thread")]
async fn the_response_of_plaid_is_lost() {
    for answers_again in [true, false] {
        story(async |world| {
            let page = &world.browser;
            world.stack.allow_repeated_exchanges(answers_again).await;
            let fault = json!([
                { "path": "/item/public_token/exchange", "times": 1, "kind": "drop_response" }
            ]);
            world.stack.set_plaid_faults(fault).await;
            page.open("/").await;
            page.button("Connect a bank account").click().await;
            page.link_a_bank("First Platypus Bank").await;
            if !answers_again {
                let notice = page.notice("Plaid created it, but its answer did not arrive");
                // The Link session and the request, for support.
                notice.says("Reference: ").await;
                notice.says(" · ").await;
                notice.button("Try again").click().await;
                page.link_a_bank("First Platypus Bank").await;
            }
            let bank = page.region("First Platypus Bank");
            bank.says("Plaid Checking").await;
            assert_eq!(bank.count().await, 1);
        })
        .await;
    }
}

/// An Item whose access token is lost is removed at Plaid, once its user has no pending exchange.
#[tokio::test(flavor = "multi_thread")]
async fn an_orphaned_item_is_removed_at_plaid() {
    let flags = [
        "--plaid-users",
        "--reconcile-seconds=1",
        "--plaid-deadline-seconds=5",
    ];
    story_with(&flags, async |world| {
        let page = &world.browser;
        let fault = json!([
            { "path": "/item/public_token/exchange", "times": 1, "kind": "drop_response" }
        ]);
        world.stack.set_plaid_faults(fault).await;
        page.open("/").await;
        page.button("Connect a bank account").click().await;
        page.link_a_bank("First Platypus Bank").await;
        let notice = page.notice("Plaid created it, but its answer did not arrive");
        notice.appears().await;
        world.stack.wait_for_item_count(0).await;
        notice.button("Try again").click().await;
        page.link_a_bank("First Platypus Bank").await;
        page.region("First Platypus Bank")
            .says("Plaid Checking")
            .await;
        world.stack.wait_for_item_count(1).await;
    })
    .await;
}
