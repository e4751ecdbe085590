//! Tests of the emulator's controls: faults, request log, reset.

use serde_json::{Value, json};

use crate::client::{Plaid, link_token_request, text};

/// Creates a Link token and returns the raw response.
async fn create(plaid: &Plaid) -> reqwest::Result<reqwest::Response> {
    let request = plaid
        .http
        .post(format!("{}/link/token/create", plaid.emulator.url()))
        .header("PLAID-CLIENT-ID", plaid.emulator.client_id())
        .header("PLAID-SECRET", plaid.emulator.secret());
    request.json(&link_token_request()).send().await
}

async fn requests(plaid: &Plaid) -> Value {
    let url = format!("{}/emulator/requests", plaid.emulator.url());
    plaid
        .http
        .get(url)
        .send()
        .await
        .expect("a response")
        .json()
        .await
        .expect("JSON")
}

#[tokio::test]
async fn a_fault_replaces_the_given_number_of_responses() {
    let plaid = Plaid::start().await;
    let rows = [
        ("RATE_LIMIT", 429),
        ("INTERNAL_SERVER_ERROR", 500),
        ("PLANNED_MAINTENANCE", 503),
    ];
    for (code, status) in rows {
        let rule = json!([{ "path": "/link/token/*", "times": 1, "kind": "error", "code": code }]);
        plaid.control("faults", rule).await;
        plaid
            .call(
                "/institutions/search",
                json!({ "query": "a", "country_codes": ["US"] }),
            )
            .await
            .ok();
        assert_eq!(
            plaid
                .call("/link/token/create", link_token_request())
                .await
                .fails(status),
            code
        );
        plaid
            .call("/link/token/create", link_token_request())
            .await
            .ok();
    }
}

#[tokio::test]
async fn a_fault_without_times_stays_until_replaced() {
    let plaid = Plaid::start().await;
    let rule = json!([{ "path": "/link/token/create", "kind": "html", "status": 503 }]);
    plaid.control("faults", rule).await;
    for _ in 0..3 {
        let response = create(&plaid).await.expect("a response");
        assert_eq!(response.status(), 503);
        assert_eq!(
            response.headers()["content-type"],
            "text/html; charset=utf-8"
        );
    }
    plaid.control("faults", json!([])).await;
    assert_eq!(create(&plaid).await.expect("a response").status(), 200);
}

#[tokio::test]
async fn broken_json_is_half_of_the_response() {
    let plaid = Plaid::start().await;
    plaid
        .control("faults", json!([{ "path": "*", "kind": "broken_json" }]))
        .await;
    let response = create(&plaid).await.expect("a response");
    assert_eq!(response.status(), 200);
    let body = response.text().await.expect("a body");
    assert!(body.starts_with('{'), "{body}");
    assert!(serde_json::from_str::<Value>(&body).is_err(), "{body}");
}

#[tokio::test]
async fn unknown_fields_and_values_are_added() {
    let plaid = Plaid::start().await;
    let body = json!({ "access_token": plaid.access_token().await });
    plaid
        .control(
            "faults",
            json!([{ "path": "/accounts/get", "kind": "unknown_fields" }]),
        )
        .await;
    let url = format!("{}/accounts/get", plaid.emulator.url());
    let keys =
        json!({ "client_id": plaid.emulator.client_id(), "secret": plaid.emulator.secret() });
    let mut body = body;
    body["client_id"] = keys["client_id"].clone();
    body["secret"] = keys["secret"].clone();
    let got: Value = plaid
        .http
        .post(url)
        .json(&body)
        .send()
        .await
        .expect("a response")
        .json()
        .await
        .expect("JSON");
    assert_eq!(got["accounts"][0]["subtype"], "emulator_unknown");
    assert!(got["accounts"][0]["emulator_unknown"].is_object());
    assert_eq!(got["accounts"][0]["name"], "Plaid Checking");
}

#[tokio::test]
async fn a_request_with_a_dropped_response_is_handled() {
    let plaid = Plaid::start().await;
    let public_token = plaid.public_token().await;
    let exchange = || {
        let body = json!({
            "public_token": public_token,
            "client_id": plaid.emulator.client_id(),
            "secret": plaid.emulator.secret(),
        });
        plaid
            .http
            .post(format!(
                "{}/item/public_token/exchange",
                plaid.emulator.url()
            ))
            .json(&body)
            .send()
    };
    // The connection closes before the request is handled, then after.
    plaid
        .control(
            "faults",
            json!([
                { "path": "/item/public_token/exchange", "times": 1, "kind": "close" },
                { "path": "/item/public_token/exchange", "times": 1, "kind": "drop_response" },
            ]),
        )
        .await;
    exchange().await.expect_err("no response");
    exchange().await.expect_err("no response");
    let answer = exchange()
        .await
        .expect("a response")
        .json::<Value>()
        .await
        .expect("JSON");
    assert_eq!(
        answer["error_code"], "INVALID_PUBLIC_TOKEN",
        "the dropped response belongs to an exchange"
    );
}

#[tokio::test]
async fn the_script_can_be_blocked() {
    let plaid = Plaid::start().await;
    plaid
        .control(
            "faults",
            json!([{ "path": "/link/v2/stable/link-initialize.js", "times": 1, "kind": "close" }]),
        )
        .await;
    plaid
        .http
        .get(plaid.emulator.link_script_url())
        .send()
        .await
        .expect_err("no response");
}

#[tokio::test]
async fn a_delayed_response_is_complete() {
    let plaid = Plaid::start().await;
    plaid
        .control(
            "faults",
            json!([{ "path": "*", "times": 1, "kind": "delay", "ms": 30 }]),
        )
        .await;
    let before = std::time::Instant::now();
    plaid.link_token().await;
    assert!(before.elapsed().as_millis() >= 30);
}

#[tokio::test]
async fn an_invalid_rule_is_refused() {
    let plaid = Plaid::start().await;
    let url = format!("{}/emulator/faults", plaid.emulator.url());
    let rule = json!([{ "path": "*", "kind": "nonsense" }]);
    let response = plaid
        .http
        .post(url)
        .json(&rule)
        .send()
        .await
        .expect("a response");
    assert_eq!(response.status(), 422);
}

#[tokio::test]
async fn the_log_has_requests_and_no_secrets() {
    let plaid = Plaid::start().await;
    let access_token = plaid.access_token().await;
    plaid
        .call("/item/get", json!({ "access_token": "access-sandbox-0" }))
        .await
        .fails(400);
    plaid
        .http
        .get(format!(
            "{}/pane/link-sandbox-1?token=2",
            plaid.emulator.url()
        ))
        .send()
        .await
        .expect("a response");
    let log = requests(&plaid).await;
    let lines: Vec<String> = log["requests"]
        .as_array()
        .expect("requests")
        .iter()
        .map(|line| {
            format!(
                "{} {} {}",
                text(&line["method"]),
                text(&line["path"]),
                line["status"]
            )
        })
        .collect();
    assert_eq!(
        lines,
        [
            "POST /sandbox/public_token/create 200",
            "POST /item/public_token/exchange 200",
            "POST /item/get 400",
            "GET /pane/link-sandbox-… 404",
        ]
    );
    assert_eq!(log["total"], 4);
    let log = log.to_string();
    assert!(
        !log.contains(&access_token) && !log.contains(plaid.emulator.secret()),
        "{log}"
    );
}

#[tokio::test]
async fn a_reset_restores_the_initial_state() {
    let plaid = Plaid::start().await;
    let first = plaid.link_token().await;
    let access_token = plaid.access_token().await;
    plaid
        .control("faults", json!([{ "path": "*", "kind": "close" }]))
        .await;
    plaid.advance(60 * 60 * 24 * 365).await;
    plaid.control("reset", json!({})).await;
    assert_eq!(requests(&plaid).await["total"], 0);
    let answer = plaid
        .call("/item/get", json!({ "access_token": access_token }))
        .await;
    assert_eq!(answer.fails(400), "INVALID_ACCESS_TOKEN");
    assert_eq!(plaid.link_token().await, first);
    let got = plaid
        .call("/link/token/get", json!({ "link_token": first }))
        .await
        .ok();
    let created: time::OffsetDateTime = time::OffsetDateTime::parse(
        &text(&got["created_at"]),
        &time::format_description::well_known::Rfc3339,
    )
    .expect("ISO 8601");
    assert!(created - time::OffsetDateTime::now_utc() < time::Duration::HOUR);
}
