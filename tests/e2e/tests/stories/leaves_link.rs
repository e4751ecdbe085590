use e2e::story;

#[tokio::test(flavor = "multi_thread")]
async fn leaves_link() {
    story(async |world| {
        let page = &world.browser;
        page.open("/").await;
        page.button("Connect a bank account").click().await;

        let link = page.enter_link().await;
        link.choose_institution("First Platypus Bank").await;
        link.button("Close").click().await;
        link.button("Leave").click().await;
        link.leave().await;
        page.link_closes().await;

        let notice = page.notice("You left before you signed in at your bank.");
        notice.says("You can try again at any time.").await;
        assert!(
            !page.region("First Platypus Bank").is_there().await,
            "nothing was connected"
        );
        page.button("Connect a bank account").click().await;
        page.link_a_bank("First Platypus Bank").await;
        page.region("First Platypus Bank").appears().await;
    })
    .await;
}
