//! The emulator's own controls: faults, the log, a fresh start.

use serde_json::{Value, json};

use crate::client::{Plaid, link_token_request, text};

/// Asks for a Link token and gives the raw answer.
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
        .expect("an answer")
        .json()
        .await
        .expect("JSON")
}

#[tokio::test]
async fn a_fault_answers_in_plaids_stead_as_often_as_told() {
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
async fn without_times_a_fault_stays_until_replaced() {
    let plaid = Plaid::start().await;
    let rule = json!([{ "path": "/link/token/create", "kind": "html", "status": 503 }]);
    plaid.control("faults", rule).await;
    for _ in 0..3 {
        let response = create(&plaid).await.expect("an answer");
        assert_eq!(response.status(), 503);
        assert_eq!(
            response.headers()["content-type"],
            "text/html; charset=utf-8"
        );
    }
    plaid.control("faults", json!([])).await;
    assert_eq!(create(&plaid).await.expect("an answer").status(), 200);
}

#[tokio::test]
async fn broken_json_is_half_of_the_answer() {
    let plaid = Plaid::start().await;
    plaid
        .control("faults", json!([{ "path": "*", "kind": "broken_json" }]))
        .await;
    let response = create(&plaid).await.expect("an answer");
    assert_eq!(response.status(), 200);
    let body = response.text().await.expect("a body");
    assert!(body.starts_with('{'), "{body}");
    assert!(serde_json::from_str::<Value>(&body).is_err(), "{body}");
}

#[tokio::test]
async fn unknown_fields_and_values_come_on_top() {
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
        .expect("an answer")
        .json()
        .await
        .expect("JSON");
    assert_eq!(got["accounts"][0]["subtype"], "emulator_unknown");
    assert!(got["accounts"][0]["emulator_unknown"].is_object());
    assert_eq!(got["accounts"][0]["name"], "Plaid Checking");
}

#[tokio::test]
async fn a_dropped_response_has_done_its_work() {
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
    // Closed before the work is done, then after it.
    plaid
        .control(
            "faults",
            json!([
                { "path": "/item/public_token/exchange", "times": 1, "kind": "close" },
                { "path": "/item/public_token/exchange", "times": 1, "kind": "drop_response" },
            ]),
        )
        .await;
    exchange().await.expect_err("no answer");
    exchange().await.expect_err("no answer");
    let answer = exchange()
        .await
        .expect("an answer")
        .json::<Value>()
        .await
        .expect("JSON");
    assert_eq!(
        answer["error_code"], "INVALID_PUBLIC_TOKEN",
        "the dropped one used the token up"
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
        .expect_err("no answer");
}

#[tokio::test]
async fn a_late_answer_is_an_answer() {
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
async fn a_rule_that_is_none_is_refused() {
    let plaid = Plaid::start().await;
    let url = format!("{}/emulator/faults", plaid.emulator.url());
    let rule = json!([{ "path": "*", "kind": "nonsense" }]);
    let response = plaid
        .http
        .post(url)
        .json(&rule)
        .send()
        .await
        .expect("an answer");
    assert_eq!(response.status(), 422);
}

#[tokio::test]
async fn the_log_tells_what_was_called_and_no_secret() {
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
        .expect("an answer");
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
async fn a_reset_is_a_fresh_start() {
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
