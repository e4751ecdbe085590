use axum::http::StatusCode;
use connect_api::{Item, ItemStatus, ProblemCode};
use serde_json::{Value, json};

use crate::canned_plaid::error;
use crate::connect::{Browser, Connect, eventually};

const ITEM_GET: &str = "/item/get";

#[tokio::test]
async fn an_item_that_broke_says_so_and_heals_by_webhook() {
    let connect = Connect::start().await;
    let browser = connect.browser().await;
    browser.connects("public-1").await;

    connect
        .plaid
        .item_is(json!({ "error": error("ITEM_ERROR", "ITEM_LOGIN_REQUIRED") }));
    assert_eq!(
        connect.sends(&about_item("ERROR", [])).await.status,
        StatusCode::OK
    );
    let item = becomes(&browser, |item| item.status == ItemStatus::LoginRequired).await;
    assert_eq!(
        item.error.expect("an error").error_code,
        "ITEM_LOGIN_REQUIRED"
    );
    assert_eq!(item.accounts.len(), 1, "what was known stays");

    connect.plaid.item_is(json!({ "error": null }));
    connect.sends(&about_item("LOGIN_REPAIRED", [])).await;
    becomes(&browser, |item| {
        item.status == ItemStatus::Healthy && item.error.is_none()
    })
    .await;
}

/// Plaid is asked, so an old webhook that comes last does no harm.
#[tokio::test]
async fn the_order_does_not_matter() {
    let connect = Connect::start().await;
    let browser = connect.browser().await;
    browser.connects("public-1").await;
    connect.plaid.item_is(json!({ "error": null }));
    for code in ["LOGIN_REPAIRED", "ERROR"] {
        connect
            .sends(&about_item(
                code,
                [("error", error("ITEM_ERROR", "ITEM_LOCKED"))],
            ))
            .await;
    }
    connect.settled().await;
    assert_eq!(browser.items().await[0].status, ItemStatus::Healthy);
}

#[tokio::test]
async fn copies_are_applied_once() {
    let connect = Connect::start().await;
    let browser = connect.browser().await;
    browser.connects("public-1").await;
    let mut page = browser.events().await;
    connect
        .plaid
        .item_is(json!({ "error": error("ITEM_ERROR", "ITEM_LOGIN_REQUIRED") }));
    let body = about_item("ERROR", []).to_string();
    let signature = connect.plaid.signer.sign(&body, 0);
    for _ in 0..5 {
        assert_eq!(
            connect.delivers(&signature, &body).await.status,
            StatusCode::OK
        );
    }
    // A retry of Plaid is signed anew.
    connect
        .delivers(&connect.plaid.signer.sign(&body, 60), &body)
        .await;
    connect.settled().await;
    assert!(connect.plaid.calls(ITEM_GET).len() <= 2);
    assert_eq!(page.changes().await.len(), 1, "the page heard of it once");
}

#[tokio::test]
async fn what_the_user_is_to_be_told_is_kept() {
    let connect = Connect::start().await;
    let browser = connect.browser().await;
    browser.connects("public-1").await;
    let time = "2026-12-01T00:00:00Z";

    connect
        .sends(&about_item("NEW_ACCOUNTS_AVAILABLE", []))
        .await;
    becomes(&browser, |item| item.new_accounts_available).await;
    connect
        .sends(&about_item(
            "PENDING_DISCONNECT",
            [("disconnect_time", json!(time))],
        ))
        .await;
    becomes(&browser, |item| {
        item.disconnects_at.as_deref() == Some(time)
    })
    .await;
    connect.sends(&about_item("LOGIN_REPAIRED", [])).await;
    becomes(&browser, |item| item.disconnects_at.is_none()).await;
    connect
        .sends(&about_item(
            "PENDING_EXPIRATION",
            [("consent_expiration_time", json!(time))],
        ))
        .await;
    becomes(&browser, |item| {
        item.disconnects_at.as_deref() == Some(time)
    })
    .await;

    connect
        .plaid
        .item_is(json!({ "consent_expiration_time": "2999-01-01T00:00:00Z" }));
    connect
        .sends(&about_item(
            "PENDING_EXPIRATION",
            [("consent_expiration_time", json!(time))],
        ))
        .await;
    becomes(&browser, |item| item.disconnects_at.is_none()).await;
}

#[tokio::test]
async fn a_consent_that_was_taken_back_takes_the_data_along() {
    let connect = Connect::start().await;
    let browser = connect.browser().await;
    browser.connects("public-1").await;
    connect.plaid.answers("/item/remove", 500, "<html>");
    connect
        .sends(&about_item("USER_PERMISSION_REVOKED", []))
        .await;
    eventually(async || !connect.plaid.calls("/item/remove").is_empty()).await;
    assert_eq!(
        browser.items().await[0].accounts.len(),
        1,
        "the token is kept until it ended"
    );

    connect.plaid.recovers("/item/remove");
    connect
        .spoil("UPDATE webhooks SET apply_at = '2026' WHERE apply_at IS NOT NULL")
        .await;
    connect
        .sends(&about_item("USER_PERMISSION_REVOKED", []))
        .await;
    let item = becomes(&browser, |item| item.status == ItemStatus::Failing).await;
    assert_eq!(
        item.error.expect("an error").error_code,
        "USER_PERMISSION_REVOKED"
    );
    assert_eq!(item.accounts, []);
    assert_eq!(
        connect
            .count("SELECT count(*) FROM items WHERE access_token <> x''")
            .await,
        0
    );

    let problem = browser
        .post("/api/link/tokens", json!({ "item_id": "item-public-1" }))
        .await
        .problem();
    assert_eq!(problem.status, 422);
    let removals = connect.plaid.calls("/item/remove").len();
    assert_eq!(
        browser.delete("/api/items/item-public-1").await.status,
        StatusCode::NO_CONTENT
    );
    assert_eq!(
        connect.plaid.calls("/item/remove").len(),
        removals,
        "there is nothing left to end"
    );
    assert_eq!(browser.items().await, []);
}

#[tokio::test]
async fn an_account_that_was_taken_back_goes() {
    let connect = Connect::start().await;
    let browser = connect.browser().await;
    browser.connects("public-1").await;
    let revoked = [("account_id", json!("account-Plaid Checking"))];
    connect
        .sends(&about_item("USER_ACCOUNT_REVOKED", revoked))
        .await;
    becomes(&browser, |item| item.accounts.is_empty()).await;
}

#[tokio::test]
async fn what_nobody_knows_is_kept_and_does_no_harm() {
    let connect = Connect::start().await;
    for body in [
        json!({ "webhook_type": "WEATHER", "webhook_code": "RAIN" }),
        json!({ "webhook_type": "ITEM", "webhook_code": "ERROR", "item_id": "nobody's" }),
        json!({ "webhook_type": "TRANSACTIONS", "webhook_code": "SYNC_UPDATES_AVAILABLE", "item_id": "i" }),
        json!({ "webhook_type": "LINK", "webhook_code": "SESSION_FINISHED", "link_token": "not ours" }),
        json!([1, 2, 3]),
    ] {
        assert_eq!(connect.sends(&body).await.status, StatusCode::OK, "{body}");
    }
    connect.settled().await;
    assert_eq!(connect.count("SELECT count(*) FROM webhooks").await, 5);
}

#[tokio::test]
async fn what_came_while_plaid_was_down_is_applied_by_the_next_process() {
    let mut connect = Connect::start().await;
    let browser = connect.browser().await;
    browser.connects("public-1").await;
    connect.plaid.answers(ITEM_GET, 500, "<html>");
    assert_eq!(
        connect.sends(&about_item("ERROR", [])).await.status,
        StatusCode::OK
    );
    eventually(async || !connect.plaid.calls(ITEM_GET).is_empty()).await;

    connect
        .plaid
        .item_is(json!({ "error": error("ITEM_ERROR", "ITEM_LOGIN_REQUIRED") }));
    connect.plaid.recovers(ITEM_GET);
    connect.spoil("UPDATE webhooks SET apply_at = '2026'").await;
    connect.restart().await.expect("a restart");
    let browser = connect.again(browser);
    becomes(&browser, |item| item.status == ItemStatus::LoginRequired).await;
}

#[tokio::test]
async fn a_forged_webhook_changes_nothing() {
    let connect = Connect::start().await;
    let browser = connect.browser().await;
    let item = browser.connects("public-1").await;
    let body = about_item("USER_PERMISSION_REVOKED", []).to_string();
    let other = crate::signer::Signer::default();
    for (signature, told) in [
        ("", &*body),
        ("forged", &body),
        (&other.sign(&body, 0), &body),
        (&connect.plaid.signer.sign(&body, 301), &body),
        (
            &connect.plaid.signer.sign(&body, 0),
            &body.replace(':', ": "),
        ),
    ] {
        let problem = connect.delivers(signature, told).await.problem();
        assert_eq!(
            (problem.status, problem.code),
            (401, ProblemCode::InvalidRequest),
            "{signature}"
        );
    }
    assert_eq!(connect.count("SELECT count(*) FROM webhooks").await, 0);
    assert_eq!(browser.items().await, [item]);
}

#[tokio::test]
async fn a_webhook_whose_key_cannot_be_fetched_is_to_come_again() {
    let connect = Connect::start().await;
    connect
        .plaid
        .answers("/webhook_verification_key/get", 500, "<html>");
    let body = about_item("ERROR", []);
    assert_eq!(
        connect.sends(&body).await.status,
        StatusCode::SERVICE_UNAVAILABLE
    );
    connect.plaid.recovers("/webhook_verification_key/get");
    assert_eq!(connect.sends(&body).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_webhook_that_cannot_be_kept_is_not_acknowledged() {
    let connect = Connect::start().await;
    connect
        .spoil(
            "CREATE TRIGGER full BEFORE INSERT ON webhooks BEGIN SELECT RAISE(FAIL, 'full'); END",
        )
        .await;
    let problem = connect.sends(&about_item("ERROR", [])).await.problem();
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
    eventually(async || {
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
