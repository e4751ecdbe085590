//! A client of the emulator that validates every response against the specification.

use plaid_emulator::Emulator;
use serde_json::{Value, json};

use crate::spec::Spec;

/// An emulator and a client of it.
pub(crate) struct Plaid {
    pub(crate) emulator: Emulator,
    pub(crate) http: reqwest::Client,
}

/// A response of the emulator.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

impl Plaid {
    pub(crate) async fn start() -> Self {
        Self::with(Emulator::start().await.expect("a free port"))
    }

    pub(crate) fn with(emulator: Emulator) -> Self {
        // Parsing takes seconds. Later it would delay the test while the emulator's clock continues.
        Spec::load();
        Self {
            emulator,
            http: reqwest::Client::new(),
        }
    }

    /// Calls an endpoint, with the keys in the headers.
    pub(crate) async fn call(&self, path: &str, body: Value) -> Answer {
        let response = self
            .http
            .post(format!("{}{path}", self.emulator.url()))
            .header("PLAID-CLIENT-ID", self.emulator.client_id())
            .header("PLAID-SECRET", self.emulator.secret())
            .header("Plaid-Version", "2020-09-14")
            .json(&body)
            .send()
            .await
            .expect("a response");
        let status = response.status().as_u16();
        let answer = Answer {
            status,
            body: response.json().await.expect("JSON"),
        };
        answer.check_request_id();
        if let Some(spec) = Spec::load() {
            if status == 200 {
                spec.check_request(path, &body);
            }
            spec.check_response(path, status, &answer.body);
        }
        answer
    }

    /// Calls one of the emulator's controls.
    pub(crate) async fn control(&self, path: &str, body: Value) {
        let url = format!("{}/emulator/{path}", self.emulator.url());
        let response = self
            .http
            .post(url)
            .json(&body)
            .send()
            .await
            .expect("a response");
        let status = response.status();
        assert!(
            status.is_success(),
            "{path}: {status} {}",
            response.text().await.expect("a body")
        );
    }

    pub(crate) async fn advance(&self, seconds: u64) {
        self.control("clock/advance", json!({ "seconds": seconds }))
            .await;
    }

    pub(crate) async fn public_token(&self) -> String {
        let body =
            json!({ "institution_id": "ins_109508", "initial_products": ["auth", "transactions"] });
        let body = self.call("/sandbox/public_token/create", body).await.ok();
        text(&body["public_token"])
    }

    /// Creates an Item and returns its access token.
    pub(crate) async fn access_token(&self) -> String {
        let body = json!({ "public_token": self.public_token().await });
        let body = self.call("/item/public_token/exchange", body).await.ok();
        text(&body["access_token"])
    }

    pub(crate) async fn link_token(&self) -> String {
        let body = self
            .call("/link/token/create", link_token_request())
            .await
            .ok();
        text(&body["link_token"])
    }
}

impl Answer {
    /// Returns the body; fails the test unless the status is 200.
    #[track_caller]
    pub(crate) fn ok(self) -> Value {
        assert_eq!(self.status, 200, "{}", self.body);
        self.body
    }

    /// Returns the error code; fails the test unless the response has this status.
    #[track_caller]
    pub(crate) fn fails(self, status: u16) -> String {
        assert_eq!(self.status, status, "{}", self.body);
        text(&self.body["error_code"])
    }

    #[track_caller]
    fn check_request_id(&self) {
        let id = self.body["request_id"].as_str().unwrap_or_default();
        let is_valid = id.len() == 15 && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
        assert!(is_valid, "no request id: {}", self.body);
    }
}

/// Returns a minimal body for `/link/token/create`.
pub(crate) fn link_token_request() -> Value {
    json!({
        "client_name": "Connect",
        "language": "en",
        "country_codes": ["US"],
        "products": ["transactions"],
        "user": { "client_user_id": "user-1" },
    })
}

#[track_caller]
pub(crate) fn text(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("not a string: {value}"))
        .to_owned()
}
