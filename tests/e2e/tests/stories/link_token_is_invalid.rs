//! Link tokens that have expired or are refused.

use e2e::story;

/// The token has expired by Plaid's clock before Link opens. The browser cannot know that.
#[tokio::test(flavor = "multi_thread")]
async fn link_token_expired_before_the_click() {
    story(async |world| {
        let page = &world.browser;
        page.open("/").await;
        page.heading("No bank connected yet").appears().await;
        page.wait_for_network_idle().await;
        world.stack.advance_plaid_clock(5 * 3600).await;
        page.button("Connect a bank account").click().await;
        let link = page.enter_link().await;
        link.notice("has expired").appears().await;
        link.exit().await;
        let notice = page.notice("Your session has expired");
        notice.button("Try again").click().await;
        page.link_a_bank("First Platypus Bank").await;
        page.region("First Platypus Bank").appears().await;
    })
    .await;
}

/// The browser's clock jumps ahead, as after sleep: an expired token is replaced before Link opens.
#[tokio::test(flavor = "multi_thread")]
async fn link_token_expired_while_the_computer_slept() {
    story(async |world| {
        let page = &world.browser;
        page.open("/").await;
        page.heading("No bank connected yet").appears().await;
        page.wait_for_network_idle().await;
        let before = world.stack.plaid_calls("/link/token/create").await;
        page.run("const now = Date.now; Date.now = () => now() + 4 * 3600 * 1000")
            .await;
        page.button("Connect a bank account").click().await;
        page.link_a_bank("First Platypus Bank").await;
        page.region("First Platypus Bank").appears().await;
        let after = world.stack.plaid_calls("/link/token/create").await;
        assert!(after > before, "a new token");
    })
    .await;
}

/// Plaid refuses each token. Only a click of the user requests another one, and repeated failures have a message.
#[tokio::test(flavor = "multi_thread")]
async fn link_token_refused_repeatedly() {
    story(async |world| {
        let page = &world.browser;
        page.open("/").await;
        for refusal in 1..=10 {
            page.button("Connect a bank account").click().await;
            let link = page.enter_link().await;
            link.choose_institution("First Platypus Bank").await;
            link.sign_in("user_custom", r#"{"force_error":"INVALID_LINK_TOKEN"}"#)
                .await;
            link.notice("has expired").appears().await;
            link.exit().await;
            page.wait_for_network_idle().await;
            assert!(
                !page.is_link_open().await,
                "Link does not open again by itself"
            );
            if refusal % 3 == 0 {
                page.notice("Plaid can't be started at the moment.")
                    .appears()
                    .await;
            }
        }
        let tokens = world.stack.plaid_calls("/link/token/create").await;
        assert!(tokens <= 14, "{tokens} tokens for 10 sessions");
        page.button("Connect a bank account").click().await;
        page.link_a_bank("First Platypus Bank").await;
        page.region("First Platypus Bank").appears().await;
    })
    .await;
}

/// The token expires during the Link session: after four hours, or after half an hour for a repair.
#[tokio::test(flavor = "multi_thread")]
async fn link_token_expired_during_the_session() {
    story(async |world| {
        let page = &world.browser;
        page.open("/").await;
        page.button("Connect a bank account").click().await;
        let link = page.enter_link().await;
        link.choose_institution("First Platypus Bank").await;
        world.stack.advance_plaid_clock(4 * 3600).await;
        link.sign_in("user_good", "pass_good").await;
        link.notice("has expired").appears().await;
        link.exit().await;
        let notice = page.notice("Your session has expired");
        notice.button("Try again").click().await;
        page.link_a_bank("First Platypus Bank").await;
        let bank = page.region("First Platypus Bank");
        bank.appears().await;

        world.stack.require_sign_in(&page.user().await).await;
        bank.button("Reconnect").click().await;
        let link = page.enter_link().await;
        world.stack.advance_plaid_clock(1800).await;
        link.sign_in("user_good", "pass_good").await;
        link.notice("has expired").appears().await;
        link.exit().await;
        notice.button("Try again").click().await;
        let link = page.enter_link().await;
        link.sign_in("user_good", "pass_good").await;
        link.finish().await;
        bank.button("Reconnect").disappears().await;
    })
    .await;
}
