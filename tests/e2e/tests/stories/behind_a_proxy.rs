//! Connect behind nginx with its default settings, under a path of its host. nginx buffers answers, and sends the backend's own
//! `Host`.

use e2e::{Browser, NginxAddress, Role, World, story_with};

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_may_keep_the_path() {
    works_behind_a_proxy("").await;
}

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
        // Such a browser has no windows: it leaves the page for the bank's.
        let page = Browser::start_in_app(&proxy.url("/bank")).await;
        connect_banks(&page).await;
        follow_changes(world, &page, &proxy.url("/bank/")).await;
        page.quit().await;
    })
    .await;
}

/// One by a password, and one on a page of its own, which returns to ours.
async fn connect_banks(page: &Browser) {
    page.connect_bank("First Platypus Bank").await;
    page.button("Connect a bank account").click().await;
    let link = page.enter_link().await;
    link.choose_institution("Platypus OAuth Bank").await;
    link.button("Continue").click().await;
    link.leave().await;
    page.button("Allow").click().await;
    page.enter_link().await.finish().await;
    let bank = page.region("Platypus OAuth Bank");
    bank.says("Plaid Checking").await;
}

async fn follow_changes(world: &World, page: &Browser, home: &str) {
    assert_eq!(page.url().await, home);
    // The webhook reaches the backend through the proxy, and its stream of changes the page.
    world.stack.require_sign_in(&page.user().await).await;
    let bank = page.region("First Platypus Bank");
    bank.button("Reconnect").appears().await;

    page.open("/unknown/page").await;
    page.heading("Page not found").appears().await;
    let back = page.locate(Role::Link, "Go to your accounts");
    back.click().await;
    bank.appears().await;
    assert_eq!(page.url().await, home);
    page.reload().await;
    bank.appears().await;
}
