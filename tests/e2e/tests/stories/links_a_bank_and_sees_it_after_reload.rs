use e2e::{Response, story};

#[tokio::test(flavor = "multi_thread")]
async fn links_a_bank_and_sees_it_after_reload() {
    story(async |world| {
        let page = &world.browser;
        page.open("/").await;
        page.heading("Your accounts").appears().await;
        page.button("Connect a bank account").click().await;
        page.link_a_bank("First Platypus Bank").await;

        let bank = page.region("First Platypus Bank");
        bank.says("Plaid Checking").await;
        bank.says("0000").await;
        bank.says("$110.00").await;
        assert!(
            !bank.text().await.contains("Plaid Saving"),
            "only what was chosen is shared"
        );

        page.settles().await;
        let asked = page.responses().await;
        let asked = |path: &str, status| {
            let is = |answer: &&Response| answer.url.ends_with(path) && answer.status == status;
            asked.iter().filter(is).count()
        };
        assert_eq!(asked("/api/items", 200), 1, "Items are fetched once");
        assert!(asked("/api/link/events", 204) <= 2, "events go together");
        page.reload().await;
        bank.says("Plaid Checking").await;
        assert_eq!(bank.count().await, 1);
        assert_eq!(
            page.console_errors().await,
            Vec::<String>::new(),
            "the policy lets all of it pass"
        );
    })
    .await;
}
