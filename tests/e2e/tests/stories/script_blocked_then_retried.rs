//! A blocked script or frame of Link.

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

/// A content blocker stops Link's frame, but not its script.
#[tokio::test(flavor = "multi_thread")]
async fn frame_blocked_then_retried() {
    story(async |world| {
        let page = &world.browser;
        page.block_frames().await;
        page.open("/").await;
        // The frame has 15 seconds.
        page.run(
            "const real = window.real_set_timeout = window.setTimeout;
            window.setTimeout = (f, delay) => real(f, delay === 15000 ? 0 : delay);",
        )
        .await;
        page.button("Connect a bank account").click().await;
        page.notice("Plaid could not be loaded.").appears().await;
        assert!(!page.is_link_open().await);

        page.unblock_frames().await;
        page.run("window.setTimeout = real_set_timeout").await;
        page.button("Try again").click().await;
        page.link_a_bank("First Platypus Bank").await;
        page.region("First Platypus Bank").appears().await;
    })
    .await;
}
