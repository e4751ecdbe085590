//! The measurements for Prometheus.

use std::time::Duration;

use axum::http::StatusCode;
use connect_server::Server;
use serde_json::json;

use crate::harness::{TestBackend, success};
use crate::stub_plaid::EXCHANGE;

#[tokio::test]
async fn requests_calls_exchanges_and_queues_are_measured() {
    let backend = TestBackend::start_with(|config| {
        config.metrics_listen = "127.0.0.1:0".parse().ok();
    })
    .await;
    let server = Server::start(backend.config.clone()).await;
    let server = server.expect("a server");
    let url = server.metrics_url().expect("an address").to_owned();
    let send = async |method: reqwest::Method, path: &str, body: serde_json::Value| {
        let request = reqwest::Client::new().request(method, format!("{}{path}", server.url()));
        let request = request.header("cookie", COOKIE).json(&body);
        let answer = request.timeout(Duration::from_secs(30)).send().await;
        answer.expect("an answer").status()
    };
    let post = async |path, body| send(reqwest::Method::POST, path, body).await;
    assert_eq!(post("/api/items", success("public-1")).await, 201);
    assert_eq!(post("/api/items", success("public-1")).await, 200);
    backend
        .plaid
        .respond_with_error(EXCHANGE, "INVALID_INPUT", "INVALID_PUBLIC_TOKEN");
    assert_eq!(post("/api/items", success("public-2")).await, 409);
    assert_eq!(post("/api/webhooks/plaid", json!({})).await, 401);
    let path = "/api/items/item-public-1";
    send(reqwest::Method::GET, path, json!(null)).await;
    send(reqwest::Method::GET, "/wp-login-1", json!(null)).await;
    let invented = reqwest::Method::from_bytes(b"INVENTED").expect("a method");
    send(invented, "/wp-login-2", json!(null)).await;

    let text = reqwest::get(&url).await.expect("an answer");
    let text = text.text().await.expect("text");
    for line in [
        "connect_http_request_duration_seconds_count{route=\"/api/items\",method=\"POST\",status=\"201\"} 1",
        "connect_http_request_duration_seconds_count{route=\"/api/items/{id}\",method=\"GET\",status=\"200\"} 1",
        "connect_http_request_duration_seconds_count{route=\"other\",method=\"GET\",status=\"404\"} 1",
        "connect_http_request_duration_seconds_count{route=\"other\",method=\"other\",status=\"405\"} 1",
        "connect_plaid_call_duration_seconds_count{endpoint=\"/item/public_token/exchange\",outcome=\"ok\"} 1",
        "connect_plaid_call_duration_seconds_count{endpoint=\"/item/public_token/exchange\",outcome=\"refused\"} 1",
        "connect_exchanges_total{outcome=\"connected\"} 1",
        "connect_exchanges_total{outcome=\"known\"} 1",
        "connect_exchanges_total{outcome=\"invalid\"} 1",
        "connect_webhooks_total{outcome=\"refused\"} 1",
        "connect_queue_length{queue=\"webhooks\"} 0",
        "connect_queue_oldest_seconds{queue=\"webhooks\"} 0",
        "connect_event_streams 0",
        "# TYPE connect_connections gauge",
        "# TYPE connect_database_errors counter",
        "# TYPE connect_unreadable_rows counter",
    ] {
        assert!(text.lines().any(|found| found == line), "{line}\n{text}");
    }
    assert!(!text.contains("wp-login"), "a label is never a path");
    server.shutdown().await;
}

/// The address that everybody reaches does not have them.
#[tokio::test]
async fn measurements_are_served_on_their_own_address_only() {
    let backend = TestBackend::start().await;
    let answer = backend.visitor().get("/metrics").await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
}

/// A session of which nothing is stored yet.
const COOKIE: &str = "__Host-connect=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA; \
    connect=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
