//! Items at Plaid whose access token is lost.

use std::time::Duration;

use connect_api::Session;
use serde_json::{Value, json};

use crate::harness::{Browser, TestBackend, success, wait_until};
use crate::stub_plaid::EXCHANGE;

const CREATE: &str = "/user/create";
const ITEMS: &str = "/user/items/get";
const REMOVE: &str = "/user/items/remove";
const GET: &str = "/link/token/get";
/// Public tokens that may have an orphaned Item.
const ORPHANS: &str = "SELECT count(*) FROM public_tokens WHERE orphan_institution_id IS NOT NULL";

async fn start() -> TestBackend {
    TestBackend::start_with(|config| {
        config.plaid_users = true;
        config.reconcile_every = Duration::from_millis(50);
    })
    .await
}

/// Makes orphaned Items removable, as if no other process could still have them.
async fn make_removable(backend: &TestBackend) {
    backend
        .execute_sql("UPDATE public_tokens SET orphan_removable_from = '2000-01-01T00:00:00.000Z'")
        .await;
}

#[tokio::test]
async fn a_link_token_names_the_user_at_plaid() {
    let backend = start().await;
    let browser = backend.browser().await;
    let user = plaid_user(&browser).await;
    for _ in 0..2 {
        browser.post("/api/link/tokens", json!({})).await;
    }
    let request = json!({ "client_user_id": user.trim_start_matches("usr_") });
    assert_eq!(backend.plaid.calls(CREATE), [request], "once");
    for request in backend.plaid.calls("/link/token/create") {
        assert_eq!(request["user_id"], *user);
    }
}

/// A repair creates no Item, and a user without an id at Plaid can connect banks too.
#[tokio::test]
async fn a_link_token_does_not_require_a_user_at_plaid() {
    let backend = start().await;
    let browser = backend.browser().await;
    browser.connect_item("public-1").await;
    let repair = json!({ "item_id": "item-public-1" });
    assert!(
        browser
            .post("/api/link/tokens", repair)
            .await
            .status
            .is_success()
    );
    assert!(backend.plaid.calls(CREATE).is_empty());

    let old_kind = json!({ "user_id": "wz666", "user_token": "user-sandbox-1" });
    let ada = browser;
    for (status, answer) in [(200, old_kind.to_string()), (500, "<html>".to_owned())] {
        backend.plaid.respond_with(CREATE, status, &answer);
        let browser = backend.browser().await;
        let granted = browser.post("/api/link/tokens", json!({})).await;
        assert!(granted.status.is_success(), "{answer}");
        browser.post("/api/link/tokens", json!({})).await;
    }
    assert_eq!(backend.plaid.calls(CREATE).len(), 2, "the answer is cached");
    // If Plaid does not answer, the token is created in time: the app waits for 35 seconds.
    backend.plaid.gate(CREATE);
    let granted = tokio::time::timeout(
        Duration::from_secs(20),
        ada.post("/api/link/tokens", json!({})),
    );
    assert!(
        granted
            .await
            .expect("an answer in time")
            .status
            .is_success()
    );
    for request in backend.plaid.calls("/link/token/create") {
        assert_eq!(request.get("user_id"), None);
    }

    let backend = TestBackend::start().await;
    let browser = backend.browser().await;
    browser.post("/api/link/tokens", json!({})).await;
    lose_answer(&backend, &browser, "public-2").await;
    assert_eq!(backend.count(ORPHANS).await, 0);
    assert!(
        backend.plaid.calls(CREATE).is_empty(),
        "the settings ask for none"
    );
}

#[tokio::test]
async fn an_orphaned_item_is_removed() {
    let backend = start().await;
    let browser = backend.browser().await;
    let user = plaid_user(&browser).await;
    browser.connect_item("public-1").await;
    set_items(
        &backend,
        &[
            ("item-public-1", "ins_109508"),
            ("item-lost", "ins_109508"),
            ("item-elsewhere", "ins_1"),
        ],
    );
    lose_answer(&backend, &browser, "public-2").await;
    assert_eq!(backend.count(ORPHANS).await, 1);
    // Another process that has Plaid's answer gets time to save it.
    let later = "SELECT count(*) FROM public_tokens \
        WHERE orphan_removable_from > strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '+5 seconds')";
    assert_eq!(backend.count(later).await, 1);
    make_removable(&backend).await;
    wait_until(async || backend.count(ORPHANS).await == 0).await;
    let removed = json!({ "user_id": user, "item_ids": ["item-lost"] });
    assert_eq!(backend.plaid.calls(REMOVE), [removed]);
    let log = crate::log::text();
    let user = user.trim_start_matches("usr_");
    let is_logged =
        |line: &str| line.contains("orphaned Item removed at Plaid") && line.contains(user);
    assert!(log.lines().any(is_logged));
}

/// The Item that Plaid lists may belong to that public token.
#[tokio::test]
async fn an_item_whose_public_token_may_still_arrive_is_kept() {
    let visit = |finished_at: Value, token: &str| {
        json!({ "link_token": "link-sandbox-1", "link_sessions": [{
            "link_session_id": "session-1", "finished_at": finished_at,
            "results": { "item_add_results": [{ "public_token": token, "accounts": [], "institution": null }] },
        }] })
    };
    let finished = json!("2026-01-01T00:00:00Z");
    let backend = start().await;
    let browser = backend.browser().await;
    browser.post("/api/link/tokens", json!({})).await;
    wait_until(async || backend.count("SELECT count(*) FROM link_tokens").await == 1).await;
    set_items(&backend, &[("item-lost", "ins_109508")]);
    lose_answer(&backend, &browser, "public-1").await;
    let unfinished = json!({ "link_token": "link-sandbox-1", "link_sessions": [
        { "link_session_id": "session-1", "finished_at": null, "results": null },
    ] });
    backend.plaid.respond_with(GET, 200, &unfinished);
    make_removable(&backend).await;

    // No exchange ends while Plaid does not answer.
    let gate = backend.plaid.gate(EXCHANGE);
    let unreadable = json!({ "link_token": "link-sandbox-1", "link_sessions": [null] });
    for answer in [
        unfinished,
        unreadable,
        visit(finished.clone(), "public-pending"),
    ] {
        backend.plaid.respond_with(GET, 200, &answer);
        let before = backend.plaid.calls(ITEMS).len();
        // By the third request the job has finished with the first.
        wait_until(async || backend.plaid.calls(ITEMS).len() >= before + 3).await;
        assert_eq!(backend.plaid.calls(REMOVE), [] as [Value; 0], "{answer}");
    }
    // Nor is it removed while a public token of an unknown Link token is being exchanged.
    wait_until(async || {
        backend
            .count("SELECT count(*) FROM public_tokens WHERE claim_expires_at IS NOT NULL")
            .await
            == 1
    })
    .await;
    backend
        .plaid
        .respond_with(GET, 200, &visit(finished, "public-1"));
    let before = backend.plaid.calls(ITEMS).len();
    wait_until(async || backend.plaid.calls(ITEMS).len() >= before + 3).await;
    assert_eq!(backend.plaid.calls(REMOVE), [] as [Value; 0]);

    gate.add_permits(1);
    wait_until(async || backend.count(ORPHANS).await == 0).await;
    assert_eq!(backend.plaid.calls(REMOVE).len(), 1);
}

#[tokio::test]
async fn a_failed_removal_is_retried() {
    let backend = start().await;
    let browser = backend.browser().await;
    set_items(&backend, &[("item-lost", "ins_109508")]);
    backend.plaid.respond_with(REMOVE, 500, "<html>");
    lose_answer(&backend, &browser, "public-1").await;
    make_removable(&backend).await;
    wait_until(async || backend.plaid.calls(REMOVE).len() > 1).await;
    assert_eq!(backend.count(ORPHANS).await, 1);
    backend.plaid.restore(REMOVE);
    wait_until(async || backend.count(ORPHANS).await == 0).await;
}

/// Sets the Items that Plaid lists for the user, each with its institution.
fn set_items(backend: &TestBackend, items: &[(&str, &str)]) {
    let items: Vec<Value> = items
        .iter()
        .map(|(id, bank)| json!({ "item_id": id, "institution_id": bank, "error": null }))
        .collect();
    backend
        .plaid
        .respond_with(ITEMS, 200, &json!({ "items": items }));
}

/// Returns the id at Plaid of the browser's user.
async fn plaid_user(browser: &Browser) -> String {
    let session = browser.get("/api/session").await.json::<Session>();
    format!("usr_{}", session.user_id)
}

/// Submits a public token whose answer from Plaid is lost.
async fn lose_answer(backend: &TestBackend, browser: &Browser, token: &str) {
    let used = crate::stub_plaid::error("INVALID_INPUT", "INVALID_PUBLIC_TOKEN").to_string();
    backend
        .plaid
        .respond_in_turn(EXCHANGE, [(502, "<html>".to_owned()), (400, used)]);
    let problem = browser.post("/api/items", success(token)).await.problem();
    assert_eq!(problem.title, "The connection was lost");
    backend.plaid.restore(EXCHANGE);
}
