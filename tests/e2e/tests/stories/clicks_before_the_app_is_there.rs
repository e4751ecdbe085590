use e2e::{Browser, Key, story};

/// Holds the app up on its way, until `arrive()`.
async fn hold_up(page: &Browser) {
    let hold = "await new Promise((arrive) => { window.arrive = arrive; }); return ask(request)";
    page.stand_in("/connect-", hold).await;
    page.open("/").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn clicks_before_the_app_is_there() {
    story(async |world| {
        let page = &world.browser;
        hold_up(page).await;
        page.button("Connect a bank account").click().await;
        page.says("Opening Plaid…").await;
        page.run("arrive()").await;
        let link = page.enter_link().await;
        link.button("Continue without phone number").appears().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_focus_stays_where_the_app_comes() {
    story(async |world| {
        let page = &world.browser;
        hold_up(page).await;
        page.tab_to("Connect a bank account").await;
        page.run("arrive()").await;
        page.heading("No bank connected yet").appears().await;
        assert!(!page.shows_link().await, "nobody clicked");
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
        page.stand_in("/connect-", "throw new TypeError('Failed to fetch')")
            .await;
        page.open("/").await;
        page.says("Connect could not be loaded.").await;
    })
    .await;
}
