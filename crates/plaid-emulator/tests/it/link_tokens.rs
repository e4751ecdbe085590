//! Tests of Link tokens: format, record, lifetime.

use serde_json::json;

use crate::client::{Plaid, link_token_request, text};

#[tokio::test]
async fn link_tokens_are_distinct_and_in_plaids_format() {
    let plaid = Plaid::start().await;
    let one = plaid.link_token().await;
    let other = plaid.link_token().await;
    assert_ne!(one, other);
    let uuid = one.strip_prefix("link-sandbox-").expect("the prefix");
    assert_eq!(uuid.len(), 36);
    assert!(
        uuid.bytes()
            .all(|byte| byte == b'-' || byte.is_ascii_hexdigit()),
        "{uuid}"
    );
}

#[tokio::test]
async fn a_link_token_keeps_its_request() {
    let plaid = Plaid::start().await;
    let mut request = link_token_request();
    request["redirect_uri"] = "http://localhost:8080/oauth".into();
    request["webhook"] = "http://127.0.0.1:8080/api/webhooks/plaid".into();
    request["institution_data"] = json!({ "routing_number": "021000021" });
    request["account_filters"] = json!({ "depository": { "account_subtypes": ["checking"] } });
    let created = plaid.call("/link/token/create", request.clone()).await.ok();
    let got = plaid
        .call(
            "/link/token/get",
            json!({ "link_token": created["link_token"] }),
        )
        .await
        .ok();
    assert_eq!(got["link_token"], created["link_token"]);
    assert_eq!(got["expiration"], created["expiration"]);
    assert_eq!(got["link_sessions"], json!([]));
    assert_eq!(
        got["metadata"],
        json!({
            "initial_products": ["transactions"],
            "webhook": request["webhook"],
            "country_codes": ["US"],
            "language": "en",
            "redirect_uri": request["redirect_uri"],
            "client_name": "Connect",
            "institution_data": request["institution_data"],
            "account_filters": request["account_filters"],
        })
    );
}

#[tokio::test]
async fn an_unknown_link_token_is_refused() {
    let plaid = Plaid::start().await;
    let answer = plaid
        .call("/link/token/get", json!({ "link_token": "link-sandbox-0" }))
        .await;
    assert_eq!(answer.fails(400), "INVALID_LINK_TOKEN");
}

/// Creates a Link token and returns its lifetime in seconds.
async fn lifetime(plaid: &Plaid, request: serde_json::Value) -> i64 {
    let created = plaid.call("/link/token/create", request).await.ok();
    let got = plaid
        .call(
            "/link/token/get",
            json!({ "link_token": created["link_token"] }),
        )
        .await
        .ok();
    let time = |name: &str| {
        let iso = text(&got[name]);
        time::OffsetDateTime::parse(&iso, &time::format_description::well_known::Rfc3339)
            .expect("ISO 8601")
    };
    (time("expiration") - time("created_at")).whole_seconds()
}

#[tokio::test]
async fn a_link_token_expires_after_four_hours_or_thirty_minutes_in_update_mode() {
    let plaid = Plaid::start().await;
    assert_eq!(lifetime(&plaid, link_token_request()).await, 4 * 60 * 60);
    let mut request = link_token_request();
    request["access_token"] = plaid.access_token().await.into();
    request["products"] = serde_json::Value::Null;
    assert_eq!(lifetime(&plaid, request).await, 30 * 60);
}
