//! The stream of changes, which the tabs and windows of a browser share.

use e2e::{Browser, Tab, story};

/// The number of windows: two more than the connections that a browser opens to a host over HTTP/1.1.
const WINDOWS: usize = 8;

#[tokio::test(flavor = "multi_thread")]
async fn one_stream_per_browser() {
    story(async |world| {
        let page = &world.browser;
        page.connect_bank("First Platypus Bank").await;
        let mut windows = vec![page.tab().await];
        for _ in 1..WINDOWS {
            windows.push(page.open_window().await);
            page.open("/").await;
            page.region("First Platypus Bank").appears().await;
        }

        let user = page.user().await;
        world.stack.require_sign_in(&user).await;
        assert_all_show(page, &windows, "Reconnect").await;

        // The first window leads. Another takes over.
        page.switch_to_tab(&windows.remove(0)).await;
        page.close_tab(&windows[0]).await;
        world
            .stack
            .fire_webhooks(&user, "NEW_ACCOUNTS_AVAILABLE")
            .await;
        assert_all_show(page, &windows, "Add or remove accounts").await;
    })
    .await;
}

async fn assert_all_show(page: &Browser, windows: &[Tab], button: &str) {
    for window in windows {
        page.switch_to_tab(window).await;
        assert_eq!(page.run("return document.hidden").await, false);
        page.region("First Platypus Bank")
            .button(button)
            .appears()
            .await;
    }
}

/// A proxy holds the stream back.
#[tokio::test(flavor = "multi_thread")]
async fn a_silent_stream_is_replaced_by_requests() {
    story(async |world| {
        let page = &world.browser;
        page.mute_streams().await;
        page.connect_bank("First Platypus Bank").await;
        world.stack.require_sign_in(&page.user().await).await;
        world.stack.wait_for_webhooks("ERROR", 1).await;
        page.run("window.skip(45_000)").await;
        page.region("First Platypus Bank")
            .button("Reconnect")
            .appears()
            .await;
    })
    .await;
}
