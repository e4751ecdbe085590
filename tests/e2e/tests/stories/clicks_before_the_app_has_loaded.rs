//! Input before the app has loaded.

use e2e::{Browser, Key, story};

/// Opens the page, and delays the app until `arrive()` is called.
async fn open_with_delayed_app(page: &Browser) {
    let hold = "await new Promise((arrive) => { window.arrive = arrive; }); return ask(request)";
    page.intercept("/connect-", hold).await;
    page.open("/").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn clicks_before_the_app_has_loaded() {
    story(async |world| {
        let page = &world.browser;
        open_with_delayed_app(page).await;
        page.button("Connect a bank account").click().await;
        page.says("Opening Plaid…").await;
        page.run("arrive()").await;
        let link = page.enter_link().await;
        link.button("Continue without phone number").appears().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_focus_stays_when_the_app_starts() {
    story(async |world| {
        let page = &world.browser;
        open_with_delayed_app(page).await;
        page.tab_to("Connect a bank account").await;
        page.run("arrive()").await;
        page.heading("No bank connected yet").appears().await;
        assert!(!page.is_link_open().await, "nobody clicked");
        page.press(Key::Enter).await;
        let link = page.enter_link().await;
        link.button("Continue without phone number").appears().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_app_cannot_be_loaded() {
    story(async |world| {
        let page = &world.browser;
        page.intercept("/connect-", "throw new TypeError('Failed to fetch')")
            .await;
        page.open("/").await;
        page.says("Connect could not be loaded.").await;
    })
    .await;
}
