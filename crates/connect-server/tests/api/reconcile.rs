use std::time::Duration;

use axum::http::StatusCode;
use connect_api::{ItemStatus, ProblemCode, Session};
use serde_json::{Value, json};

use crate::canned_plaid::EXCHANGE;
use crate::connect::{Browser, Connect, eventually, success};

const GET: &str = "/link/token/get";

#[tokio::test]
async fn what_no_browser_reported_is_found_by_asking() {
    let connect =
        Connect::start_with(|config| config.reconcile_every = Duration::from_millis(50)).await;
    let browser = connect.browser().await;
    connect.plaid.answers(GET, 200, &visit("public-1"));
    browser.post("/api/link/tokens", json!({})).await;
    let item = eventually_one(&browser).await;
    assert_eq!(item.id.as_str(), "item-public-1");
    assert_eq!(item.institution_name, "First Platypus Bank");

    // The browser comes back after all, and nothing is asked or made twice.
    let answer = browser.post("/api/items", success("public-1")).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(connect.plaid.calls(EXCHANGE).len(), 1);
}

#[tokio::test]
async fn what_an_earlier_process_left_is_found_at_start() {
    let mut connect = Connect::start().await;
    let browser = connect.browser().await;
    browser.post("/api/link/tokens", json!({})).await;
    eventually(async || connect.count("SELECT count(*) FROM link_tokens").await == 1).await;
    connect.plaid.answers(GET, 200, &visit("public-1"));
    connect.restart().await.expect("a restart");
    eventually_one(&connect.again(browser)).await;
}

/// Whatever Plaid tells of a visit, what came of it is asked: the events of one come also where nothing else does.
#[tokio::test]
async fn a_finished_visit_is_taken_in_when_plaid_tells_of_it() {
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
        let connect = Connect::start().await;
        let browser = connect.browser().await;
        browser.post("/api/link/tokens", json!({})).await;
        eventually(async || connect.count("SELECT count(*) FROM link_tokens").await == 1).await;
        connect.plaid.answers(GET, 200, &visit("public-1"));
        let mut body = json!({
            "webhook_type": "LINK", "webhook_code": code,
            "link_session_id": "session-1", "link_token": "link-sandbox-1",
        });
        let (body_fields, more) = (body.as_object_mut(), more.as_object().cloned());
        body_fields
            .expect("an object")
            .extend(more.expect("an object"));
        assert_eq!(connect.sends(&body).await.status, StatusCode::OK, "{code}");
        eventually_one(&browser).await;
        assert_eq!(connect.plaid.calls(EXCHANGE).len(), 1, "{code}");
    }
}

#[tokio::test]
async fn a_visit_in_update_mode_repairs_and_exchanges_nothing() {
    let mut connect = Connect::start().await;
    let browser = connect.browser().await;
    browser.connects("public-1").await;
    connect
        .spoil("UPDATE items SET status = 'login_required'")
        .await;
    browser
        .post("/api/link/tokens", json!({ "item_id": "item-public-1" }))
        .await;
    eventually(async || connect.count("SELECT count(*) FROM link_tokens").await == 1).await;
    connect.plaid.answers(GET, 200, &visit("public-update"));
    connect.restart().await.expect("a restart");
    let browser = connect.again(browser);
    eventually(async || browser.items().await[0].status == ItemStatus::Healthy).await;
    assert_eq!(connect.plaid.calls(EXCHANGE).len(), 1);
}

/// What the visit settled is settled once: an offer that came since is not taken away whenever Plaid is asked again.
#[tokio::test]
async fn a_visit_that_chose_accounts_takes_the_offer_once() {
    let mut connect = Connect::start().await;
    let browser = connect.browser().await;
    browser.connects("public-1").await;
    let offer = "UPDATE items SET new_accounts_available = 1";
    let mut finished = visit("public-update");
    finished["link_sessions"][1]["finished_at"] = json!("2026-01-01T00:00:00Z");
    for (account_selection, reported, left) in [
        (false, false, true),
        (true, false, false),
        (true, true, true),
    ] {
        connect
            .spoil("UPDATE items SET repaired_at = NULL, accounts_selected_at = NULL")
            .await;
        connect.spoil("DELETE FROM link_tokens").await;
        let wish = json!({ "item_id": "item-public-1", "account_selection": account_selection });
        browser.post("/api/link/tokens", wish.clone()).await;
        eventually(async || connect.count("SELECT count(*) FROM link_tokens").await == 1).await;
        if reported {
            let repaired = "/api/items/item-public-1/repaired";
            browser
                .post(repaired, json!({ "account_selection": true }))
                .await;
        }
        connect.plaid.answers(GET, 200, &finished);
        connect.spoil(offer).await;
        asks_again(&mut connect).await;
        let offered = async || browser.items().await[0].new_accounts_available;
        assert_eq!(offered().await, left, "{wish} {reported}");
        connect.spoil(offer).await;
        asks_again(&mut connect).await;
        assert!(offered().await, "{wish} {reported}: it was taken twice");
    }
}

/// Another process asks about every Link token, and is done with them.
async fn asks_again(connect: &mut Connect) {
    let expired = "SELECT count(*) FROM sessions WHERE expires_at = '2000'";
    connect
        .spoil("INSERT INTO sessions SELECT x'00', id, '2000' FROM users LIMIT 1")
        .await;
    connect.restart().await.expect("a restart");
    // It tidies up last.
    eventually(async || connect.count(expired).await == 0).await;
}

#[tokio::test]
async fn a_slow_answer_about_one_token_holds_up_no_other() {
    let mut connect = Connect::start().await;
    let browser = connect.browser().await;
    browser.post("/api/link/tokens", json!({})).await;
    eventually(async || connect.count("SELECT count(*) FROM link_tokens").await == 1).await;
    connect
        .spoil(
            "INSERT INTO link_tokens (token_sha256, user_id, account_selection, sealed, due_at, expires_at) \
             SELECT zeroblob(32), user_id, account_selection, sealed, due_at, expires_at FROM link_tokens",
        )
        .await;
    connect.plaid.gate(GET);
    connect.restart().await.expect("a restart");
    eventually(async || connect.plaid.calls(GET).len() == 2).await;
}

#[tokio::test]
async fn a_duplicate_is_left_to_its_user() {
    let mut connect = Connect::start().await;
    let browser = connect.browser().await;
    browser.connects("public-1").await;
    browser.post("/api/link/tokens", json!({})).await;
    eventually(async || connect.count("SELECT count(*) FROM link_tokens").await == 1).await;
    let mut again = success("public-2");
    again["metadata"]["accounts"] =
        json!([{ "id": "a", "name": "Plaid Checking", "mask": "0000" }]);
    let problem = browser.post("/api/items", again).await.problem();
    assert_eq!(problem.code, ProblemCode::DuplicateItem);

    // Even when the first is gone, what was declined does not come by itself.
    browser.delete("/api/items/item-public-1").await;
    connect.plaid.answers(GET, 200, &visit("public-2"));
    connect.restart().await.expect("a restart");
    eventually(async || !connect.plaid.calls(GET).is_empty()).await;
    let browser = connect.again(browser);
    let marker = browser.connects("public-3").await;
    assert_eq!(browser.items().await, [marker]);
}

#[tokio::test]
async fn a_token_that_plaid_forgot_is_forgotten_and_a_plaid_that_is_down_is_asked_again() {
    let mut connect = Connect::start().await;
    let browser = connect.browser().await;
    browser.post("/api/link/tokens", json!({})).await;
    eventually(async || connect.count("SELECT count(*) FROM link_tokens").await == 1).await;
    connect.plaid.answers(GET, 500, "<html>");
    connect.restart().await.expect("a restart");
    // Within minutes, while there is a public token that lives.
    let soon = "SELECT count(*) FROM link_tokens \
        WHERE due_at BETWEEN strftime('%Y-%m-%dT%H:%M:%fZ', 'now') AND strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '+2 minutes')";
    eventually(async || connect.count(soon).await == 1).await;
    connect
        .plaid
        .refuses(GET, "INVALID_INPUT", "INVALID_LINK_TOKEN");
    connect.restart().await.expect("a restart");
    eventually(async || connect.count("SELECT count(*) FROM link_tokens").await == 0).await;
}

/// The browser died, and Plaid could not be asked in time.
#[tokio::test]
async fn an_item_that_came_to_nobody_is_told_in_the_log_once_and_ended() {
    let mut connect = Connect::start_with(|config| config.plaid_users = true).await;
    let browser = connect.browser().await;
    browser.post("/api/link/tokens", json!({})).await;
    eventually(async || connect.count("SELECT count(*) FROM link_tokens").await == 1).await;
    connect
        .plaid
        .refuses(EXCHANGE, "INVALID_INPUT", "INVALID_PUBLIC_TOKEN");
    let mut visits = visit("public-late");
    for finished in [0, 1] {
        visits["link_sessions"][finished]["finished_at"] = json!("2026-01-01T00:00:00Z");
    }
    connect.plaid.answers(GET, 200, &visits);
    let item = json!({ "item_id": "item-late", "institution_id": "ins_109508", "error": null });
    connect
        .plaid
        .answers("/user/items/get", 200, &json!({ "items": [item] }));
    connect.restart().await.expect("a restart");
    let browser = connect.again(browser);
    let user = browser.get("/api/session").await.json::<Session>().user_id;
    let told = || {
        let log = crate::log::text();
        let lines = log.lines();
        lines
            .filter(|line| line.contains("a connected Item is lost") && line.contains(&user))
            .count()
    };
    eventually(async || told() == 1).await;
    asks_again(&mut connect).await;
    assert_eq!(told(), 1);
    // The browser comes after all, and hears what is so.
    let browser = connect.again(browser);
    let late = browser.post("/api/items", success("public-late")).await;
    assert_eq!(late.problem().code, ProblemCode::PublicTokenInvalid);
    connect
        .spoil("UPDATE public_tokens SET orphan_removable_from = '2000-01-01T00:00:00.000Z'")
        .await;
    connect.restart().await.expect("a restart");
    eventually(async || connect.plaid.calls("/user/items/remove").len() == 1).await;
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

/// The one Item, once it is complete.
async fn eventually_one(browser: &Browser) -> connect_api::Item {
    let complete =
        |items: &[connect_api::Item]| matches!(items, [item] if item.institution_color.is_some());
    eventually(async || complete(&browser.items().await)).await;
    browser.items().await.remove(0)
}
