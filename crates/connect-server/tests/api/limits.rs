//! The limits of an address.

use std::net::SocketAddr;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, StatusCode, header};
use connect_api::ProblemCode;

use crate::harness::{Answer, Browser, TestBackend};

#[tokio::test]
async fn an_address_that_sends_too_many_requests_waits() {
    let backend = TestBackend::start_with(|config| config.address_rate_limit = 2).await;
    let visitor = backend.visitor();
    let get = async |address| {
        let request = Request::get("/livez").body(Body::empty());
        send(&visitor, address, "", request.expect("a request")).await
    };
    for (address, status) in [
        ("192.0.2.1", StatusCode::OK),
        ("192.0.2.1", StatusCode::OK),
        ("192.0.2.1", StatusCode::TOO_MANY_REQUESTS),
        ("192.0.2.2", StatusCode::OK),
        // The networks of two IPv6 clients.
        ("[2001:db8::1]", StatusCode::OK),
        ("[2001:db8::2]", StatusCode::OK),
        ("[2001:db8::3]", StatusCode::TOO_MANY_REQUESTS),
        ("[2001:db8:0:1::1]", StatusCode::OK),
    ] {
        assert_eq!(get(address).await.status, status, "{address}");
    }
    let answer = get("192.0.2.1").await;
    assert_eq!(answer.problem().code, ProblemCode::RateLimited);
    let wait = answer.header("retry-after").map(str::parse);
    assert!(matches!(wait, Some(Ok(1..=60_u32))), "{wait:?}");
}

/// A minute's Link tokens are thus limited for an address too, whatever cookies it invents.
#[tokio::test]
async fn an_address_makes_at_most_60_users_a_minute() {
    let backend = TestBackend::start_with(|config| {
        config.address_rate_limit = 6000;
        config.trusted_proxies = vec!["10.0.0.0/8".parse().expect("a network")];
    })
    .await;
    let create_token = async |client| {
        let browser = backend.browser().await;
        let request = post("/api/link/tokens", "{}");
        send(&browser, "10.0.0.1", client, request).await.status
    };
    let accepted = count_accepted(async || create_token("192.0.2.1").await).await;
    assert!((60..120).contains(&accepted), "{accepted}");
    assert_eq!(create_token("192.0.2.2").await, StatusCode::OK);
    let users = backend.count("SELECT count(*) FROM users").await;
    assert_eq!(users, accepted + 1);
}

/// Whatever number of users it has: otherwise one address could use up the calls to Plaid of all.
#[tokio::test]
async fn an_address_gets_a_quarter_of_the_calls_to_plaid() {
    let backend = TestBackend::start_with(|config| {
        config.address_rate_limit = 6000;
        config.plaid_rate_limit = 40;
    })
    .await;
    let create_token = async |address| {
        let browser = backend.browser().await;
        let request = post("/api/link/tokens", "{}");
        send(&browser, address, "", request).await.status
    };
    let accepted = count_accepted(async || create_token("192.0.2.1").await).await;
    assert!((10..20).contains(&accepted), "{accepted}");
    assert_eq!(create_token("192.0.2.2").await, StatusCode::OK);
}

/// The log is thus limited for an address too, whatever cookies it invents.
#[tokio::test]
async fn an_address_reports_at_most_3000_events_of_link_a_minute() {
    let backend = TestBackend::start_with(|config| config.address_rate_limit = 6000).await;
    let event = serde_json::json!({ "event_name": "OPEN", "metadata": {} });
    let report = serde_json::json!({ "events": vec![event; 200] }).to_string();
    let send_report = async |address| {
        let browser = backend.browser().await;
        let request = post("/api/link/events", &report);
        send(&browser, address, "", request).await.status
    };
    let accepted = count_accepted(async || send_report("192.0.2.1").await).await;
    assert!((15..30).contains(&accepted), "{accepted}");
    assert_eq!(send_report("192.0.2.2").await, StatusCode::NO_CONTENT);
}

/// Sends requests until one is refused, and returns how many were accepted: a minute's, and those that the limit allows
/// meanwhile.
async fn count_accepted(send: impl AsyncFn() -> StatusCode) -> i64 {
    let mut accepted = 0;
    loop {
        match send().await {
            StatusCode::TOO_MANY_REQUESTS => return accepted,
            status => assert!(status.is_success(), "{status}"),
        }
        accepted += 1;
    }
}

fn post(path: &str, json: &str) -> Request<Body> {
    let request = Request::post(path).header(header::CONTENT_TYPE, "application/json");
    let request = request.body(Body::from(json.to_owned()));
    request.expect("a request")
}

/// Sends a request from an address, which says that it forwards it for a client.
async fn send(browser: &Browser, address: &str, client: &str, request: Request<Body>) -> Answer {
    let address: SocketAddr = format!("{address}:1234").parse().expect("an address");
    let mut request = request;
    request.extensions_mut().insert(ConnectInfo(address));
    if !client.is_empty() {
        let client = client.parse().expect("a header");
        request.headers_mut().insert("x-forwarded-for", client);
    }
    browser.send(request).await
}
