//! Link tokens whose result no browser has reported.

use std::time::Duration;

use axum::http::StatusCode;
use connect_api::{ItemStatus, ProblemCode, Session};
use serde_json::{Value, json};
use url::Url;

use crate::harness::{Browser, TestBackend, success, wait_until};
use crate::stub_plaid::EXCHANGE;

const GET: &str = "/link/token/get";

#[tokio::test]
async fn an_unreported_success_is_found_by_asking_plaid() {
    let backend =
        TestBackend::start_with(|config| config.reconcile_every = Duration::from_millis(50)).await;
    let browser = backend.browser().await;
    backend.plaid.respond_with(GET, 200, &visit("public-1"));
    browser.post("/api/link/tokens", json!({})).await;
    let item = wait_for_complete_item(&browser).await;
    assert_eq!(item.id.as_str(), "item-public-1");
    assert_eq!(item.institution_name, "First Platypus Bank");

    // The browser submits the token later, and it is not exchanged again.
    let answer = browser.post("/api/items", success("public-1")).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(backend.plaid.calls(EXCHANGE).len(), 1);
}

#[tokio::test]
async fn an_unreported_success_is_found_after_a_restart() {
    let mut backend = TestBackend::start().await;
    let browser = backend.browser().await;
    browser.post("/api/link/tokens", json!({})).await;
    wait_until(async || backend.count("SELECT count(*) FROM link_tokens").await == 1).await;
    backend.plaid.respond_with(GET, 200, &visit("public-1"));
    backend.restart().await.expect("a restart");
    wait_for_complete_item(&backend.reconnect(browser)).await;
}

/// Every kind of webhook about a visit counts: sometimes Plaid sends only its events.
#[tokio::test]
async fn a_webhook_about_a_visit_finds_its_success() {
    for (code, more) in [
        (
            "SESSION_FINISHED",
            json!({ "status": "SUCCESS", "public_tokens": ["public-1"] }),
        ),
        ("ITEM_ADD_RESULT", json!({ "public_token": "public-1" })),
        (
            "EVENTS",
            json!({ "events": [{ "event_id": "1", "event_name": "HANDOFF", "event_metadata": {} }] }),
        ),
    ] {
        let backend = TestBackend::start().await;
        let browser = backend.browser().await;
        browser.post("/api/link/tokens", json!({})).await;
        wait_until(async || backend.count("SELECT count(*) FROM link_tokens").await == 1).await;
        backend.plaid.respond_with(GET, 200, &visit("public-1"));
        let mut body = json!({
            "webhook_type": "LINK", "webhook_code": code,
            "link_session_id": "session-1", "link_token": "link-sandbox-1",
        });
        let (body_fields, more) = (body.as_object_mut(), more.as_object().cloned());
        body_fields
            .expect("an object")
            .extend(more.expect("an object"));
        assert_eq!(
            backend.send_webhook(&body).await.status,
            StatusCode::OK,
            "{code}"
        );
        wait_for_complete_item(&browser).await;
        assert_eq!(backend.plaid.calls(EXCHANGE).len(), 1, "{code}");
    }
}

#[tokio::test]
async fn a_visit_in_update_mode_repairs_and_exchanges_nothing() {
    let mut backend = TestBackend::start().await;
    let browser = backend.browser().await;
    browser.connect_item("public-1").await;
    backend
        .execute_sql("UPDATE items SET status = 'login_required'")
        .await;
    browser
        .post("/api/link/tokens", json!({ "item_id": "item-public-1" }))
        .await;
    wait_until(async || backend.count("SELECT count(*) FROM link_tokens").await == 1).await;
    backend
        .plaid
        .respond_with(GET, 200, &visit("public-update"));
    backend.restart().await.expect("a restart");
    let browser = backend.reconnect(browser);
    wait_until(async || browser.items().await[0].status == ItemStatus::Healthy).await;
    assert_eq!(backend.plaid.calls(EXCHANGE).len(), 1);
}

/// New accounts that are announced after the visit stay available when Plaid is asked again.
#[tokio::test]
async fn an_account_selection_clears_new_accounts_available_once() {
    let backend = TestBackend::start().await;
    let browser = backend.browser().await;
    browser.connect_item("public-1").await;
    let announce = "UPDATE items SET new_accounts_available = 1";
    let mut finished = visit("public-update");
    finished["link_sessions"][1]["finished_at"] = json!("2026-01-01T00:00:00Z");
    for (account_selection, reported, left) in [
        (false, false, true),
        (true, false, false),
        (true, true, true),
    ] {
        backend
            .execute_sql("UPDATE items SET repaired_at = NULL, accounts_selected_at = NULL")
            .await;
        backend.execute_sql("DELETE FROM link_tokens").await;
        let request = json!({ "item_id": "item-public-1", "account_selection": account_selection });
        browser.post("/api/link/tokens", request.clone()).await;
        wait_until(async || backend.count("SELECT count(*) FROM link_tokens").await == 1).await;
        if reported {
            let repaired = "/api/items/item-public-1/repaired";
            browser
                .post(repaired, json!({ "account_selection": true }))
                .await;
        }
        backend.plaid.respond_with(GET, 200, &finished);
        backend.execute_sql(announce).await;
        ask_again(&backend).await;
        let available = async || browser.items().await[0].new_accounts_available;
        assert_eq!(available().await, left, "{request} {reported}");
        backend.execute_sql(announce).await;
        ask_again(&backend).await;
        assert!(available().await, "{request} {reported}: cleared twice");
    }
}

/// Makes the backend ask about the Link token, and waits until it has saved the result.
async fn ask_again(backend: &TestBackend) {
    let finished = json!({
        "webhook_type": "LINK", "webhook_code": "SESSION_FINISHED", "link_token": "link-sandbox-1",
    });
    backend.send_webhook(&finished).await;
    backend.wait_until_webhooks_are_applied().await;
}

#[tokio::test]
async fn a_slow_answer_about_one_token_does_not_block_others() {
    let mut backend = TestBackend::start().await;
    let browser = backend.browser().await;
    browser.post("/api/link/tokens", json!({})).await;
    let second = json!({ "link_token": "link-sandbox-2", "expiration": "2099-01-01T00:00:00Z" });
    backend
        .plaid
        .respond_with("/link/token/create", 200, &second);
    browser.post("/api/link/tokens", json!({})).await;
    wait_until(async || backend.count("SELECT count(*) FROM link_tokens").await == 2).await;
    backend.plaid.gate(GET);
    backend.restart().await.expect("a restart");
    wait_until(async || backend.plaid.calls(GET).len() == 2).await;
}

#[tokio::test]
async fn a_declined_duplicate_is_not_connected_by_the_backend() {
    let mut backend = TestBackend::start().await;
    let browser = backend.browser().await;
    browser.connect_item("public-1").await;
    browser.post("/api/link/tokens", json!({})).await;
    wait_until(async || backend.count("SELECT count(*) FROM link_tokens").await == 1).await;
    let mut again = success("public-2");
    again["metadata"]["accounts"] =
        json!([{ "id": "a", "name": "Plaid Checking", "mask": "0000" }]);
    let problem = browser.post("/api/items", again).await.problem();
    assert_eq!(problem.code, ProblemCode::DuplicateItem);

    // A declined token is not exchanged even after the first Item is disconnected.
    browser.delete("/api/items/item-public-1").await;
    backend.plaid.respond_with(GET, 200, &visit("public-2"));
    backend.restart().await.expect("a restart");
    wait_until(async || !backend.plaid.calls(GET).is_empty()).await;
    let browser = backend.reconnect(browser);
    let marker = browser.connect_item("public-3").await;
    assert_eq!(browser.items().await, [marker]);
}

#[tokio::test]
async fn a_failed_request_is_retried_and_an_unknown_token_is_deleted() {
    let mut backend = TestBackend::start().await;
    let browser = backend.browser().await;
    browser.post("/api/link/tokens", json!({})).await;
    wait_until(async || backend.count("SELECT count(*) FROM link_tokens").await == 1).await;
    backend.plaid.respond_with(GET, 500, "<html>");
    backend.restart().await.expect("a restart");
    // Plaid is asked again within minutes, while a public token is valid.
    let soon = "SELECT count(*) FROM link_tokens \
        WHERE due_at BETWEEN strftime('%Y-%m-%dT%H:%M:%fZ', 'now') AND strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '+2 minutes')";
    wait_until(async || backend.count(soon).await == 1).await;
    backend
        .plaid
        .respond_with_error(GET, "INVALID_INPUT", "INVALID_LINK_TOKEN");
    backend.restart().await.expect("a restart");
    wait_until(async || backend.count("SELECT count(*) FROM link_tokens").await == 0).await;
}

/// No browser reported the success, and Plaid could not be asked in time.
#[tokio::test]
async fn an_item_whose_public_token_expired_is_logged_once_and_removed() {
    let mut backend = TestBackend::start_with(|config| config.plaid_users = true).await;
    let browser = backend.browser().await;
    browser.post("/api/link/tokens", json!({})).await;
    wait_until(async || backend.count("SELECT count(*) FROM link_tokens").await == 1).await;
    backend
        .plaid
        .respond_with_error(EXCHANGE, "INVALID_INPUT", "INVALID_PUBLIC_TOKEN");
    let mut visits = visit("public-late");
    for session in [0, 1] {
        visits["link_sessions"][session]["finished_at"] = json!("2026-01-01T00:00:00Z");
    }
    backend.plaid.respond_with(GET, 200, &visits);
    let item = json!({ "item_id": "item-late", "institution_id": "ins_109508", "error": null });
    backend
        .plaid
        .respond_with("/user/items/get", 200, &json!({ "items": [item] }));
    backend.restart().await.expect("a restart");
    let browser = backend.reconnect(browser);
    let user = browser.get("/api/session").await.json::<Session>().user_id;
    let times_logged = || {
        let log = crate::log::text();
        let lines = log.lines();
        lines
            .filter(|line| line.contains("a connected Item is lost") && line.contains(&user))
            .count()
    };
    wait_until(async || times_logged() == 1).await;
    ask_again(&backend).await;
    assert_eq!(times_logged(), 1);
    // The browser submits the token later, and is refused.
    let browser = backend.reconnect(browser);
    let late = browser.post("/api/items", success("public-late")).await;
    assert_eq!(late.problem().code, ProblemCode::PublicTokenInvalid);
    backend
        .execute_sql("UPDATE public_tokens SET orphan_removable_from = '2000-01-01T00:00:00.000Z'")
        .await;
    backend.restart().await.expect("a restart");
    wait_until(async || backend.plaid.calls("/user/items/remove").len() == 1).await;
}

fn visit(public_token: &str) -> Value {
    json!({ "link_token": "link-sandbox-1", "link_sessions": [
        { "link_session_id": "session-0", "results": null },
        { "link_session_id": "session-1", "results": { "item_add_results": [{
            "public_token": public_token,
            "institution": { "name": "Platypus", "institution_id": "ins_109508" },
            "accounts": [{ "id": "a", "name": "Plaid Checking", "mask": "0000", "type": "depository",
                "subtype": "checking" }],
        }] } },
    ] })
}

/// Returns the only Item, once it is complete.
async fn wait_for_complete_item(browser: &Browser) -> connect_api::Item {
    let complete =
        |items: &[connect_api::Item]| matches!(items, [item] if item.institution_color.is_some());
    wait_until(async || complete(&browser.items().await)).await;
    browser.items().await.remove(0)
}

/// A webhook announces the end of a visit, so that a few questions about each token are enough.
#[tokio::test]
async fn plaid_is_asked_a_few_times_about_a_token() {
    let in_minutes = |from: &str, to: &str| {
        let time = |minutes| format!("strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '+{minutes} minutes')");
        format!(
            "SELECT count(*) FROM link_tokens WHERE due_at BETWEEN {} AND {}",
            time(from),
            time(to)
        )
    };
    let open = json!({ "link_token": "link-sandbox-1", "link_sessions": [
        { "link_session_id": "session-1", "finished_at": null, "results": null },
    ] });
    let nobody = json!({ "link_token": "link-sandbox-1", "link_sessions": [] });
    let url = Url::parse("https://connect.example").expect("a URL");
    for (public_url, answer, delays) in [
        (
            Some(url.clone()),
            &nobody,
            [("38", "42"), ("263", "267"), ("263", "267")],
        ),
        (Some(url), &open, [("18", "22"), ("18", "22"), ("18", "22")]),
        (None, &nobody, [("18", "22"), ("18", "22"), ("18", "22")]),
    ] {
        let mut backend = TestBackend::start_with(|config| config.public_url = public_url).await;
        let browser = backend.browser().await;
        backend.plaid.respond_with(GET, 200, answer);
        browser.post("/api/link/tokens", json!({})).await;
        for (asked, (from, to)) in (1..).zip(delays) {
            backend.restart().await.expect("a restart");
            wait_until(async || backend.plaid.calls(GET).len() == asked).await;
            let due = in_minutes(from, to);
            wait_until(async || backend.count(&due).await == 1).await;
        }
    }
}
