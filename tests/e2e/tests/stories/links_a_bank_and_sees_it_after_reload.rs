//! A connected bank, before and after a reload.

use e2e::{Browser, story};

#[tokio::test(flavor = "multi_thread")]
async fn links_a_bank_and_sees_it_after_reload() {
    story(async |world| {
        let page = &world.browser;
        page.open("/").await;
        page.heading("No bank connected yet").appears().await;
        // At this event, the page's own stream has reported any missed change.
        let ready = "return new Promise((ready) => new EventSource('/api/events').addEventListener('ready', () => ready(true)))";
        page.run(ready).await;
        assert_eq!(count_responses(page, "/api/items", 200).await, 1, "Items are fetched once");
        page.button("Connect a bank account").click().await;
        page.link_a_bank("First Platypus Bank").await;

        let bank = page.region("First Platypus Bank");
        bank.says("Plaid Checking").await;
        bank.says("0000").await;
        bank.says("$110.00").await;
        assert!(
            !bank.text().await.contains("Plaid Saving"),
            "only the chosen account is shared"
        );

        let requests = count_responses(page, "/api/link/events", 204).await;
        assert!(requests <= 2, "events are sent in batches");
        page.reload().await;
        bank.says("Plaid Checking").await;
        assert_eq!(bank.count().await, 1);
        assert_eq!(
            page.console_errors().await,
            Vec::<String>::new(),
            "the Content Security Policy blocks nothing"
        );
    })
    .await;
}

/// Counts the responses to the page with this path and status.
async fn count_responses(page: &Browser, path: &str, status: u64) -> usize {
    page.wait_for_network_idle().await;
    let responses = page.responses().await;
    responses
        .iter()
        .filter(|response| response.url.ends_with(path) && response.status == status)
        .count()
}
