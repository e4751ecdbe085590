//! A backend that is down when Link succeeds.

use e2e::story;

/// The backend goes down when Link has succeeded, and only the browser knows of it.
#[tokio::test(flavor = "multi_thread")]
async fn backend_down_then_back() {
    story(async |world| {
        let page = &world.browser;
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
        assert!(!page.region("First Platypus Bank").is_visible().await);

        world.stack.restart_backend().await;
        // The page also retries by itself, so nobody clicks the button here.
        page.region("First Platypus Bank")
            .says("Plaid Checking")
            .await;
        page.reload().await;
        page.region("First Platypus Bank")
            .says("Plaid Checking")
            .await;
        assert_eq!(page.region("First Platypus Bank").count().await, 1);
    })
    .await;
}
