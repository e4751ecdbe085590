use axum::http::StatusCode;
use connect_api::{LinkTokenGrant, ProblemCode, Session};
use serde_json::{Value, json};
use url::Url;

use crate::connect::Connect;

#[tokio::test]
async fn a_link_token_is_for_this_user_and_lives_as_long_as_plaid_says() {
    let connect = Connect::start().await;
    let browser = connect.browser().await;
    let session: Session = browser.get("/api/session").await.json();
    let grant: LinkTokenGrant = browser.post("/api/link/tokens", json!({})).await.json();
    assert_eq!(grant.link_token.as_str(), "link-sandbox-1");
    assert!(
        (14_300..=14_400).contains(&grant.expires_in_seconds),
        "{grant:?}"
    );
    assert_eq!(
        connect.plaid.calls("/link/token/create"),
        [json!({
            "client_name": "Connect", "language": "en", "country_codes": ["US"],
            "products": ["transactions"], "user": { "client_user_id": session.user_id },
        })]
    );
}

#[tokio::test]
async fn a_public_url_makes_a_redirect_uri() {
    let url = Url::parse("https://connect.example").expect("a URL");
    let connect = Connect::start_with(|config| config.public_url = Some(url)).await;
    connect
        .browser()
        .await
        .post("/api/link/tokens", json!({}))
        .await;
    let asked = &connect.plaid.calls("/link/token/create")[0];
    assert_eq!(asked["redirect_uri"], "https://connect.example/oauth");
}

#[tokio::test]
async fn a_token_that_expired_on_the_way_has_no_time_left() {
    let connect = Connect::start().await;
    let old = json!({ "link_token": "link-1", "expiration": "2020-03-27T12:56:34Z" });
    connect.plaid.answers("/link/token/create", 200, &old);
    let browser = connect.browser().await;
    let grant: LinkTokenGrant = browser.post("/api/link/tokens", json!({})).await.json();
    assert_eq!(grant.expires_in_seconds, 0);
}

#[tokio::test]
async fn what_happened_in_link_is_taken_within_bounds() {
    let connect = Connect::start().await;
    let browser = connect.browser().await;
    let event = json!({ "event_name": "OPEN", "metadata": { "link_session_id": "session-1" } });
    let report = |count| json!({ "events": vec![event.clone(); count] });
    assert_eq!(
        browser.post("/api/link/events", report(200)).await.status,
        StatusCode::NO_CONTENT
    );
    let problem = browser
        .post("/api/link/events", report(201))
        .await
        .problem();
    assert_eq!(
        (problem.status, problem.code),
        (422, ProblemCode::InvalidRequest)
    );
    let unknown: Value =
        json!({ "events": [{ "event_name": "SOMETHING_NEW", "metadata": { "new": [1] } }] });
    assert_eq!(
        browser.post("/api/link/events", unknown).await.status,
        StatusCode::NO_CONTENT
    );
}
