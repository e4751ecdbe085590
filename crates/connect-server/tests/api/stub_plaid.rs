//! A Plaid that does the least a test needs, answers what it is told to, and remembers what it was asked.

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

/// Stops when dropped.
pub(crate) struct StubPlaid {
    pub(crate) url: Url,
    pub(crate) signer: Arc<Signer>,
    world: Arc<World>,
    server: JoinHandle<()>,
}

#[derive(Default)]
struct World {
    calls: Mutex<Vec<(String, Value)>>,
    canned: Mutex<HashMap<String, VecDeque<(u16, String)>>>,
    gates: Mutex<HashMap<String, Arc<Semaphore>>>,
    /// What was done without a word.
    done: Mutex<Vec<String>>,
    /// Endpoints that do their work and then say nothing.
    mute: Mutex<HashSet<String>>,
    /// Whether a used public token answers again.
    lenient: AtomicBool,
    exchanged: Mutex<HashSet<String>>,
    item: Mutex<Value>,
    signer: Arc<Signer>,
}

impl StubPlaid {
    pub(crate) async fn start() -> Self {
        let world = Arc::<World>::default();
        let app = Router::new().fallback(answer).with_state(world.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let server =
            tokio::spawn(async move { axum::serve(listener, app).await.expect("a server") });
        Self {
            url: Url::parse(&format!("http://{address}")).expect("a URL"),
            signer: world.signer.clone(),
            world,
            server,
        }
    }

    /// From now on the endpoint answers this.
    pub(crate) fn respond_with(
        &self,
        endpoint: &str,
        status: u16,
        body: &(impl ToString + ?Sized),
    ) {
        self.respond_in_turn(endpoint, [(status, body.to_string())]);
    }

    /// From now on the endpoint answers these, one after the other, and stays with the last.
    pub(crate) fn respond_in_turn(
        &self,
        endpoint: &str,
        answers: impl IntoIterator<Item = (u16, String)>,
    ) {
        lock(&self.world.canned).insert(endpoint.to_owned(), answers.into_iter().collect());
    }

    /// From now on the endpoint refuses with this error.
    pub(crate) fn respond_with_error(&self, endpoint: &str, kind: &str, code: &str) {
        self.respond_with(endpoint, 400, &error(kind, code));
    }

    /// From now on the endpoint does its own work again.
    pub(crate) fn restore(&self, endpoint: &str) {
        lock(&self.world.canned).remove(endpoint);
    }

    /// From now on `/item/get` answers these fields.
    pub(crate) fn set_item(&self, fields: Value) {
        *lock(&self.world.item) = fields;
    }

    /// From now on the endpoint waits for a permit before it does anything.
    pub(crate) fn gate(&self, endpoint: &str) -> Arc<Semaphore> {
        let gate = Arc::new(Semaphore::new(0));
        lock(&self.world.gates).insert(endpoint.to_owned(), gate.clone());
        gate
    }

    /// From now on the endpoint does its work and never answers, or does so again.
    pub(crate) fn withhold_responses(&self, endpoint: &str, mute: bool) {
        let mut muted = lock(&self.world.mute);
        if mute {
            muted.insert(endpoint.to_owned());
        } else {
            muted.remove(endpoint);
        }
    }

    /// How often the endpoint worked and said nothing.
    pub(crate) fn withheld_responses(&self, endpoint: &str) -> usize {
        let done = lock(&self.world.done);
        done.iter().filter(|path| *path == endpoint).count()
    }

    /// From now on a public token that was exchanged gives the same answer again.
    pub(crate) fn accept_used_public_tokens(&self) {
        self.world.lenient.store(true, Ordering::Relaxed);
    }

    /// From now on nobody waits at the endpoint's gate any more.
    pub(crate) fn remove_gate(&self, endpoint: &str) {
        lock(&self.world.gates).remove(endpoint);
    }

    /// Whether a public token was exchanged.
    pub(crate) fn has_exchanged(&self, public_token: &str) -> bool {
        lock(&self.world.exchanged).contains(public_token)
    }

    /// The bodies that the endpoint was sent.
    pub(crate) fn calls(&self, endpoint: &str) -> Vec<Value> {
        let calls = lock(&self.world.calls);
        calls
            .iter()
            .filter(|(path, _)| path == endpoint)
            .map(|(_, body)| body.clone())
            .collect()
    }

    /// Nobody listens any more.
    pub(crate) fn stop(&self) {
        self.server.abort();
    }
}

impl Drop for StubPlaid {
    fn drop(&mut self) {
        self.server.abort();
    }
}

pub(crate) fn error(kind: &str, code: &str) -> Value {
    json!({
        "error_type": kind, "error_code": code, "error_message": "no", "request_id": "plaid-1",
        "display_message": format!("In words: {code}"),
    })
}

pub(crate) fn account(name: &str, current: f64) -> Value {
    json!({
        "account_id": format!("account-{name}"), "name": name, "mask": "0000",
        "official_name": null, "type": "depository", "subtype": "checking",
        "balances": { "available": null, "current": current, "limit": null,
            "iso_currency_code": "USD", "unofficial_currency_code": null },
    })
}

async fn answer(State(world): State<Arc<World>>, uri: Uri, body: Bytes) -> Response {
    let request: Value = serde_json::from_slice(&body).expect("JSON from the client");
    let path = uri.path().to_owned();
    lock(&world.calls).push((path.clone(), request.clone()));
    let gate = lock(&world.gates).get(&path).cloned();
    if let Some(gate) = gate {
        gate.acquire().await.expect("an open gate").forget();
    }
    if let Some(answers) = lock(&world.canned).get_mut(&path) {
        let (status, body) = match answers.len() {
            1 => answers[0].clone(),
            _ => answers.pop_front().expect("an answer"),
        };
        return (StatusCode::from_u16(status).expect("a status"), body).into_response();
    }
    let answer = world.work(&path, &request);
    if lock(&world.mute).contains(&path) {
        lock(&world.done).push(path);
        return std::future::pending().await;
    }
    answer.into_response()
}

impl World {
    fn work(&self, path: &str, request: &Value) -> (StatusCode, String) {
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
                if !new && !self.lenient.load(Ordering::Relaxed) {
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
            unknown => panic!("nobody calls {unknown}"),
        };
        (StatusCode::OK, answer.to_string())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("no test panicked with the lock")
}
