use e2e::{Role, story_with};

/// Link looks and asks as the backend is set: its colours, one account, and of those the ones that fit.
#[tokio::test(flavor = "multi_thread")]
async fn is_customized() {
    let flags = [
        "--link-customization=one-account",
        "--appearance-mode=DARK",
        r#"--account-filters={"depository":{"account_subtypes":["checking","savings"]}}"#,
    ];
    story_with(&flags, async |world| {
        let page = &world.browser;
        page.open("/").await;
        page.button("Connect a bank account").click().await;
        let link = page.enter_link().await;
        link.choose_institution("First Platypus Bank").await;
        let dark = "return document.documentElement.dataset.appearance";
        assert_eq!(page.run(dark).await, "dark");
        link.sign_in("user_good", "pass_good").await;
        let account = |name| link.locate(Role::Radio, name);
        account("Plaid Checking 0000").click().await;
        account("Plaid Saving 1111").click().await;
        assert!(!account("Plaid Credit Card 3333").is_there().await);
        link.button("Continue").click().await;
        link.finish().await;
        let bank = page.region("First Platypus Bank");
        bank.says("Plaid Saving").await;
        assert!(!bank.text().await.contains("Plaid Checking"));
    })
    .await;
}
