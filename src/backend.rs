//! A client of the backend: one function per route, each with a deadline and typed errors.

use connect_api::{
    CreateItem, CreateLinkToken, Item, LinkEvents, LinkTokenGrant, Problem, ProblemCode,
    RepairedItem, Session,
};
use js_sys::{Array, Promise, Reflect};
use leptos::prelude::*;
use leptos_plaid_link::{Failure, FailureKind};
use plaid_link::json::{from_js, to_text};
use plaid_types::ItemId;
use plaid_types::json::{Json, Object};
use plaid_types::serde_json::Value;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, Blob, BlobPropertyBag, Response};

use crate::object::{object, set};
use crate::signed_out::advice;

/// The deadline of a request. The backend waits 30 seconds for Plaid, and needs some time to answer.
const DEADLINE_MILLISECONDS: u32 = 35_000;

/// The backend that served the page.
#[derive(Clone, Copy)]
pub struct Backend {
    /// The number of requests without an answer.
    pending: RwSignal<u32>,
    /// Whether a request of this page was answered as a signed-in user's.
    was_signed_in: RwSignal<bool>,
    /// Whether the user has signed out, in any tab.
    is_signed_out: RwSignal<bool>,
}

/// A failed request to the backend.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// No answer came, or not in time.
    #[error("the backend did not answer: {0}")]
    Unreachable(String),
    /// The answer is not the backend's JSON, for example because a proxy sent it.
    #[error("the backend's answer with status {status} cannot be read")]
    Unreadable {
        /// The HTTP status.
        status: u16,
    },
    /// The backend refused the request.
    #[error(transparent)]
    Problem(Box<Problem>),
}

impl Backend {
    /// Creates a client without requests.
    pub fn new() -> Self {
        Self {
            pending: RwSignal::new(0),
            was_signed_in: RwSignal::new(false),
            is_signed_out: RwSignal::new(false),
        }
    }

    /// Whether a request waits for its answer.
    pub fn is_busy(self) -> bool {
        self.pending.get() > 0
    }

    /// Whether the user is signed in, as far as the page knows.
    pub fn is_signed_in(self) -> bool {
        self.was_signed_in.get() && !self.is_signed_out()
    }

    /// Whether the user has signed out, in any tab.
    pub fn is_signed_out(self) -> bool {
        self.is_signed_out.get()
    }

    /// Records that the user has signed out.
    pub fn set_signed_out(self) {
        self.is_signed_out.try_set(true);
    }

    /// Ends the session, in every tab.
    pub async fn sign_out(self) -> Result<(), Error> {
        self.send_only("DELETE", "api/session", None::<&Value>)
            .await?;
        self.set_signed_out();
        Ok(())
    }

    /// Returns the signed-in user's session.
    pub async fn session(self) -> Result<Session, Error> {
        self.once("GET", "api/session", None).await.and_then(decode)
    }

    /// Creates a Link token.
    pub async fn create_link_token(
        self,
        request: &CreateLinkToken,
    ) -> Result<LinkTokenGrant, Error> {
        self.send("POST", "api/link/tokens", Some(request)).await
    }

    /// Reports what happened in Link. The request outlives the page, and its answer is ignored.
    pub fn report_events(self, report: &LinkEvents<Object>) {
        let body = Array::of1(&to_text(report).into());
        let json = BlobPropertyBag::new();
        json.set_type("application/json");
        if let Ok(body) = Blob::new_with_str_sequence_and_options(&body, &json) {
            let navigator = window().navigator();
            let _ = navigator.send_beacon_with_opt_blob("api/link/events", Some(&body));
        }
    }

    /// Returns every Item of the user, and the number of the list's last change.
    pub async fn items(self) -> Result<(Vec<Item>, u64), Error> {
        let mut answer = self.signed_in("GET", "api/items", None).await?;
        let as_of = answer.body.get("as_of").and_then(Value::as_u64);
        // An unreadable list is an error and not an empty list.
        let items = answer.body.get_mut("items").map(Value::take);
        answer.body = items.unwrap_or_default();
        Ok((decode(answer)?, as_of.unwrap_or_default()))
    }

    /// Returns an Item.
    pub async fn item(self, id: &ItemId) -> Result<Item, Error> {
        self.send("GET", &format!("api/items/{id}"), None::<&Value>)
            .await
    }

    /// Exchanges a public token for an Item.
    pub async fn create_item(self, request: &CreateItem<Object>) -> Result<Item, Error> {
        self.send("POST", "api/items", Some(request)).await
    }

    /// Fetches the balances of an Item again.
    pub async fn refresh_item(self, id: &ItemId) -> Result<Item, Error> {
        let path = format!("api/items/{id}/refresh");
        self.send("POST", &path, None::<&Value>).await
    }

    /// Reports a successful visit in update mode, and returns the Item as it is now. Nothing is exchanged.
    pub async fn item_repaired(self, id: &ItemId, visit: &RepairedItem) -> Result<Item, Error> {
        let path = format!("api/items/{id}/repaired");
        self.send("POST", &path, Some(visit)).await
    }

    /// Disconnects an Item.
    pub async fn delete_item(self, id: &ItemId) -> Result<(), Error> {
        self.send_only("DELETE", &format!("api/items/{id}"), None::<&Value>)
            .await
    }

    async fn send<T: Json>(
        self,
        method: &str,
        path: &str,
        body: Option<&impl Json>,
    ) -> Result<T, Error> {
        self.signed_in(method, path, body.map(to_text))
            .await
            .and_then(decode)
    }

    async fn send_only(
        self,
        method: &str,
        path: &str,
        body: Option<&impl Json>,
    ) -> Result<(), Error> {
        self.signed_in(method, path, body.map(to_text))
            .await
            .map(drop)
    }

    /// Sends a request. A new visitor is signed in, if the backend allows it, and the request is sent again.
    ///
    /// The user never changes while the page is open: a bank that one user connects would become another's.
    async fn signed_in(
        self,
        method: &str,
        path: &str,
        body: Option<String>,
    ) -> Result<Answer, Error> {
        let is_new = !self.was_signed_in.get_untracked();
        match self.once(method, path, body.clone()).await {
            Err(Error::Problem(problem)) if is_new && problem.code == ProblemCode::SignedOut => {
                self.session().await?;
                self.once(method, path, body).await
            }
            answer => answer,
        }
    }

    async fn once(self, method: &str, path: &str, body: Option<String>) -> Result<Answer, Error> {
        self.pending.try_update(|count| *count += 1);
        let mut answer = exchange(method, path, body).await;
        self.pending.try_update(|count| *count -= 1);
        match &mut answer {
            Ok(_) => {
                self.was_signed_in.try_set(true);
            }
            Err(Error::Problem(problem)) if problem.code == ProblemCode::SignedOut => {
                if let Some(advice) = advice(self.was_signed_in.get_untracked()) {
                    problem.detail = Some(advice.to_owned());
                }
            }
            Err(_) => {}
        }
        answer
    }
}

/// A successful answer. Its body is null if it has none.
struct Answer {
    status: u16,
    body: Value,
}

async fn exchange(method: &str, path: &str, body: Option<String>) -> Result<Answer, Error> {
    let response = match head_start(method, path, body.as_deref()) {
        Some(sent) => JsFuture::from(sent)
            .await
            .map_err(|_| Error::Unreachable("the page's own request failed".to_owned()))?
            .unchecked_into(),
        None => send(method, path, body).await?,
    };
    let status = response.status();
    // The browser parses JSON, so the app needs no parser.
    let body = match response.json() {
        Ok(promise) => JsFuture::from(promise)
            .await
            .map_or(Value::Null, |body| from_js(&body)),
        Err(_) => Value::Null,
    };
    if response.ok() {
        return Ok(Answer { status, body });
    }
    match Problem::read(body) {
        Ok(problem) => Err(Error::Problem(Box::new(problem))),
        Err(_) => Err(Error::Unreadable { status }),
    }
}

/// Takes the answer to a request that the page sent while the app was loading (see `index.html`). Each is taken once.
fn head_start(method: &str, path: &str, body: Option<&str>) -> Option<Promise> {
    let sent = window()
        .get("headStart")
        .filter(|_| matches!(body, None | Some("{}")))?;
    let key = JsValue::from(format!("{method} {path}"));
    let answer = Reflect::get(&sent, &key).ok()?;
    let _ = Reflect::delete_property(&sent, &key);
    answer.dyn_into().ok()
}

async fn send(method: &str, path: &str, body: Option<String>) -> Result<Response, Error> {
    let json = "application/json";
    let request = object(&[("method", method)]);
    set(
        &request,
        "headers",
        &object(&[("Accept", json), ("Content-Type", json)]),
    );
    set(
        &request,
        "signal",
        &AbortSignal::timeout_with_u32(DEADLINE_MILLISECONDS),
    );
    if let Some(body) = body {
        set(&request, "body", &body.into());
    }
    let sent = window().fetch_with_str_and_init(path, request.unchecked_ref());
    JsFuture::from(sent)
        .await
        .map(JsCast::unchecked_into)
        .map_err(|error| {
            let message = Reflect::get(&error, &"message".into()).ok();
            let message = message.and_then(|message| message.as_string());
            Error::Unreachable(message.unwrap_or_default())
        })
}

fn decode<T: Json>(answer: Answer) -> Result<T, Error> {
    T::read(answer.body).map_err(|_| Error::Unreadable {
        status: answer.status,
    })
}

impl Error {
    /// Returns the Item that has these accounts already, if the error is a duplicate.
    pub fn duplicate(&self) -> Option<ItemId> {
        match self {
            Self::Problem(problem) if problem.code == ProblemCode::DuplicateItem => {
                problem.item_id.clone()
            }
            _ => None,
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let message = error.to_string();
        match error {
            Error::Unreachable(_) | Error::Unreadable { .. } => {
                Self::new(FailureKind::BackendUnreachable, message)
            }
            Error::Problem(problem) => Self {
                kind: kind_of(problem.code),
                message,
                display_message: problem.display_message.or(problem.detail),
                request_id: problem.request_id,
                link_session_id: None,
            },
        }
    }
}

fn kind_of(code: ProblemCode) -> FailureKind {
    match code {
        ProblemCode::SignedOut => FailureKind::SignedOut,
        ProblemCode::PublicTokenInvalid => FailureKind::PublicTokenInvalid,
        ProblemCode::RateLimited => FailureKind::RateLimited,
        ProblemCode::PlaidUnavailable => FailureKind::PlaidUnavailable,
        ProblemCode::Internal => FailureKind::BackendUnreachable,
        ProblemCode::NotFound => FailureKind::NotFound,
        ProblemCode::InvalidRequest
        | ProblemCode::CrossSite
        | ProblemCode::DuplicateItem
        | ProblemCode::PlaidRefused
        | ProblemCode::Unknown => FailureKind::Refused,
    }
}
