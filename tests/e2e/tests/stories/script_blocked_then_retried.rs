//! A blocked script of Link.

use e2e::story;

#[tokio::test(flavor = "multi_thread")]
async fn script_blocked_then_retried() {
    story(async |world| {
        let page = &world.browser;
        page.block(&["*link-initialize.js*"]).await;
        page.open("/").await;
        page.button("Connect a bank account").click().await;
        page.button("Try again").appears().await;
        assert!(!page.is_link_open().await);

        page.unblock().await;
        page.button("Try again").click().await;
        page.link_a_bank("First Platypus Bank").await;
        page.region("First Platypus Bank").appears().await;
    })
    .await;
}
