//! Tests of every call, against a server with prepared responses.

use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Response, Uri};
use futures_util::{StreamExt, stream};
use plaid_client::{AccessToken, CreateLinkToken, Error, LinkUser, PlaidClient, Secret};
use plaid_types::{ErrorType, InstitutionId, PublicToken};

const SECRET: &str = "a-secret-that-must-not-show";

#[tokio::test]
async fn a_call_sends_keys_version_and_json() {
    let plaid = CannedPlaid::start(200, r#"{"access_token":"access-1","item_id":"i1"}"#).await;
    let exchanged = plaid
        .client()
        .item_public_token_exchange(&PublicToken::new("public-1"))
        .await
        .expect("a response");
    assert_eq!(exchanged.access_token.expose(), "access-1");
    assert_eq!(exchanged.item_id.as_str(), "i1");

    let (uri, headers, body) = plaid.seen();
    assert_eq!(uri.path(), "/item/public_token/exchange");
    assert_eq!(headers["plaid-client-id"], "client-1");
    assert_eq!(headers["plaid-secret"], SECRET);
    assert_eq!(headers["plaid-version"], "2020-09-14");
    assert_eq!(headers["content-type"], "application/json");
    assert_eq!(body, r#"{"public_token":"public-1"}"#);
}

#[tokio::test]
async fn a_base_url_can_have_a_path() {
    let plaid = CannedPlaid::start(200, r#"{"institutions":[]}"#).await;
    let client = PlaidClient::builder("client-1", Secret::new(SECRET))
        .base_url(format!("{}/behind/a/proxy/", plaid.url))
        .build()
        .expect("a client");
    client
        .institutions_search("first", &[])
        .await
        .expect("a response");
    assert_eq!(plaid.seen().0.path(), "/behind/a/proxy/institutions/search");
}

#[tokio::test]
async fn a_link_token_request_omits_unset_fields() {
    let plaid = CannedPlaid::start(
        200,
        r#"{"link_token":"link-1","expiration":"2026-11-22T12:00:00Z","request_id":"r","new":1}"#,
    )
    .await;
    let request = CreateLinkToken {
        client_name: "Connect",
        language: "en",
        country_codes: &["US".to_owned()],
        user: LinkUser {
            client_user_id: "u1",
            ..LinkUser::default()
        },
        products: &["transactions".to_owned()],
        ..CreateLinkToken::default()
    };
    let created = plaid
        .client()
        .link_token_create(&request)
        .await
        .expect("a response");
    assert_eq!(created.link_token.as_str(), "link-1");
    assert_eq!(created.expiration.unix_timestamp(), 1_795_348_800);
    assert_eq!(
        plaid.seen().2,
        r#"{"client_name":"Connect","language":"en","country_codes":["US"],"user":{"client_user_id":"u1"},"products":["transactions"]}"#
    );
}

#[tokio::test]
async fn unknown_fields_and_values_are_accepted() {
    let plaid = CannedPlaid::start(
        200,
        r#"{"item":{"item_id":"i1","update_type":"telepathic","aura":{"hue":3}},"accounts":[
            {"account_id":"a1","name":"Gold","type":"alchemy","subtype":"philosopher's stone",
             "balances":{"current":1.5,"shine":2},"holder_category":"wizard"}],"request_id":"r"}"#,
    )
    .await;
    let answer = plaid
        .client()
        .accounts_get(&access_token())
        .await
        .expect("a response");
    assert_eq!(answer.accounts[0].kind.as_str(), "alchemy");
    assert_eq!(answer.item.update_type.as_deref(), Some("telepathic"));
}

#[tokio::test]
async fn a_refusal_has_plaids_error() {
    let plaid = CannedPlaid::start(
        400,
        r#"{"error_type":"INVALID_INPUT","error_code":"INVALID_PUBLIC_TOKEN",
            "error_message":"could not find matching public token","display_message":null,"request_id":"r1"}"#,
    )
    .await;
    let error = plaid
        .client()
        .item_public_token_exchange(&PublicToken::new("public-used"))
        .await
        .expect_err("a refusal");
    assert_eq!(error.code(), Some("INVALID_PUBLIC_TOKEN"));
    let plaid_error = error.plaid().expect("Plaid's error");
    assert_eq!(plaid_error.error_type, ErrorType::InvalidInput);
    assert_eq!(
        plaid_error.request_id.as_ref().map(|id| id.as_str()),
        Some("r1")
    );
    assert!(
        matches!(error, Error::Refused { status: 400, .. }),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_refusal_without_a_message_has_its_code() {
    for message in ["", r#","error_message":null"#] {
        let body =
            format!(r#"{{"error_type":"ITEM_ERROR","error_code":"ITEM_LOGIN_REQUIRED"{message}}}"#);
        let plaid = CannedPlaid::start(400, body).await;
        let error = plaid
            .client()
            .item_get(&access_token())
            .await
            .expect_err("a refusal");
        assert_eq!(error.code(), Some("ITEM_LOGIN_REQUIRED"), "{message}");
    }
}

#[tokio::test]
async fn a_rate_limit_is_recognised_by_status_or_error_type() {
    let limited = r#"{"error_type":"RATE_LIMIT_EXCEEDED","error_code":"ITEM_GET_LIMIT"}"#;
    for (status, body, code) in [
        (429, limited, Some("ITEM_GET_LIMIT")),
        (400, limited, Some("ITEM_GET_LIMIT")),
        (429, "<html>slow down</html>", None),
    ] {
        let plaid = CannedPlaid::start(status, body).await;
        let error = plaid
            .client()
            .item_get(&access_token())
            .await
            .expect_err("a limit");
        assert_eq!(error.code(), code);
        let Error::RateLimited { retry_after, .. } = error else {
            panic!("{status} {body}: {error:?}")
        };
        assert_eq!(retry_after, Some(Duration::from_secs(7)));
    }
}

#[tokio::test]
async fn an_unexpected_response_is_reported_but_not_quoted() {
    for (status, body) in [
        (200, "<html><body>access-leak</body></html>"),
        (200, r#"{"access_token": 7, "item_id": "access-leak"}"#),
        (
            200,
            r#"{"item_id":["access-leak"],"access_token":"access-leak"}"#,
        ),
        (200, r#"{"access_token":"access-leak""#),
        (200, ""),
        (500, "<html>access-leak</html>"),
        (502, r#"{"message":"access-leak"}"#),
        (302, ""),
    ] {
        let plaid = CannedPlaid::start(status, body).await;
        let error = plaid
            .client()
            .item_public_token_exchange(&PublicToken::new("public-1"))
            .await
            .expect_err("garbage");
        assert!(
            matches!(error, Error::Unexpected { status: seen, .. } if seen == status),
            "{status} {body}: {error:?}"
        );
        assert!(!format!("{error} {error:?}").contains("leak"), "{error:?}");
    }
}

#[tokio::test]
async fn a_response_over_the_maximum_size_is_refused() {
    let plaid = CannedPlaid::start(200, vec![b' '; 9 * 1024 * 1024]).await;
    let error = plaid
        .client()
        .item_get(&access_token())
        .await
        .expect_err("too large");
    assert!(matches!(error, Error::Unexpected { .. }), "{error:?}");
    assert!(error.to_string().contains("larger than"), "{error}");
}

#[tokio::test]
async fn a_missing_response_times_out() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let client = PlaidClient::builder("client-1", Secret::new(SECRET))
        .base_url(format!(
            "http://{}",
            silent.local_addr().expect("an address")
        ))
        .deadline(Duration::from_millis(50))
        .build()
        .expect("a client");
    let error = client
        .item_get(&access_token())
        .await
        .expect_err("no response");
    assert!(matches!(error, Error::Timeout { .. }), "{error:?}");
}

#[tokio::test]
async fn an_incomplete_response_times_out() {
    let plaid = CannedPlaid::start_with(|| {
        let first = stream::once(async { Ok::<_, Infallible>(Bytes::from_static(b"{\"item\":")) });
        Response::new(Body::from_stream(first.chain(stream::pending())))
    })
    .await;
    let client = PlaidClient::builder("client-1", Secret::new(SECRET))
        .base_url(&plaid.url)
        .deadline(Duration::from_millis(200))
        .build()
        .expect("a client");
    let error = client
        .item_get(&access_token())
        .await
        .expect_err("half a response");
    assert!(matches!(error, Error::Timeout { .. }), "{error:?}");
}

#[tokio::test]
async fn a_closed_port_is_unreachable() {
    // The socket is kept, so that no other process listens on the port.
    let port = tokio::net::TcpSocket::new_v4().expect("a socket");
    let free = "127.0.0.1:0".parse().expect("an address");
    port.bind(free).expect("a port");
    let url = format!("http://{}", port.local_addr().expect("an address"));
    let client = PlaidClient::builder("client-1", Secret::new(SECRET))
        .base_url(url)
        .build();
    let error = client
        .expect("a client")
        .item_get(&access_token())
        .await
        .expect_err("a closed port");
    assert!(matches!(error, Error::Unreachable { .. }), "{error:?}");
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = CannedPlaid::start(200, "{}").await;
    let to = elsewhere.url.clone();
    let plaid = CannedPlaid::start_with(move || {
        let redirect = Response::builder().status(307).header("location", &to);
        redirect.body(Body::empty()).expect("a response")
    })
    .await;
    plaid
        .client()
        .item_get(&access_token())
        .await
        .expect_err("a redirect is an error");
    assert!(elsewhere.seen.lock().expect("a lock").is_none());
}

#[test]
fn debug_of_a_client_does_not_show_the_secret() {
    let builder = PlaidClient::builder("client-1", Secret::new(SECRET));
    assert!(!format!("{builder:?}").contains(SECRET));
    let client = builder.build().expect("a client");
    assert!(!format!("{client:?}").contains(SECRET));
}

#[test]
fn an_invalid_base_url_is_named_in_the_error() {
    for wrong in ["", "sandbox", "ftp://sandbox.plaid.com", "http://"] {
        let error = PlaidClient::builder("client-1", Secret::new(SECRET))
            .base_url(wrong)
            .build()
            .expect_err(wrong);
        assert!(error.to_string().contains(&format!("`{wrong}`")), "{error}");
    }
}

#[tokio::test]
async fn an_institution_is_requested_with_its_colour() {
    let plaid = CannedPlaid::start(
        200,
        r##"{"institution":{"institution_id":"ins_1","name":"Bank","primary_color":"#004966"}}"##,
    )
    .await;
    let institution = plaid
        .client()
        .institutions_get_by_id(&InstitutionId::new("ins_1"), &["US".to_owned()])
        .await
        .expect("a response");
    assert_eq!(institution.primary_color.as_deref(), Some("#004966"));
    let body = plaid.seen().2;
    assert!(
        body.contains(r#""options":{"include_optional_metadata":true}"#),
        "{body}"
    );
}

fn access_token() -> AccessToken {
    AccessToken::new("access-sandbox-1")
}

type Seen = (Uri, HeaderMap, String);

/// A server that records the last request and always sends the same response.
struct CannedPlaid {
    url: String,
    seen: Arc<Mutex<Option<Seen>>>,
    server: tokio::task::JoinHandle<()>,
}

type Respond = Arc<dyn Fn() -> Response<Body> + Send + Sync>;

impl CannedPlaid {
    async fn start(status: u16, body: impl Into<Bytes>) -> Self {
        let body = body.into();
        Self::start_with(move || {
            Response::builder()
                .status(status)
                .header("retry-after", "7")
                .body(Body::from(body.clone()))
                .expect("a response")
        })
        .await
    }

    async fn start_with(respond: impl Fn() -> Response<Body> + Send + Sync + 'static) -> Self {
        let seen = Arc::new(Mutex::new(None));
        let respond: Respond = Arc::new(respond);
        let app = Router::new()
            .fallback(record_and_respond)
            .with_state((seen.clone(), respond));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let server = tokio::spawn(async move {
            axum::serve(listener, app).await.expect("a server");
        });
        Self { url, seen, server }
    }

    fn client(&self) -> PlaidClient {
        PlaidClient::builder("client-1", Secret::new(SECRET))
            .base_url(&self.url)
            .build()
            .expect("a client")
    }

    fn seen(&self) -> Seen {
        self.seen.lock().expect("a lock").take().expect("a request")
    }
}

impl Drop for CannedPlaid {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn record_and_respond(
    State((seen, respond)): State<(Arc<Mutex<Option<Seen>>>, Respond)>,
    uri: Uri,
    headers: HeaderMap,
    body: String,
) -> Response<Body> {
    *seen.lock().expect("a lock") = Some((uri, headers, body));
    respond()
}
