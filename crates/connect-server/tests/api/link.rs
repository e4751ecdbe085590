//! Link tokens and Link events.

use axum::http::StatusCode;
use connect_api::{LinkTokenGrant, ProblemCode, Session};
use serde_json::{Value, json};
use url::Url;

use crate::harness::{TestBackend, wait_until};

const TOKENS: &str = "/api/link/tokens";

#[tokio::test]
async fn a_link_token_has_its_user_and_plaids_lifetime() {
    let backend = TestBackend::start().await;
    let browser = backend.browser().await;
    let session: Session = browser.get("/api/session").await.json();
    let grant: LinkTokenGrant = browser.post("/api/link/tokens", json!({})).await.json();
    assert_eq!(grant.link_token.as_str(), "link-sandbox-1");
    assert!(
        (14_300..=14_400).contains(&grant.expires_in_seconds),
        "{grant:?}"
    );
    assert_eq!(
        backend.plaid.calls("/link/token/create"),
        [json!({
            "client_name": "Connect", "language": "en", "country_codes": ["US"],
            "products": ["transactions"], "user": { "client_user_id": session.user_id },
        })]
    );
}

/// Otherwise a crash after the answer would lose the token.
#[tokio::test]
async fn a_link_token_is_stored_before_the_browser_receives_it() {
    let backend = TestBackend::start().await;
    let browser = backend.browser().await;
    browser.post(TOKENS, json!({})).await;
    let stored = "SELECT count(*) FROM link_tokens";
    assert_eq!(backend.count(stored).await, 1);
    backend
        .execute_sql("CREATE TRIGGER full BEFORE INSERT ON link_tokens BEGIN SELECT RAISE(FAIL, 'full'); END")
        .await;
    let problem = browser.post(TOKENS, json!({})).await.problem();
    assert_eq!((problem.status, problem.code), (500, ProblemCode::Internal));
}

#[tokio::test]
async fn the_redirect_uri_is_under_the_public_url() {
    let url = Url::parse("https://connect.example").expect("a URL");
    let backend = TestBackend::start_with(|config| config.public_url = Some(url)).await;
    backend
        .browser()
        .await
        .post("/api/link/tokens", json!({}))
        .await;
    let requested = &backend.plaid.calls("/link/token/create")[0];
    assert_eq!(requested["redirect_uri"], "https://connect.example/oauth");
}

#[tokio::test]
async fn an_expired_link_token_has_no_time_left() {
    let backend = TestBackend::start().await;
    let old = json!({ "link_token": "link-1", "expiration": "2020-03-27T12:56:34Z" });
    backend.plaid.respond_with("/link/token/create", 200, &old);
    let browser = backend.browser().await;
    let grant: LinkTokenGrant = browser.post("/api/link/tokens", json!({})).await.json();
    assert_eq!(grant.expires_in_seconds, 0);
}

#[tokio::test]
async fn link_events_are_accepted_up_to_a_limit() {
    let backend = TestBackend::start().await;
    let browser = backend.browser().await;
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

#[tokio::test]
async fn link_options_of_a_page_override_the_settings() {
    let backend = TestBackend::start_with(|config| {
        config.link.customization_name = Some("spring".to_owned());
        config.link.customizations = vec!["summer".to_owned()];
        config.link.routing_number = Some("021000021".to_owned());
        config.link.appearance_mode = Some("LIGHT".to_owned());
        config.link.account_filters =
            Some(json!({ "depository": { "account_subtypes": ["all"] } }));
    })
    .await;
    let browser = backend.browser().await;
    let request = json!({
        "language": "es", "country_codes": ["ES", "US"], "routing_number": "011401533",
        "appearance_mode": "DARK", "link_customization_name": "summer", "phone_number": "+14155550011",
        "account_filters": { "credit": { "account_subtypes": ["credit card"] } },
    });
    assert_eq!(browser.post(TOKENS, json!({})).await.status, StatusCode::OK);
    assert_eq!(browser.post(TOKENS, request).await.status, StatusCode::OK);
    let calls = backend.plaid.calls("/link/token/create");
    let [defaults, requested] = &calls[..] else {
        panic!("two calls: {calls:?}");
    };
    for (field, value) in [
        ("language", json!("en")),
        ("country_codes", json!(["US"])),
        ("institution_data", json!({ "routing_number": "021000021" })),
        ("appearance_mode", json!("LIGHT")),
        ("link_customization_name", json!("spring")),
        (
            "account_filters",
            json!({ "depository": { "account_subtypes": ["all"] } }),
        ),
    ] {
        assert_eq!(defaults[field], value, "{field}");
    }
    assert_eq!(defaults["user"].get("phone_number"), None);
    assert_eq!(requested["user"]["phone_number"], "+14155550011");
    for (field, value) in [
        ("language", json!("es")),
        ("country_codes", json!(["ES", "US"])),
        ("institution_data", json!({ "routing_number": "011401533" })),
        ("appearance_mode", json!("DARK")),
        ("link_customization_name", json!("summer")),
        (
            "account_filters",
            json!({ "credit": { "account_subtypes": ["credit card"] } }),
        ),
    ] {
        assert_eq!(requested[field], value, "{field}");
    }
}

#[tokio::test]
async fn invalid_link_options_are_refused() {
    let backend = TestBackend::start_with(|config| {
        config.link.customization_name = Some("spring".to_owned());
        config.link.customizations = vec!["summer".to_owned()];
    })
    .await;
    let browser = backend.browser().await;
    for options in [
        json!({ "language": "tlh" }),
        json!({ "country_codes": ["us"] }),
        json!({ "country_codes": ["USA"] }),
        json!({ "routing_number": "12" }),
        json!({ "appearance_mode": "dark" }),
        json!({ "link_customization_name": "winter" }),
        json!({ "account_filters": ["depository"] }),
        json!({ "account_filters": { "savings": { "account_subtypes": ["all"] } } }),
        json!({ "account_filters": { "depository": { "account_subtypes": [] } } }),
        json!({ "account_filters": { "depository": { "account_subtypes": [1] } } }),
        json!({ "account_filters": { "depository": { "subtypes": ["all"] } } }),
        json!({ "phone_number": "4155550011" }),
        json!({ "phone_number": "+1 415 555 0011" }),
        json!({ "phone_number": "+0415555001" }),
        json!({ "phone_number": "+1415555001112345" }),
        json!({ "account_selection": true }),
    ] {
        let problem = browser.post(TOKENS, options.clone()).await.problem();
        assert_eq!(
            (problem.status, problem.code),
            (422, ProblemCode::InvalidRequest),
            "{options}"
        );
    }
    assert_eq!(backend.plaid.calls("/link/token/create").len(), 0);
}

#[tokio::test]
async fn a_rate_limited_user_learns_when_to_retry() {
    let backend = TestBackend::start_with(|config| config.rate_limit = 1).await;
    let (ada, bob) = (backend.browser().await, backend.browser().await);
    assert_eq!(ada.post(TOKENS, json!({})).await.status, StatusCode::OK);
    for (path, body) in [
        (TOKENS, json!({})),
        ("/api/items", crate::harness::success("public-1")),
        ("/api/items/item-public-1/refresh", json!({})),
        ("/api/items/item-public-1/repaired", json!({})),
    ] {
        let answer = ada.post(path, body).await;
        let problem = answer.problem();
        assert_eq!(
            (problem.status, problem.code),
            (429, ProblemCode::RateLimited)
        );
        let wait = answer
            .header("retry-after")
            .and_then(|wait| wait.parse().ok());
        assert!(matches!(wait, Some(1..=60)), "{path}: {wait:?}");
    }
    assert_eq!(backend.plaid.calls("/link/token/create").len(), 1);
    assert_eq!(
        ada.items().await,
        [],
        "requests without a call to Plaid are not counted"
    );
    assert_eq!(bob.post(TOKENS, json!({})).await.status, StatusCode::OK);
}

/// What one user reports does not fill the log.
#[tokio::test]
async fn a_user_who_reports_too_many_events_is_refused() {
    let backend = TestBackend::start().await;
    let (ada, bob) = (backend.browser().await, backend.browser().await);
    let event = json!({ "event_name": "OPEN", "metadata": {} });
    let report = json!({ "events": vec![event; 200] });
    for (browser, status) in [
        (&ada, StatusCode::NO_CONTENT),
        (&ada, StatusCode::NO_CONTENT),
        (&ada, StatusCode::NO_CONTENT),
        (&ada, StatusCode::TOO_MANY_REQUESTS),
        (&bob, StatusCode::NO_CONTENT),
    ] {
        let answer = browser.post("/api/link/events", report.clone()).await;
        assert_eq!(answer.status, status, "{answer:?}");
    }
}

/// Plaid's own limits are shared by everyone.
#[tokio::test]
async fn a_person_learns_when_plaid_can_be_called_again() {
    let backend = TestBackend::start_with(|config| config.plaid_rate_limit = 1).await;
    let (ada, bob) = (backend.browser().await, backend.browser().await);
    assert_eq!(ada.post(TOKENS, json!({})).await.status, StatusCode::OK);
    let refused = |answer: crate::harness::Answer| {
        let problem = answer.problem();
        assert_eq!(
            (problem.status, problem.code),
            (429, ProblemCode::RateLimited)
        );
        let wait = answer.header("retry-after");
        assert!(matches!(
            wait.and_then(|wait| wait.parse().ok()),
            Some(1..=60)
        ));
    };
    for (path, body) in [
        (TOKENS, json!({})),
        ("/api/items", crate::harness::success("public-1")),
        ("/api/items/item-public-1/refresh", json!({})),
        ("/api/items/item-public-1/repaired", json!({})),
    ] {
        refused(bob.post(path, body).await);
    }
    refused(bob.delete("/api/items/item-public-1").await);
    assert_eq!(bob.items().await, []);
}

#[tokio::test]
async fn calls_of_jobs_are_counted() {
    let backend = TestBackend::start_with(|config| config.plaid_rate_limit = 2).await;
    let browser = backend.browser().await;
    browser.connect_item("public-1").await;
    wait_until(async || !backend.plaid.calls("/transactions/sync").is_empty()).await;
    let answer = browser
        .post("/api/items/item-public-1/refresh", json!({}))
        .await;
    assert_eq!(answer.problem().status, 429);
}
