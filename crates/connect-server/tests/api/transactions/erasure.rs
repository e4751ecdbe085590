//! The erasure of transactions with their account, their Item or the consent.

use connect_api::Item;
use serde_json::json;

use super::{SYNC, about_transactions, changes, listed, set_two_accounts, wait_until_listed};
use crate::harness::{TestBackend, wait_until};
use crate::stub_plaid::account;

#[tokio::test]
async fn transactions_of_deselected_accounts_are_erased() {
    let backend = TestBackend::start().await;
    let browser = backend.browser().await;
    set_two_accounts(&backend);
    browser.connect_item("public-1").await;
    wait_until_listed(&browser, &["s1", "t1"]).await;
    backend
        .plaid
        .respond_in_turn(SYNC, [changes("2", false, &[], &[])]);
    backend.plaid.respond_with(
        "/accounts/get",
        200,
        &json!({ "accounts": [account("Plaid Saving", 210.0)], "item": { "item_id": "item" } }),
    );
    browser
        .post("/api/items/item-public-1/repaired", json!({}))
        .await;
    assert_eq!(listed(&browser, "").await, ["s1"]);
}

#[tokio::test]
async fn an_account_that_cannot_be_read_keeps_its_transactions() {
    for id in [json!("account-Plaid Checking"), json!(null)] {
        let backend = TestBackend::start().await;
        let browser = backend.browser().await;
        set_two_accounts(&backend);
        browser.connect_item("public-1").await;
        wait_until_listed(&browser, &["s1", "t1"]).await;
        let unreadable = json!({ "account_id": id, "name": null });
        backend.plaid.respond_with(
            "/accounts/get",
            200,
            &json!({
                "accounts": [unreadable, account("Plaid Saving", 210.0)],
                "item": { "item_id": "item" },
            }),
        );
        let repaired = browser.post("/api/items/item-public-1/repaired", json!({}));
        assert_eq!(repaired.await.json::<Item>().accounts.len(), 2, "{id}");
        assert_eq!(listed(&browser, "").await, ["s1", "t1"], "{id}");
    }
}

#[tokio::test]
async fn transactions_are_erased_with_their_item_and_with_the_consent() {
    let backend = TestBackend::start().await;
    let browser = backend.browser().await;
    set_two_accounts(&backend);
    browser.connect_item("public-1").await;
    wait_until_listed(&browser, &["s1", "t1"]).await;
    backend.wait_until_synced().await;
    browser.delete("/api/items/item-public-1").await;
    let stored =
        "SELECT (SELECT count(*) FROM transactions) + (SELECT count(*) FROM transaction_syncs)";
    assert_eq!(backend.count(stored).await, 0);

    set_two_accounts(&backend);
    browser.connect_item("public-2").await;
    wait_until_listed(&browser, &["s1", "t1"]).await;
    let account = json!({
        "webhook_type": "ITEM", "webhook_code": "USER_ACCOUNT_REVOKED", "item_id": "item-public-2",
        "account_id": "account-Plaid Checking",
    });
    backend.send_webhook(&account).await;
    wait_until_listed(&browser, &["s1"]).await;
    let consent = json!({
        "webhook_type": "ITEM", "webhook_code": "USER_PERMISSION_REVOKED", "item_id": "item-public-2",
    });
    backend.send_webhook(&consent).await;
    wait_until(async || backend.count(stored).await == 0).await;
    let mut late = about_transactions("SYNC_UPDATES_AVAILABLE");
    late["item_id"] = "item-public-2".into();
    backend.send_webhook(&late).await;
    backend.wait_until_webhooks_are_applied().await;
    assert_eq!(backend.count(stored).await, 0, "nothing is fetched again");
}
