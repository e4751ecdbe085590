//! A caller of the emulator that checks every answer against the specification.

use plaid_emulator::Emulator;
use serde_json::{Value, json};

use crate::spec::Spec;

/// An emulator and a caller of it.
pub(crate) struct Plaid {
    pub(crate) emulator: Emulator,
    pub(crate) http: reqwest::Client,
}

/// What the emulator said.
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
        // It takes seconds to read, in which the emulator's clock would go on.
        Spec::load();
        Self {
            emulator,
            http: reqwest::Client::new(),
        }
    }

    /// A call with the keys in the headers.
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
            .expect("an answer");
        let status = response.status().as_u16();
        let answer = Answer {
            status,
            body: response.json().await.expect("JSON"),
        };
        answer.has_request_id();
        if let Some(spec) = Spec::load() {
            if status == 200 {
                spec.check_request(path, &body);
            }
            spec.check_response(path, status, &answer.body);
        }
        answer
    }

    /// A control of the emulator itself.
    pub(crate) async fn control(&self, path: &str, body: Value) {
        let url = format!("{}/emulator/{path}", self.emulator.url());
        let response = self
            .http
            .post(url)
            .json(&body)
            .send()
            .await
            .expect("an answer");
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

    /// A new Item; its access token.
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
    /// The body of an answer that must be a success.
    #[track_caller]
    pub(crate) fn ok(self) -> Value {
        assert_eq!(self.status, 200, "{}", self.body);
        self.body
    }

    /// The error code of an answer that must fail with this status.
    #[track_caller]
    pub(crate) fn fails(self, status: u16) -> String {
        assert_eq!(self.status, status, "{}", self.body);
        text(&self.body["error_code"])
    }

    #[track_caller]
    fn has_request_id(&self) {
        let id = self.body["request_id"].as_str().unwrap_or_default();
        let shaped = id.len() == 15 && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
        assert!(shaped, "no request id: {}", self.body);
    }
}

/// The least that makes a Link token.
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
        .unwrap_or_else(|| panic!("not a text: {value}"))
        .to_owned()
}
