//! Connect under a path of its host.

use e2e::{Browser, PrefixProxy, story_with};

#[tokio::test(flavor = "multi_thread")]
async fn under_a_path() {
    let proxy = PrefixProxy::start("/bank").await;
    let public_url = format!("--public-url={}", proxy.url());
    story_with(&[&public_url], async |world| {
        proxy.forward_to(world.stack.url());
        let home = format!("{}/", proxy.url());
        let page = Browser::start_in_app(proxy.url()).await;
        page.connect_bank("First Platypus Bank").await;

        // To the page of a bank and back.
        page.button("Connect a bank account").click().await;
        let link = page.enter_link().await;
        link.choose_institution("Platypus OAuth Bank").await;
        link.button("Continue").click().await;
        link.leave().await;
        page.button("Allow").click().await;
        page.enter_link().await.finish().await;
        page.region("Platypus OAuth Bank")
            .says("Plaid Checking")
            .await;
        assert_eq!(page.url().await, home);

        // The stream of changes.
        world.stack.require_sign_in(&page.user().await).await;
        page.region("First Platypus Bank")
            .button("Reconnect")
            .appears()
            .await;

        page.open("/unknown/page").await;
        page.heading("Page not found").appears().await;
        page.locate(e2e::Role::Link, "Go to your accounts")
            .click()
            .await;
        page.region("First Platypus Bank").appears().await;
        assert_eq!(page.url().await, home);
        page.reload().await;
        page.region("First Platypus Bank").appears().await;
        assert!(page.console_errors().await.is_empty());
        page.quit().await;
    })
    .await;
}
