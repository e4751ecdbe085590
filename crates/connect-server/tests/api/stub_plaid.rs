//! A stub of Plaid's API: it has default responses, sends those that a test sets, and records its requests.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use url::Url;

use crate::signer::Signer;

pub(crate) const EXCHANGE: &str = "/item/public_token/exchange";

/// A stub of Plaid on a free port. It stops when dropped.
pub(crate) struct StubPlaid {
    pub(crate) url: Url,
    pub(crate) signer: Arc<Signer>,
    state: Arc<StubState>,
    server: JoinHandle<()>,
}

#[derive(Default)]
struct StubState {
    calls: Mutex<Vec<(String, Value)>>,
    responses: Mutex<HashMap<String, VecDeque<(u16, String)>>>,
    gates: Mutex<HashMap<String, Arc<Semaphore>>>,
    /// The endpoints of the responses that were withheld.
    withheld: Mutex<Vec<String>>,
    /// Endpoints that process a request and never respond.
    withholding: Mutex<HashSet<String>>,
    /// Whether a used public token gets the same answer again.
    accepts_used_tokens: AtomicBool,
    exchanged: Mutex<HashSet<String>>,
    item: Mutex<Value>,
    signer: Arc<Signer>,
}

impl StubPlaid {
    pub(crate) async fn start() -> Self {
        let state = Arc::<StubState>::default();
        let app = Router::new().fallback(respond).with_state(state.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let server =
            tokio::spawn(async move { axum::serve(listener, app).await.expect("a server") });
        Self {
            url: Url::parse(&format!("http://{address}")).expect("a URL"),
            signer: state.signer.clone(),
            state,
            server,
        }
    }

    /// Makes the endpoint respond with this from now on.
    pub(crate) fn respond_with(
        &self,
        endpoint: &str,
        status: u16,
        body: &(impl ToString + ?Sized),
    ) {
        self.respond_in_turn(endpoint, [(status, body.to_string())]);
    }

    /// Makes the endpoint send these responses in turn, and repeat the last one.
    pub(crate) fn respond_in_turn(
        &self,
        endpoint: &str,
        responses: impl IntoIterator<Item = (u16, String)>,
    ) {
        lock(&self.state.responses).insert(endpoint.to_owned(), responses.into_iter().collect());
    }

    /// Makes the endpoint respond with an error of Plaid.
    pub(crate) fn respond_with_error(&self, endpoint: &str, kind: &str, code: &str) {
        self.respond_with(endpoint, 400, &error(kind, code));
    }

    /// Gives the endpoint its default responses again.
    pub(crate) fn restore(&self, endpoint: &str) {
        lock(&self.state.responses).remove(endpoint);
    }

    /// Sets fields of the Item that `/item/get` returns.
    pub(crate) fn set_item(&self, fields: Value) {
        *lock(&self.state.item) = fields;
    }

    /// Makes the endpoint wait for a permit of the returned gate before it processes a request.
    pub(crate) fn gate(&self, endpoint: &str) -> Arc<Semaphore> {
        let gate = Arc::new(Semaphore::new(0));
        lock(&self.state.gates).insert(endpoint.to_owned(), gate.clone());
        gate
    }

    /// Sets whether the endpoint processes requests without ever responding.
    pub(crate) fn withhold_responses(&self, endpoint: &str, withhold: bool) {
        let mut withholding = lock(&self.state.withholding);
        if withhold {
            withholding.insert(endpoint.to_owned());
        } else {
            withholding.remove(endpoint);
        }
    }

    /// How many responses of the endpoint were withheld.
    pub(crate) fn withheld_responses(&self, endpoint: &str) -> usize {
        let withheld = lock(&self.state.withheld);
        withheld.iter().filter(|path| *path == endpoint).count()
    }

    /// Makes a used public token get the same answer again.
    pub(crate) fn accept_used_public_tokens(&self) {
        self.state
            .accepts_used_tokens
            .store(true, Ordering::Relaxed);
    }

    /// Removes the endpoint's gate: new requests do not wait.
    pub(crate) fn remove_gate(&self, endpoint: &str) {
        lock(&self.state.gates).remove(endpoint);
    }

    /// Returns whether a public token was exchanged.
    pub(crate) fn has_exchanged(&self, public_token: &str) -> bool {
        lock(&self.state.exchanged).contains(public_token)
    }

    /// Returns the bodies of the requests to the endpoint.
    pub(crate) fn calls(&self, endpoint: &str) -> Vec<Value> {
        let calls = lock(&self.state.calls);
        calls
            .iter()
            .filter(|(path, _)| path == endpoint)
            .map(|(_, body)| body.clone())
            .collect()
    }

    /// Stops listening.
    pub(crate) fn stop(&self) {
        self.server.abort();
    }
}

impl Drop for StubPlaid {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// Returns an error of Plaid.
pub(crate) fn error(kind: &str, code: &str) -> Value {
    json!({
        "error_type": kind, "error_code": code, "error_message": "no", "request_id": "plaid-1",
        "display_message": format!("In words: {code}"),
    })
}

/// Returns a checking account.
pub(crate) fn account(name: &str, current: f64) -> Value {
    json!({
        "account_id": format!("account-{name}"), "name": name, "mask": "0000",
        "official_name": null, "type": "depository", "subtype": "checking",
        "balances": { "available": null, "current": current, "limit": null,
            "iso_currency_code": "USD", "unofficial_currency_code": null },
    })
}

async fn respond(State(state): State<Arc<StubState>>, uri: Uri, body: Bytes) -> Response {
    let request: Value = serde_json::from_slice(&body).expect("JSON from the client");
    let path = uri.path().to_owned();
    lock(&state.calls).push((path.clone(), request.clone()));
    let gate = lock(&state.gates).get(&path).cloned();
    if let Some(gate) = gate {
        gate.acquire().await.expect("an open gate").forget();
    }
    if let Some(responses) = lock(&state.responses).get_mut(&path) {
        let (status, body) = match responses.len() {
            1 => responses[0].clone(),
            _ => responses.pop_front().expect("a response"),
        };
        return (StatusCode::from_u16(status).expect("a status"), body).into_response();
    }
    let answer = state.default_response(&path, &request);
    if lock(&state.withholding).contains(&path) {
        lock(&state.withheld).push(path);
        return std::future::pending().await;
    }
    answer.into_response()
}

impl StubState {
    fn default_response(&self, path: &str, request: &Value) -> (StatusCode, String) {
        let answer = match path {
            "/link/token/create" => {
                let expiration = time::OffsetDateTime::now_utc() + time::Duration::hours(4);
                let expiration = expiration
                    .format(&time::format_description::well_known::Rfc3339)
                    .expect("a time");
                json!({ "link_token": "link-sandbox-1", "expiration": expiration })
            }
            EXCHANGE => {
                let token = request["public_token"].as_str().expect("a public token");
                let new = lock(&self.exchanged).insert(token.to_owned());
                if !new && !self.accepts_used_tokens.load(Ordering::Relaxed) {
                    let used = error("INVALID_INPUT", "INVALID_PUBLIC_TOKEN").to_string();
                    return (StatusCode::BAD_REQUEST, used);
                }
                json!({ "access_token": format!("access-{token}"), "item_id": format!("item-{token}") })
            }
            "/accounts/get" | "/accounts/balance/get" => {
                let current = if path == "/accounts/get" {
                    110.0
                } else {
                    120.0
                };
                json!({
                    "accounts": [account("Plaid Checking", current)],
                    "item": { "item_id": "item", "institution_id": "ins_109508", "error": null },
                })
            }
            "/institutions/get_by_id" => json!({ "institution": {
                "institution_id": request["institution_id"], "name": "First Platypus Bank",
                "primary_color": "#004966", "oauth": false, "products": [], "country_codes": ["US"],
            } }),
            "/item/get" => {
                let mut item = json!({ "item_id": "item", "error": null });
                let fields = lock(&self.item).as_object().cloned().unwrap_or_default();
                item.as_object_mut().expect("an object").extend(fields);
                json!({ "item": item })
            }
            "/link/token/get" => json!({ "link_token": "link-sandbox-1", "link_sessions": [] }),
            "/webhook_verification_key/get" => self.signer.public(),
            "/transactions/sync" => json!({
                "added": [], "modified": [], "removed": [], "next_cursor": "", "has_more": false,
                "transactions_update_status": "HISTORICAL_UPDATE_COMPLETE",
            }),
            "/user/create" => {
                json!({ "user_id": format!("usr_{}", request["client_user_id"].as_str().expect("a name")) })
            }
            "/user/items/get" => json!({ "items": [] }),
            "/item/remove" | "/user/items/remove" => json!({ "request_id": "plaid-2" }),
            unknown => panic!("the stub has no response for {unknown}"),
        };
        (StatusCode::OK, answer.to_string())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("no test panicked with the lock")
}
