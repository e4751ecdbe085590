//! Connect behind nginx with its default settings: it buffers answers, and sends the backend's own `Host`.

use e2e::{NginxAddress, Role, World, story_with};

/// Also its event streams and the return from a bank, under a path that nginx keeps.
#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_may_keep_the_path() {
    works_behind_a_proxy("").await;
}

/// The same under a path that nginx removes.
#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_may_remove_the_path() {
    works_behind_a_proxy("/").await;
}

async fn works_behind_a_proxy(path_at_backend: &str) {
    let proxy = NginxAddress::choose();
    let public_url = format!("--public-url={}", proxy.url("/bank/"));
    story_with(&[&public_url], async |world| {
        let target = format!("{}{path_at_backend}", world.stack.url());
        let _nginx = proxy.start("/bank/", &target).await;
        follow_changes(world, &proxy.url("/bank/")).await;
        world.browser.open_url(&proxy.url("/bank/nowhere")).await;
        world.browser.heading("Page not found").appears().await;
    })
    .await;
}

async fn follow_changes(world: &World, url: &str) {
    let page = &world.browser;
    page.open_url(url).await;
    page.heading("No bank connected yet").appears().await;
    let first = page.tab().await;
    page.open_tab().await;
    page.open_url(url).await;
    page.button("Connect a bank account").click().await;
    page.link_a_bank("First Platypus Bank").await;
    let bank = page.region("First Platypus Bank");
    bank.says("Plaid Checking").await;

    page.switch_to_tab(&first).await;
    bank.says("Plaid Checking").await;
    bank.button("Disconnect").click().await;
    let question = page.locate(Role::Dialog, "Disconnect First Platypus Bank?");
    question.button("Disconnect").click().await;
    bank.disappears().await;
}
