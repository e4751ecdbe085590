use e2e::{Browser, story};

#[tokio::test(flavor = "multi_thread")]
async fn links_a_bank_and_sees_it_after_reload() {
    story(async |world| {
        let page = &world.browser;
        page.open("/").await;
        page.heading("No bank connected yet").appears().await;
        // By then the page's own stream has said whether anything was missed.
        let ready = "return new Promise((ready) => new EventSource('/api/events').addEventListener('ready', () => ready(true)))";
        page.run(ready).await;
        assert_eq!(answered(page, "/api/items", 200).await, 1, "Items are fetched once");
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

        let told = answered(page, "/api/link/events", 204).await;
        assert!(told <= 2, "events go together");
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

/// How often the backend answered the page like this.
async fn answered(page: &Browser, path: &str, status: u64) -> usize {
    page.settles().await;
    let answers = page.responses().await;
    let is = |url: &str| url.ends_with(path);
    answers
        .iter()
        .filter(|answer| is(&answer.url) && answer.status == status)
        .count()
}
