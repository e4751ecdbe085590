use axum::http::StatusCode;
use connect_api::{ChangeKind, ItemStatus, ProblemCode, TransactionPage};
use serde_json::{Value, json};

use crate::canned_plaid::{account, error};
use crate::connect::{Browser, Connect, eventually};

const SYNC: &str = "/transactions/sync";

#[tokio::test]
async fn a_new_item_brings_its_transactions_page_by_page() {
    let connect = Connect::start().await;
    let browser = connect.browser().await;
    connect.plaid.answers_in_turn(
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
    browser.connects("public-1").await;
    eventually_listed(&browser, &["t2", "t3", "t1"]).await;
    connect.synced().await;
    let [first, second] = &connect.plaid.calls(SYNC)[..] else {
        panic!("two pages: {:?}", connect.plaid.calls(SYNC));
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
async fn what_plaid_tells_of_is_fetched_from_where_the_last_page_ended() {
    for code in [
        "SYNC_UPDATES_AVAILABLE",
        "INITIAL_UPDATE",
        "HISTORICAL_UPDATE",
        "DEFAULT_UPDATE",
        "TRANSACTIONS_REMOVED",
    ] {
        let connect = Connect::start().await;
        let browser = connect.browser().await;
        let first = changes(
            "cursor-1",
            false,
            &[("t1", "2026-11-01"), ("t2", "2026-11-02")],
            &[],
        );
        connect.plaid.answers_in_turn(SYNC, [first]);
        browser.connects("public-1").await;
        connect.synced().await;
        let mut page = browser.events().await;

        let later = changes("cursor-2", false, &[("t3", "2026-11-03")], &["t1"]);
        connect.plaid.answers_in_turn(SYNC, [later]);
        connect.sends(&about_transactions(code)).await;
        eventually_listed(&browser, &["t3", "t2"]).await;
        assert_eq!(connect.plaid.calls(SYNC)[1]["cursor"], "cursor-1", "{code}");
        connect.synced().await;
        let told = page.changes().await;
        assert_eq!(
            told.iter().map(|change| change.kind).collect::<Vec<_>>(),
            [ChangeKind::Transactions],
            "{code}"
        );
    }
}

#[tokio::test]
async fn what_plaid_changed_is_different_and_not_there_twice() {
    let connect = Connect::start().await;
    let browser = connect.browser().await;
    connect
        .plaid
        .answers_in_turn(SYNC, [changes("1", false, &[("t1", "2026-11-01")], &[])]);
    browser.connects("public-1").await;
    eventually_listed(&browser, &["t1"]).await;
    let mut modified = transaction("t1", "2026-11-04");
    modified["amount"] = json!(-1.5);
    modified["pending"] = json!(true);
    modified["merchant_name"] = Value::Null;
    let (_, body) = changes("2", false, &[], &[]);
    let mut body: Value = serde_json::from_str(&body).expect("JSON");
    body["modified"] = json!([modified]);
    connect.plaid.answers(SYNC, 200, &body);
    connect
        .sends(&about_transactions("SYNC_UPDATES_AVAILABLE"))
        .await;
    eventually(async || page(&browser, "").await.transactions[0].date == "2026-11-04").await;
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
async fn a_run_of_pages_that_is_taken_back_begins_anew() {
    let connect = Connect::start().await;
    let browser = connect.browser().await;
    let mutated = error(
        "TRANSACTIONS_ERROR",
        "TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION",
    );
    connect.plaid.answers_in_turn(
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
    browser.connects("public-1").await;
    connect.synced().await;
    connect
        .sends(&about_transactions("SYNC_UPDATES_AVAILABLE"))
        .await;
    eventually_listed(&browser, &["t3", "t1", "t0"]).await;
    let cursors: Vec<_> = connect
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
async fn a_run_that_never_holds_still_is_left_for_later() {
    let connect = Connect::start().await;
    let browser = connect.browser().await;
    let mutated = error(
        "TRANSACTIONS_ERROR",
        "TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION",
    );
    connect.plaid.answers(SYNC, 400, &mutated);
    browser.connects("public-1").await;
    eventually(async || connect.plaid.calls(SYNC).len() == 6).await;
    let waiting = "SELECT count(*) FROM transaction_syncs WHERE due_at > '2026'";
    assert_eq!(connect.count(waiting).await, 1);
}

#[tokio::test]
async fn what_was_interrupted_is_taken_up_by_the_next_process() {
    let mut connect = Connect::start().await;
    let browser = connect.browser().await;
    connect.plaid.answers_in_turn(
        SYNC,
        [
            changes("cursor-1", true, &[("t1", "2026-11-01")], &[]),
            (500, "<html>".to_owned()),
        ],
    );
    browser.connects("public-1").await;
    eventually(async || connect.plaid.calls(SYNC).len() == 2).await;
    connect.stop();
    drop(browser.clone());
    connect
        .spoil("UPDATE transaction_syncs SET due_at = '2026'")
        .await;
    let rest = changes("cursor-2", false, &[("t2", "2026-11-02")], &[]);
    connect.plaid.answers_in_turn(SYNC, [rest]);
    connect.restart().await.expect("a restart");
    let browser = connect.again(browser);
    eventually_listed(&browser, &["t2", "t1"]).await;
    assert_eq!(
        connect.plaid.calls(SYNC)[2]["cursor"],
        "cursor-1",
        "what was fetched is not fetched twice"
    );
}

#[tokio::test]
async fn nothing_is_asked_of_an_item_without_transactions() {
    let connect =
        Connect::start_with(|config| config.link.products = vec!["auth".to_owned()]).await;
    let browser = connect.browser().await;
    browser.connects("public-1").await;
    browser
        .post("/api/items/item-public-1/refresh", json!({}))
        .await;
    assert_eq!(
        connect
            .count("SELECT count(*) FROM transaction_syncs")
            .await,
        0
    );
    assert_eq!(connect.plaid.calls(SYNC).len(), 0);
}

#[tokio::test]
async fn a_plaid_that_is_not_ready_is_asked_again() {
    let connect = Connect::start().await;
    let browser = connect.browser().await;
    let (_, body) = changes("", false, &[], &[]);
    let not_ready = body.replace("HISTORICAL_UPDATE_COMPLETE", "NOT_READY");
    connect.plaid.answers(SYNC, 200, &not_ready);
    browser.connects("public-1").await;
    eventually(async || !connect.plaid.calls(SYNC).is_empty()).await;
    let waiting = "SELECT count(*) FROM transaction_syncs WHERE due_at > '2026'";
    assert_eq!(connect.count(waiting).await, 1);
}

#[tokio::test]
async fn an_item_that_broke_says_so_and_its_transactions_wait_for_its_user() {
    let connect = Connect::start().await;
    let browser = connect.browser().await;
    let broken = error("ITEM_ERROR", "ITEM_LOGIN_REQUIRED");
    connect.plaid.answers(SYNC, 400, &broken);
    connect.plaid.item_is(json!({ "error": broken }));
    browser.connects("public-1").await;
    eventually(async || browser.items().await[0].status == ItemStatus::LoginRequired).await;
    connect.synced().await;

    let all = changes("cursor-1", false, &[("t1", "2026-11-01")], &[]);
    connect.plaid.answers_in_turn(SYNC, [all]);
    browser
        .post("/api/items/item-public-1/repaired", json!({}))
        .await;
    eventually_listed(&browser, &["t1"]).await;
}

#[tokio::test]
async fn transactions_of_accounts_that_were_deselected_go() {
    let connect = Connect::start().await;
    let browser = connect.browser().await;
    two_accounts(&connect);
    browser.connects("public-1").await;
    eventually_listed(&browser, &["s1", "t1"]).await;
    connect
        .plaid
        .answers_in_turn(SYNC, [changes("2", false, &[], &[])]);
    connect.plaid.answers(
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
async fn transactions_go_with_their_item_and_with_the_consent() {
    let connect = Connect::start().await;
    let browser = connect.browser().await;
    two_accounts(&connect);
    browser.connects("public-1").await;
    eventually_listed(&browser, &["s1", "t1"]).await;
    connect.synced().await;
    browser.delete("/api/items/item-public-1").await;
    let kept =
        "SELECT (SELECT count(*) FROM transactions) + (SELECT count(*) FROM transaction_syncs)";
    assert_eq!(connect.count(kept).await, 0);

    two_accounts(&connect);
    browser.connects("public-2").await;
    eventually_listed(&browser, &["s1", "t1"]).await;
    let account = json!({
        "webhook_type": "ITEM", "webhook_code": "USER_ACCOUNT_REVOKED", "item_id": "item-public-2",
        "account_id": "account-Plaid Checking",
    });
    connect.sends(&account).await;
    eventually_listed(&browser, &["s1"]).await;
    let consent = json!({
        "webhook_type": "ITEM", "webhook_code": "USER_PERMISSION_REVOKED", "item_id": "item-public-2",
    });
    connect.sends(&consent).await;
    eventually(async || connect.count(kept).await == 0).await;
    let mut late = about_transactions("SYNC_UPDATES_AVAILABLE");
    late["item_id"] = "item-public-2".into();
    connect.sends(&late).await;
    connect.settled().await;
    assert_eq!(connect.count(kept).await, 0, "nothing comes back");
}

#[tokio::test]
async fn pages_add_up_to_the_whole_and_each_filter_to_its_part() {
    let connect = Connect::start().await;
    let browser = connect.browser().await;
    connect.plaid.answers(
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
    connect.plaid.answers(SYNC, status, &body);
    browser.connects("public-1").await;
    eventually(async || listed(&browser, "limit=100").await.len() == 45).await;

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
async fn nobody_sees_the_transactions_of_another_user() {
    let connect = Connect::start().await;
    let (ada, bob) = (connect.browser().await, connect.browser().await);
    two_accounts(&connect);
    ada.connects("public-1").await;
    eventually_listed(&ada, &["s1", "t1"]).await;
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
    let problem = connect.stranger().get("/api/transactions").await.problem();
    assert_eq!(problem.code, ProblemCode::SignedOut);
}

#[tokio::test]
async fn a_query_that_is_none_is_refused_in_words() {
    let connect = Connect::start().await;
    let browser = connect.browser().await;
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
fn two_accounts(connect: &Connect) {
    connect.plaid.answers(
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
    connect.plaid.answers_in_turn(SYNC, [all, nothing]);
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

async fn eventually_listed(browser: &Browser, ids: &[&str]) {
    eventually(async || listed(browser, "").await == ids).await;
}

impl Connect {
    /// Every transaction is fetched.
    async fn synced(&self) {
        let waiting = "SELECT count(*) FROM transaction_syncs WHERE due_at IS NOT NULL";
        eventually(async || self.count(waiting).await == 0).await;
    }
}
