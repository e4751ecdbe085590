//! The list of transactions, its pages and its filters.

use connect_api::ProblemCode;
use serde_json::{Value, json};

use super::{SYNC, changes, listed, page, set_two_accounts, transaction, wait_until_listed};
use crate::harness::{Browser, TestBackend, wait_until};
use crate::stub_plaid::account;

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
    // Three on each day, so that pages end within a day.
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
    assert_eq!(list_all(&browser, "limit=7").await, newest_first);
    assert_eq!(
        listed(&browser, "").await,
        newest_first,
        "the default limit is 50"
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
            list_all(&browser, &format!("{filter}limit=4")).await,
            *wanted,
            "{filter}"
        );
    }
}

#[tokio::test]
async fn transactions_of_another_user_are_not_listed() {
    let backend = TestBackend::start().await;
    let (ada, bob) = (backend.browser().await, backend.browser().await);
    set_two_accounts(&backend);
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
    for (query, reason) in [
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
        let detail = problem.detail.expect("a detail");
        assert!(detail.starts_with(reason), "{query}: {detail}");
    }
}

/// Returns the ids on all pages.
async fn list_all(browser: &Browser, query: &str) -> Vec<String> {
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
