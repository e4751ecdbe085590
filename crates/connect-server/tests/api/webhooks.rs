use axum::http::StatusCode;
use connect_api::{Item, ItemStatus, ProblemCode};
use serde_json::{Value, json};
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

use crate::harness::{Browser, TestBackend, wait_until};
use crate::stub_plaid::error;

const ITEM_GET: &str = "/item/get";
const REFRESH: &str = "/api/items/item-public-1/refresh";
const REPAIRED: &str = "/api/items/item-public-1/repaired";

/// What announces the end of an Item, and where it names the time.
const PENDING: [(&str, &str); 2] = [
    ("PENDING_DISCONNECT", "disconnect_time"),
    ("PENDING_EXPIRATION", "consent_expiration_time"),
];

/// A time as Plaid writes it.
fn in_days(days: i64) -> String {
    let time = OffsetDateTime::now_utc() + Duration::days(days);
    time.format(&Rfc3339).expect("a time")
}

#[tokio::test]
async fn an_item_breaks_and_recovers_by_webhook() {
    let backend = TestBackend::start().await;
    let browser = backend.browser().await;
    browser.connect_item("public-1").await;

    backend
        .plaid
        .set_item(json!({ "error": error("ITEM_ERROR", "ITEM_LOGIN_REQUIRED") }));
    assert_eq!(
        backend.send_webhook(&about_item("ERROR", [])).await.status,
        StatusCode::OK
    );
    let item = becomes(&browser, |item| item.status == ItemStatus::LoginRequired).await;
    assert_eq!(
        item.error.expect("an error").error_code,
        "ITEM_LOGIN_REQUIRED"
    );
    assert_eq!(item.accounts.len(), 1, "what was known stays");

    backend.plaid.set_item(json!({ "error": null }));
    backend
        .send_webhook(&about_item("LOGIN_REPAIRED", []))
        .await;
    becomes(&browser, |item| {
        item.status == ItemStatus::Healthy && item.error.is_none()
    })
    .await;
}

/// Plaid is asked, so an old webhook that comes last does no harm.
#[tokio::test]
async fn the_order_of_webhooks_does_not_matter() {
    let backend = TestBackend::start().await;
    let browser = backend.browser().await;
    browser.connect_item("public-1").await;
    backend.plaid.set_item(json!({ "error": null }));
    for code in ["LOGIN_REPAIRED", "ERROR"] {
        backend
            .send_webhook(&about_item(
                code,
                [("error", error("ITEM_ERROR", "ITEM_LOCKED"))],
            ))
            .await;
    }
    backend.wait_until_webhooks_are_applied().await;
    assert_eq!(browser.items().await[0].status, ItemStatus::Healthy);
}

#[tokio::test]
async fn copies_of_a_webhook_are_applied_once() {
    let backend = TestBackend::start().await;
    let browser = backend.browser().await;
    browser.connect_item("public-1").await;
    let mut page = browser.open_event_stream().await;
    backend
        .plaid
        .set_item(json!({ "error": error("ITEM_ERROR", "ITEM_LOGIN_REQUIRED") }));
    let body = about_item("ERROR", []).to_string();
    let signature = backend.plaid.signer.sign(&body, 0);
    for _ in 0..5 {
        assert_eq!(
            backend.deliver_webhook(&signature, &body).await.status,
            StatusCode::OK
        );
    }
    // A retry of Plaid is signed anew.
    backend
        .deliver_webhook(&backend.plaid.signer.sign(&body, 60), &body)
        .await;
    backend.wait_until_webhooks_are_applied().await;
    assert!(backend.plaid.calls(ITEM_GET).len() <= 2);
    assert_eq!(page.changes().await.len(), 1, "the page heard of it once");
}

#[tokio::test]
async fn announcements_are_kept_until_they_are_resolved() {
    let backend = TestBackend::start().await;
    let browser = backend.browser().await;
    browser.connect_item("public-1").await;
    backend
        .send_webhook(&about_item("NEW_ACCOUNTS_AVAILABLE", []))
        .await;
    becomes(&browser, |item| item.new_accounts_available).await;
    for (code, field) in PENDING {
        let end = in_days(7);
        backend
            .send_webhook(&about_item(code, [(field, json!(end))]))
            .await;
        becomes(&browser, |item| item.disconnects_at == Some(end.clone())).await;
    }
    backend
        .send_webhook(&about_item("LOGIN_REPAIRED", []))
        .await;
    becomes(&browser, |item| item.disconnects_at.is_none()).await;
    assert!(
        browser.items().await[0].new_accounts_available,
        "it is still on offer"
    );

    backend
        .plaid
        .set_item(json!({ "consent_expiration_time": in_days(365) }));
    let late = [("consent_expiration_time", json!(in_days(8)))];
    backend
        .send_webhook(&about_item("PENDING_EXPIRATION", late))
        .await;
    backend.wait_until_webhooks_are_applied().await;
    assert_eq!(
        browser.items().await[0].disconnects_at,
        None,
        "the consent was renewed since"
    );
}

#[tokio::test]
async fn an_announced_end_that_is_past_or_invalid_is_ignored() {
    let backend = TestBackend::start().await;
    let browser = backend.browser().await;
    browser.connect_item("public-1").await;
    for (code, field) in PENDING {
        for end in [json!(in_days(-1)), json!("soon"), json!(null)] {
            backend
                .send_webhook(&about_item(code, [(field, end)]))
                .await;
        }
    }
    backend.wait_until_webhooks_are_applied().await;
    assert_eq!(browser.items().await[0].disconnects_at, None);

    // One that was told in time passes, and the Item works all the same.
    backend
        .execute_sql("UPDATE items SET disconnects_at = '2026-01-01T00:00:00Z'")
        .await;
    assert_eq!(browser.items().await[0].disconnects_at, None);
    let item: Item = browser.get("/api/items/item-public-1").await.json();
    assert_eq!(item.disconnects_at, None);
}

/// A webhook bears no time: what was told before the user was in Link comes once more, signed anew, or comes last.
#[tokio::test]
async fn webhooks_from_before_a_repair_are_ignored_after_it() {
    let offer = about_item("NEW_ACCOUNTS_AVAILABLE", []);
    let [disconnect, expiration] =
        PENDING.map(|(code, field)| about_item(code, [(field, json!(in_days(7)))]));
    let far = about_item(PENDING[0].0, [(PENDING[0].1, json!(in_days(30)))]);
    let repaired = about_item("LOGIN_REPAIRED", []);
    for (told, by_itself, late) in [
        (vec![&offer], false, vec![&offer]),
        (vec![&disconnect], false, vec![&disconnect]),
        (vec![&expiration], false, vec![&expiration]),
        (vec![&far], false, vec![&far]),
        (vec![&disconnect], true, vec![&disconnect]),
        (vec![], true, vec![&disconnect, &expiration]),
    ] {
        let backend = TestBackend::start().await;
        let browser = backend.browser().await;
        browser.connect_item("public-1").await;
        for body in &told {
            backend.send_webhook(body).await;
        }
        backend.wait_until_webhooks_are_applied().await;
        if by_itself {
            backend.send_webhook(&repaired).await;
        } else {
            let visit = json!({ "account_selection": true });
            browser.post(REPAIRED, visit).await.json::<Item>();
        }
        backend.wait_until_webhooks_are_applied().await;
        let healed = browser.items().await;
        assert!(!healed[0].new_accounts_available && healed[0].disconnects_at.is_none());
        for body in &late {
            backend.send_webhook(body).await;
        }
        backend.wait_until_webhooks_are_applied().await;
        assert_eq!(browser.items().await, healed, "{late:?}");
    }
}

/// What comes after a repair, and was not told before, is news; an old sign of health does not take it back.
#[tokio::test]
async fn webhooks_from_after_a_repair_are_applied() {
    let backend = TestBackend::start().await;
    let browser = backend.browser().await;
    browser.connect_item("public-1").await;
    let repaired = about_item("LOGIN_REPAIRED", []);
    let offer = about_item("NEW_ACCOUNTS_AVAILABLE", []);
    backend.send_webhook(&repaired).await;
    backend.send_webhook(&offer).await;
    backend.wait_until_webhooks_are_applied().await;
    let visit = json!({ "account_selection": true });
    browser.post(REPAIRED, visit).await.json::<Item>();
    // The next one is told on another day.
    backend
        .execute_sql("UPDATE webhooks SET first_received_at = '2026-01-01T00:00:00.000Z'")
        .await;
    backend.send_webhook(&offer).await;
    becomes(&browser, |item| item.new_accounts_available).await;

    let end = in_days(8);
    let pending = about_item(PENDING[0].0, [(PENDING[0].1, json!(end))]);
    backend.send_webhook(&pending).await;
    becomes(&browser, |item| item.disconnects_at == Some(end.clone())).await;
    backend
        .execute_sql("UPDATE webhooks SET first_received_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-1 hour')")
        .await;
    backend.send_webhook(&repaired).await;
    backend.wait_until_webhooks_are_applied().await;
    assert_eq!(browser.items().await[0].disconnects_at, Some(end));
}

/// Plaid gives a webhook up after a day, and so do we.
#[tokio::test]
async fn a_webhook_that_fails_for_a_day_is_dropped() {
    let backend = TestBackend::start().await;
    let browser = backend.browser().await;
    browser.connect_item("public-1").await;
    backend
        .plaid
        .respond_with_error(ITEM_GET, "INVALID_INPUT", "INVALID_API_KEYS");
    let pending = "SELECT count(*) FROM webhooks WHERE due_at IS NOT NULL";
    backend.send_webhook(&about_item("ERROR", [])).await;
    wait_until(async || backend.plaid.calls(ITEM_GET).len() == 1).await;
    assert_eq!(backend.count(pending).await, 1);
    backend
        .execute_sql(
            "UPDATE webhooks SET due_at = '2026', first_received_at = '2026-01-01T00:00:00.000Z'",
        )
        .await;
    backend.send_webhook(&json!({})).await;
    backend.wait_until_webhooks_are_applied().await;
    assert_eq!(backend.plaid.calls(ITEM_GET).len(), 2);
    assert!(crate::log::text().contains("applying webhooks failed for a day"));
}

/// An access token that opens nothing is how the Item is: nothing is asked again and again, and its user is told.
#[tokio::test]
async fn an_invalid_access_token_becomes_the_items_error() {
    for (kind, code) in [
        ("INVALID_INPUT", "INVALID_ACCESS_TOKEN"),
        ("ITEM_ERROR", "ITEM_NOT_FOUND"),
    ] {
        let backend = TestBackend::start().await;
        let browser = backend.browser().await;
        browser.connect_item("public-1").await;
        let dead = error(kind, code);
        for endpoint in [ITEM_GET, "/accounts/balance/get", "/transactions/sync"] {
            backend.plaid.respond_with(endpoint, 400, &dead);
        }
        backend.send_webhook(&about_item("ERROR", [])).await;
        backend.wait_until_webhooks_are_applied().await;
        let refreshed: Item = browser.post(REFRESH, json!({})).await.json();
        assert_eq!(browser.items().await, std::slice::from_ref(&refreshed));
        assert_eq!(refreshed.status, ItemStatus::Failing);
        assert_eq!(refreshed.error.expect("an error").error_code, code);
        let due = "SELECT count(*) FROM transaction_syncs WHERE due_at IS NOT NULL";
        wait_until(async || backend.count(due).await == 0).await;

        let again = browser.post("/api/items", crate::duplicate::same_account("public-2"));
        assert_eq!(
            again.await.status,
            StatusCode::CREATED,
            "it is no duplicate"
        );
    }
}

#[tokio::test]
async fn a_withdrawn_consent_erases_the_data() {
    let backend = TestBackend::start().await;
    let browser = backend.browser().await;
    browser.connect_item("public-1").await;
    let tokens = "SELECT count(*) FROM items WHERE access_token <> x''";
    for (status, body) in [
        (500, "<html>".to_owned()),
        (429, error("RATE_LIMIT_EXCEEDED", "RATE_LIMIT").to_string()),
        (400, error("INVALID_INPUT", "INVALID_API_KEYS").to_string()),
        (
            400,
            error("INSTITUTION_ERROR", "INSTITUTION_DOWN").to_string(),
        ),
    ] {
        let before = backend.plaid.calls("/item/remove").len();
        backend.plaid.respond_with("/item/remove", status, &body);
        backend
            .send_webhook(&about_item("USER_PERMISSION_REVOKED", []))
            .await;
        wait_until(async || backend.plaid.calls("/item/remove").len() > before).await;
        // It waits until the webhook is done with the Item.
        browser.post(REFRESH, json!({})).await;
        assert_eq!(browser.items().await[0].accounts.len(), 1, "{body}");
        assert_eq!(backend.count(tokens).await, 1, "{body}");
    }

    backend
        .plaid
        .respond_with_error("/item/remove", "INVALID_INPUT", "INVALID_ACCESS_TOKEN");
    backend
        .execute_sql("UPDATE webhooks SET due_at = '2026' WHERE due_at IS NOT NULL")
        .await;
    backend
        .send_webhook(&about_item("USER_PERMISSION_REVOKED", []))
        .await;
    let item = becomes(&browser, |item| item.status == ItemStatus::Failing).await;
    assert_eq!(
        item.error.expect("an error").error_code,
        "USER_PERMISSION_REVOKED"
    );
    assert_eq!(item.accounts, []);
    assert_eq!(backend.count(tokens).await, 0);

    let problem = browser
        .post("/api/link/tokens", json!({ "item_id": "item-public-1" }))
        .await
        .problem();
    assert_eq!(problem.status, 422);
    let removals = backend.plaid.calls("/item/remove").len();
    assert_eq!(
        browser.delete("/api/items/item-public-1").await.status,
        StatusCode::NO_CONTENT
    );
    assert_eq!(
        backend.plaid.calls("/item/remove").len(),
        removals,
        "there is nothing left to end"
    );
    assert_eq!(browser.items().await, []);
}

#[tokio::test]
async fn a_withdrawn_account_is_removed() {
    let backend = TestBackend::start().await;
    let browser = backend.browser().await;
    browser.connect_item("public-1").await;
    let revoked = [("account_id", json!("account-Plaid Checking"))];
    backend
        .send_webhook(&about_item("USER_ACCOUNT_REVOKED", revoked))
        .await;
    becomes(&browser, |item| item.accounts.is_empty()).await;
}

#[tokio::test]
async fn unknown_webhooks_are_stored_and_have_no_effect() {
    let backend = TestBackend::start().await;
    for body in [
        json!({ "webhook_type": "WEATHER", "webhook_code": "RAIN" }),
        json!({ "webhook_type": "ITEM", "webhook_code": "ERROR", "item_id": "nobody's" }),
        json!({ "webhook_type": "TRANSACTIONS", "webhook_code": "SYNC_UPDATES_AVAILABLE", "item_id": "i" }),
        json!({ "webhook_type": "LINK", "webhook_code": "SESSION_FINISHED", "link_token": "not ours" }),
        json!([1, 2, 3]),
    ] {
        assert_eq!(
            backend.send_webhook(&body).await.status,
            StatusCode::OK,
            "{body}"
        );
    }
    backend.wait_until_webhooks_are_applied().await;
    assert_eq!(backend.count("SELECT count(*) FROM webhooks").await, 5);
}

#[tokio::test]
async fn a_webhook_that_failed_is_applied_after_a_restart() {
    let mut backend = TestBackend::start().await;
    let browser = backend.browser().await;
    browser.connect_item("public-1").await;
    backend.plaid.respond_with(ITEM_GET, 500, "<html>");
    assert_eq!(
        backend.send_webhook(&about_item("ERROR", [])).await.status,
        StatusCode::OK
    );
    wait_until(async || !backend.plaid.calls(ITEM_GET).is_empty()).await;

    backend
        .plaid
        .set_item(json!({ "error": error("ITEM_ERROR", "ITEM_LOGIN_REQUIRED") }));
    backend.plaid.restore(ITEM_GET);
    backend
        .execute_sql("UPDATE webhooks SET due_at = '2026'")
        .await;
    backend.restart().await.expect("a restart");
    let browser = backend.reconnect(browser);
    becomes(&browser, |item| item.status == ItemStatus::LoginRequired).await;
}

#[tokio::test]
async fn a_forged_webhook_changes_nothing() {
    let backend = TestBackend::start().await;
    let browser = backend.browser().await;
    let item = browser.connect_item("public-1").await;
    let body = about_item("USER_PERMISSION_REVOKED", []).to_string();
    let other = crate::signer::Signer::default();
    for (signature, told) in [
        ("", &*body),
        ("forged", &body),
        (&other.sign(&body, 0), &body),
        (&backend.plaid.signer.sign(&body, 301), &body),
        (
            &backend.plaid.signer.sign(&body, 0),
            &body.replace(':', ": "),
        ),
    ] {
        let problem = backend.deliver_webhook(signature, told).await.problem();
        assert_eq!(
            (problem.status, problem.code),
            (401, ProblemCode::InvalidRequest),
            "{signature}"
        );
    }
    assert_eq!(backend.count("SELECT count(*) FROM webhooks").await, 0);
    assert_eq!(browser.items().await, [item]);
}

#[tokio::test]
async fn a_webhook_is_refused_while_its_key_cannot_be_fetched() {
    let backend = TestBackend::start().await;
    backend
        .plaid
        .respond_with("/webhook_verification_key/get", 500, "<html>");
    let body = about_item("ERROR", []);
    assert_eq!(
        backend.send_webhook(&body).await.status,
        StatusCode::SERVICE_UNAVAILABLE
    );
    backend.plaid.restore("/webhook_verification_key/get");
    assert_eq!(backend.send_webhook(&body).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_webhook_that_cannot_be_stored_is_not_acknowledged() {
    let backend = TestBackend::start().await;
    backend
        .execute_sql(
            "CREATE TRIGGER full BEFORE INSERT ON webhooks BEGIN SELECT RAISE(FAIL, 'full'); END",
        )
        .await;
    let problem = backend
        .send_webhook(&about_item("ERROR", []))
        .await
        .problem();
    assert_eq!((problem.status, problem.code), (500, ProblemCode::Internal));
}

fn about_item(code: &str, more: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    let mut body = json!({
        "webhook_type": "ITEM", "webhook_code": code, "item_id": "item-public-1",
        "environment": "sandbox", "error": null,
    });
    for (field, value) in more {
        body[field] = value;
    }
    body
}

async fn becomes(browser: &Browser, as_wanted: impl Fn(&Item) -> bool) -> Item {
    let mut found = None;
    wait_until(async || {
        found = browser
            .items()
            .await
            .into_iter()
            .find(|item| as_wanted(item));
        found.is_some()
    })
    .await;
    found.expect("it was found")
}
