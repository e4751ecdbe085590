//! Transactions: how they are fetched, listed and erased.

mod erasure;
mod list;
mod refusal;
mod sync;

use axum::http::StatusCode;
use connect_api::TransactionPage;
use serde_json::{Value, json};

use crate::harness::{Browser, TestBackend, wait_until};
use crate::stub_plaid::account;

const SYNC: &str = "/transactions/sync";

/// Returns Plaid's response with a page of changes.
fn changes(next: &str, more: bool, added: &[(&str, &str)], removed: &[&str]) -> (u16, String) {
    let added: Vec<_> = added
        .iter()
        .map(|(id, date)| transaction(id, date))
        .collect();
    let removed: Vec<_> = removed
        .iter()
        .map(|id| json!({ "transaction_id": id, "account_id": "account-Plaid Checking" }))
        .collect();
    let body = json!({
        "added": added, "modified": [], "removed": removed, "next_cursor": next, "has_more": more,
        "transactions_update_status": "HISTORICAL_UPDATE_COMPLETE", "accounts": [],
    });
    (200, body.to_string())
}

fn transaction(id: &str, date: &str) -> Value {
    json!({
        "transaction_id": id, "account_id": "account-Plaid Checking", "amount": 4.33, "date": date,
        "iso_currency_code": "USD", "unofficial_currency_code": null, "name": "STARBUCKS 0001",
        "merchant_name": "Starbucks", "pending": false, "payment_channel": "in store",
        "personal_finance_category": { "primary": "FOOD_AND_DRINK", "detailed": "FOOD_AND_DRINK_COFFEE" },
    })
}

/// Gives the next Item two accounts with one transaction each.
fn set_two_accounts(backend: &TestBackend) {
    backend.plaid.respond_with(
        "/accounts/get",
        200,
        &json!({
            "accounts": [account("Plaid Checking", 110.0), account("Plaid Saving", 210.0)],
            "item": { "item_id": "item" },
        }),
    );
    let mut saving = transaction("s1", "2026-11-02");
    saving["account_id"] = json!("account-Plaid Saving");
    let (status, body) = changes("1", false, &[("t1", "2026-11-01")], &[]);
    let mut body: Value = serde_json::from_str(&body).expect("JSON");
    body["added"].as_array_mut().expect("a list").push(saving);
    let nothing = changes("1", false, &[], &[]);
    let all = (status, body.to_string());
    backend.plaid.respond_in_turn(SYNC, [all, nothing]);
}

fn about_transactions(code: &str) -> Value {
    json!({
        "webhook_type": "TRANSACTIONS", "webhook_code": code, "item_id": "item-public-1",
        "environment": "sandbox", "error": null,
    })
}

async fn page(browser: &Browser, query: &str) -> TransactionPage {
    let answer = browser.get(&format!("/api/transactions?{query}")).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    answer.json()
}

async fn listed(browser: &Browser, query: &str) -> Vec<String> {
    let page = page(browser, query).await;
    page.transactions
        .iter()
        .map(|one| one.id.to_string())
        .collect()
}

async fn wait_until_listed(browser: &Browser, ids: &[&str]) {
    wait_until(async || listed(browser, "").await == ids).await;
}

impl TestBackend {
    /// Waits until no sync is due.
    async fn wait_until_synced(&self) {
        let scheduled = "SELECT count(*) FROM transaction_syncs WHERE due_at IS NOT NULL";
        wait_until(async || self.count(scheduled).await == 0).await;
    }

    /// Waits until the sync is to be tried again in some hours.
    async fn wait_until_sync_is_postponed(&self) {
        let later = "SELECT count(*) FROM transaction_syncs \
            WHERE due_at > strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '+1 hour')";
        wait_until(async || self.count(later).await == 1).await;
    }
}
