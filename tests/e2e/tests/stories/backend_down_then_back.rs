use e2e::story;

/// The backend goes down at the worst moment: Link has succeeded, and only the browser knows.
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

        world.stack.backend_goes_down().await;
        link.finish().await;
        page.button("Try again").appears().await;
        assert!(!page.region("First Platypus Bank").is_there().await);

        world.stack.backend_comes_back().await;
        // At once by the button, and before long by itself: here nobody presses it.
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
