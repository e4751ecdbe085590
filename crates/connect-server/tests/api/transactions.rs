use axum::http::StatusCode;
use connect_api::{ChangeKind, ItemStatus, ProblemCode, TransactionPage};
use serde_json::{Value, json};

use crate::harness::{Browser, TestBackend, wait_until};
use crate::stub_plaid::{account, error};

const SYNC: &str = "/transactions/sync";

#[tokio::test]
async fn transactions_of_a_new_item_are_fetched_page_by_page() {
    let backend = TestBackend::start().await;
    let browser = backend.browser().await;
    backend.plaid.respond_in_turn(
        SYNC,
        [
            changes(
                "cursor-1",
                true,
                &[("t1", "2026-11-01"), ("t2", "2026-11-03")],
                &[],
            ),
            changes("cursor-2", false, &[("t3", "2026-11-02")], &[]),
            changes("cursor-2", false, &[], &[]),
        ],
    );
    browser.connect_item("public-1").await;
    wait_until_listed(&browser, &["t2", "t3", "t1"]).await;
    backend.wait_until_synced().await;
    let [first, second] = &backend.plaid.calls(SYNC)[..] else {
        panic!("two pages: {:?}", backend.plaid.calls(SYNC));
    };
    assert_eq!(
        *first,
        json!({ "access_token": "access-public-1", "count": 500 })
    );
    assert_eq!(second["cursor"], "cursor-1");

    let page = page(&browser, "").await;
    let one = &page.transactions[0];
    assert_eq!(
        (one.item_id.as_str(), one.account_id.as_str(), &*one.date),
        ("item-public-1", "account-Plaid Checking", "2026-11-03")
    );
    assert_eq!((&*one.name, one.amount), ("Starbucks", 4.33));
    assert_eq!(one.iso_currency_code.as_deref(), Some("USD"));
    assert_eq!(one.category.as_deref(), Some("FOOD_AND_DRINK"));
    assert!(!one.pending);
}

#[tokio::test]
async fn a_webhook_continues_the_sync_at_its_cursor() {
    for code in [
        "SYNC_UPDATES_AVAILABLE",
        "INITIAL_UPDATE",
        "HISTORICAL_UPDATE",
        "DEFAULT_UPDATE",
        "TRANSACTIONS_REMOVED",
    ] {
        let backend = TestBackend::start().await;
        let browser = backend.browser().await;
        let first = changes(
            "cursor-1",
            false,
            &[("t1", "2026-11-01"), ("t2", "2026-11-02")],
            &[],
        );
        backend.plaid.respond_in_turn(SYNC, [first]);
        browser.connect_item("public-1").await;
        backend.wait_until_synced().await;
        let mut page = browser.open_event_stream().await;

        let later = changes("cursor-2", false, &[("t3", "2026-11-03")], &["t1"]);
        backend.plaid.respond_in_turn(SYNC, [later]);
        backend.send_webhook(&about_transactions(code)).await;
        wait_until_listed(&browser, &["t3", "t2"]).await;
        assert_eq!(backend.plaid.calls(SYNC)[1]["cursor"], "cursor-1", "{code}");
        backend.wait_until_synced().await;
        let told = page.changes().await;
        assert_eq!(
            told.iter().map(|change| change.kind).collect::<Vec<_>>(),
            [ChangeKind::Transactions],
            "{code}"
        );
    }
}

#[tokio::test]
async fn a_modified_transaction_is_updated() {
    let backend = TestBackend::start().await;
    let browser = backend.browser().await;
    backend
        .plaid
        .respond_in_turn(SYNC, [changes("1", false, &[("t1", "2026-11-01")], &[])]);
    browser.connect_item("public-1").await;
    wait_until_listed(&browser, &["t1"]).await;
    let mut modified = transaction("t1", "2026-11-04");
    modified["amount"] = json!(-1.5);
    modified["pending"] = json!(true);
    modified["merchant_name"] = Value::Null;
    let (_, body) = changes("2", false, &[], &[]);
    let mut body: Value = serde_json::from_str(&body).expect("JSON");
    body["modified"] = json!([modified]);
    backend.plaid.respond_with(SYNC, 200, &body);
    backend
        .send_webhook(&about_transactions("SYNC_UPDATES_AVAILABLE"))
        .await;
    wait_until(async || page(&browser, "").await.transactions[0].date == "2026-11-04").await;
    let [one] = &page(&browser, "").await.transactions[..] else {
        panic!("one transaction");
    };
    assert_eq!(
        (one.amount, one.pending, &*one.name),
        (-1.5, true, "STARBUCKS 0001")
    );
}

/// Plaid takes the pages of a run back: what they added may be gone, and nothing would ever say so.
#[tokio::test]
async fn a_withdrawn_run_of_pages_is_restarted() {
    let backend = TestBackend::start().await;
    let browser = backend.browser().await;
    let mutated = error(
        "TRANSACTIONS_ERROR",
        "TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION",
    );
    backend.plaid.respond_in_turn(
        SYNC,
        [
            changes("run-0", false, &[("t0", "2026-11-01")], &[]),
            changes(
                "run-1.1",
                true,
                &[("t1", "2026-11-02"), ("gone", "2026-11-02")],
                &[],
            ),
            changes("run-1.2", true, &[("gone too", "2026-11-03")], &[]),
            (400, mutated.to_string()),
            changes("run-2.1", true, &[("t1", "2026-11-02")], &[]),
            changes("run-2.2", false, &[("t3", "2026-11-04")], &[]),
        ],
    );
    browser.connect_item("public-1").await;
    backend.wait_until_synced().await;
    backend
        .send_webhook(&about_transactions("SYNC_UPDATES_AVAILABLE"))
        .await;
    wait_until_listed(&browser, &["t3", "t1", "t0"]).await;
    let cursors: Vec<_> = backend
        .plaid
        .calls(SYNC)
        .iter()
        .map(|call| call["cursor"].as_str().unwrap_or_default().to_owned())
        .collect();
    assert_eq!(
        cursors,
        ["", "run-0", "run-1.1", "run-1.2", "run-0", "run-2.1"]
    );
}

#[tokio::test]
async fn a_run_that_keeps_changing_is_postponed() {
    let backend = TestBackend::start().await;
    let browser = backend.browser().await;
    let mutated = error(
        "TRANSACTIONS_ERROR",
        "TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION",
    );
    backend.plaid.respond_with(SYNC, 400, &mutated);
    browser.connect_item("public-1").await;
    wait_until(async || backend.plaid.calls(SYNC).len() == 6).await;
    let waiting = "SELECT count(*) FROM transaction_syncs WHERE due_at > '2026'";
    assert_eq!(backend.count(waiting).await, 1);
}

#[tokio::test]
async fn an_interrupted_sync_continues_after_a_restart() {
    let mut backend = TestBackend::start().await;
    let browser = backend.browser().await;
    backend.plaid.respond_in_turn(
        SYNC,
        [
            changes("cursor-1", true, &[("t1", "2026-11-01")], &[]),
            (500, "<html>".to_owned()),
        ],
    );
    browser.connect_item("public-1").await;
    wait_until(async || backend.plaid.calls(SYNC).len() == 2).await;
    backend.stop();
    drop(browser.clone());
    backend
        .execute_sql("UPDATE transaction_syncs SET due_at = '2026'")
        .await;
    let rest = changes("cursor-2", false, &[("t2", "2026-11-02")], &[]);
    backend.plaid.respond_in_turn(SYNC, [rest]);
    backend.restart().await.expect("a restart");
    let browser = backend.reconnect(browser);
    wait_until_listed(&browser, &["t2", "t1"]).await;
    assert_eq!(
        backend.plaid.calls(SYNC)[2]["cursor"],
        "cursor-1",
        "what was fetched is not fetched twice"
    );
}

#[tokio::test]
async fn an_item_without_the_product_is_not_synced() {
    let backend =
        TestBackend::start_with(|config| config.link.products = vec!["auth".to_owned()]).await;
    let browser = backend.browser().await;
    browser.connect_item("public-1").await;
    browser
        .post("/api/items/item-public-1/refresh", json!({}))
        .await;
    assert_eq!(
        backend
            .count("SELECT count(*) FROM transaction_syncs")
            .await,
        0
    );
    assert_eq!(backend.plaid.calls(SYNC).len(), 0);
}

#[tokio::test]
async fn a_sync_that_is_not_ready_is_retried() {
    let backend = TestBackend::start().await;
    let browser = backend.browser().await;
    let (_, body) = changes("", false, &[], &[]);
    let not_ready = body.replace("HISTORICAL_UPDATE_COMPLETE", "NOT_READY");
    backend.plaid.respond_with(SYNC, 200, &not_ready);
    browser.connect_item("public-1").await;
    wait_until(async || !backend.plaid.calls(SYNC).is_empty()).await;
    let waiting = "SELECT count(*) FROM transaction_syncs WHERE due_at > '2026'";
    assert_eq!(backend.count(waiting).await, 1);
}

#[tokio::test]
async fn a_broken_item_is_synced_after_its_repair() {
    let backend = TestBackend::start().await;
    let browser = backend.browser().await;
    let broken = error("ITEM_ERROR", "ITEM_LOGIN_REQUIRED");
    backend.plaid.respond_with(SYNC, 400, &broken);
    backend.plaid.set_item(json!({ "error": broken }));
    browser.connect_item("public-1").await;
    wait_until(async || browser.items().await[0].status == ItemStatus::LoginRequired).await;
    backend.wait_until_synced().await;

    let all = changes("cursor-1", false, &[("t1", "2026-11-01")], &[]);
    backend.plaid.respond_in_turn(SYNC, [all]);
    browser
        .post("/api/items/item-public-1/repaired", json!({}))
        .await;
    wait_until_listed(&browser, &["t1"]).await;
}

#[tokio::test]
async fn transactions_of_deselected_accounts_are_erased() {
    let backend = TestBackend::start().await;
    let browser = backend.browser().await;
    two_accounts(&backend);
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
async fn transactions_are_erased_with_their_item_and_with_the_consent() {
    let backend = TestBackend::start().await;
    let browser = backend.browser().await;
    two_accounts(&backend);
    browser.connect_item("public-1").await;
    wait_until_listed(&browser, &["s1", "t1"]).await;
    backend.wait_until_synced().await;
    browser.delete("/api/items/item-public-1").await;
    let kept =
        "SELECT (SELECT count(*) FROM transactions) + (SELECT count(*) FROM transaction_syncs)";
    assert_eq!(backend.count(kept).await, 0);

    two_accounts(&backend);
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
    wait_until(async || backend.count(kept).await == 0).await;
    let mut late = about_transactions("SYNC_UPDATES_AVAILABLE");
    late["item_id"] = "item-public-2".into();
    backend.send_webhook(&late).await;
    backend.wait_until_webhooks_are_applied().await;
    assert_eq!(backend.count(kept).await, 0, "nothing comes back");
}

#[tokio::test]
async fn every_matching_transaction_is_on_one_page() {
    let backend = TestBackend::start().await;
    let browser = backend.browser().await;
    backend.plaid.respond_with(
        "/accounts/get",
        200,
        &json!({
            "accounts": [account("Plaid Checking", 110.0), account("Plaid Saving", 210.0)],
            "item": { "item_id": "item" },
        }),
    );
    // Three of each day: a page may end between two of a day.
    let added: Vec<Value> = (0..45)
        .map(|n| {
            let mut one = transaction(&format!("t{n:02}"), &format!("2026-11-{:02}", 1 + n / 3));
            if n % 5 == 0 {
                one["account_id"] = json!("account-Plaid Saving");
            }
            one
        })
        .collect();
    let (status, body) = changes("1", false, &[], &[]);
    let mut body: Value = serde_json::from_str(&body).expect("JSON");
    body["added"] = json!(added);
    backend.plaid.respond_with(SYNC, status, &body);
    browser.connect_item("public-1").await;
    wait_until(async || listed(&browser, "limit=100").await.len() == 45).await;

    let newest_first: Vec<String> = (0..45).rev().map(|n| format!("t{n:02}")).collect();
    assert_eq!(walk(&browser, "limit=7").await, newest_first);
    assert_eq!(
        listed(&browser, "").await,
        newest_first,
        "50 unless told otherwise"
    );
    let savings: Vec<_> = newest_first
        .iter()
        .filter(|id| id[1..].parse::<u8>().expect("a number") % 5 == 0)
        .cloned()
        .collect();
    for (filter, wanted) in [
        ("item_id=item-public-1&", &newest_first),
        ("account_id=account-Plaid%20Saving&", &savings),
        (
            "item_id=item-public-1&account_id=account-Plaid%20Saving&",
            &savings,
        ),
        ("item_id=other&", &Vec::new()),
        (
            "item_id=other&account_id=account-Plaid%20Saving&",
            &Vec::new(),
        ),
    ] {
        assert_eq!(
            walk(&browser, &format!("{filter}limit=4")).await,
            *wanted,
            "{filter}"
        );
    }
}

#[tokio::test]
async fn transactions_of_another_user_are_not_listed() {
    let backend = TestBackend::start().await;
    let (ada, bob) = (backend.browser().await, backend.browser().await);
    two_accounts(&backend);
    ada.connect_item("public-1").await;
    wait_until_listed(&ada, &["s1", "t1"]).await;
    let page = page(&ada, "limit=1").await;
    let before = format!("before={}", page.before.expect("another page"));
    for query in [
        "",
        "item_id=item-public-1",
        "account_id=account-Plaid%20Saving",
        &before,
    ] {
        assert_eq!(listed(&bob, query).await, Vec::<String>::new(), "{query}");
    }
    let problem = backend.visitor().get("/api/transactions").await.problem();
    assert_eq!(problem.code, ProblemCode::SignedOut);
}

#[tokio::test]
async fn an_invalid_query_is_refused_with_its_reason() {
    let backend = TestBackend::start().await;
    let browser = backend.browser().await;
    for (query, words) in [
        ("limit=0", "`limit` must be 1 to 100."),
        ("limit=101", "`limit` must be 1 to 100."),
        ("limit=-1", "The query accepts"),
        ("limit=ten", "The query accepts"),
        ("limit=1&limit=2", "The query accepts"),
        ("offset=3", "The query accepts"),
        (
            "before=",
            "`before` must be the value that the previous page returned.",
        ),
        ("before=!!", "`before` must be"),
        ("before=MjAyNg", "`before` must be"),
        ("before=_____w", "`before` must be"),
    ] {
        let answer = browser.get(&format!("/api/transactions?{query}")).await;
        let problem = answer.problem();
        assert_eq!(
            (problem.status, problem.code),
            (422, ProblemCode::InvalidRequest),
            "{query}"
        );
        let detail = problem.detail.expect("words");
        assert!(detail.starts_with(words), "{query}: {detail}");
    }
}

/// A page of changes, as Plaid answers it.
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

/// An Item with two accounts, and a transaction on each.
fn two_accounts(backend: &TestBackend) {
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

/// Every page, one after the other.
async fn walk(browser: &Browser, query: &str) -> Vec<String> {
    let (mut all, mut before) = (Vec::new(), String::new());
    loop {
        let page = page(browser, &format!("{query}{before}")).await;
        all.extend(page.transactions.iter().map(|one| one.id.to_string()));
        match page.before {
            Some(next) => before = format!("&before={next}"),
            None => return all,
        }
    }
}

async fn wait_until_listed(browser: &Browser, ids: &[&str]) {
    wait_until(async || listed(browser, "").await == ids).await;
}

impl TestBackend {
    /// Every transaction is fetched.
    async fn wait_until_synced(&self) {
        let waiting = "SELECT count(*) FROM transaction_syncs WHERE due_at IS NOT NULL";
        wait_until(async || self.count(waiting).await == 0).await;
    }
}
