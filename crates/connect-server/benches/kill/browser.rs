//! A browser that carries out the effects of `link-flow`, as the app does. A success is in the outbox before it is submitted, and
//! stays there until the backend has answered.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use link_flow::{
    Effect, Event, Failure, FailureKind, Millis, OutboxRecord, Purpose, State, Submitted, Success,
    step,
};
use plaid_types::{ItemId, LinkToken};
use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::link;

/// What outlives the tab: the cookie, the `localStorage` and the purpose of the visit.
#[derive(Clone, Debug, Default)]
pub(crate) struct Storage(Arc<Mutex<Stored>>);

#[derive(Clone, Debug, Default)]
pub(crate) struct Stored {
    pub(crate) cookie: Option<String>,
    pub(crate) user: String,
    /// What the user wants to do in Link.
    pub(crate) purpose: Purpose,
    /// The Link tokens that were created, and their purposes.
    pub(crate) link_tokens: Vec<(LinkToken, Purpose)>,
    outbox: Vec<OutboxRecord>,
}

impl Storage {
    pub(crate) fn read(&self) -> Stored {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Changes what the user wants to do in Link.
    pub(crate) fn set_purpose(&self, purpose: Purpose) {
        self.write(|stored| stored.purpose = purpose);
    }

    fn write(&self, change: impl FnOnce(&mut Stored)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

/// A tab, and the addresses that it sends requests to.
#[derive(Clone, Debug)]
pub(crate) struct Tab {
    pub(crate) backend: String,
    pub(crate) plaid: String,
    pub(crate) storage: Storage,
    /// Notified when a success is being submitted.
    pub(crate) posting: Arc<Notify>,
}

impl Tab {
    /// Runs the flow: it submits the successes in the outbox, and completes Link unless it was opened for this purpose before.
    pub(crate) async fn run(self) {
        if self.storage.read().cookie.is_none() {
            self.sign_in().await;
        }
        let stored = self.storage.read();
        let records = stored.outbox.into_iter();
        let successes = records.filter_map(|record| record.open(&stored.user, now()).ok());
        let mut events: VecDeque<Event> = successes.map(Event::Restored).collect();
        let mut purposes = stored.link_tokens.iter().map(|(_, purpose)| purpose);
        if !purposes.any(|purpose| *purpose == stored.purpose) {
            let purpose = stored.purpose;
            events.push_back(Event::OpenFor {
                purpose,
                now: now(),
            });
        }
        let mut state = State::default();
        let mut handler = None;
        while let Some(event) = events.pop_front() {
            let (next, effects) = step(state, event);
            state = next;
            for effect in effects {
                events.extend(self.carry_out(effect, &mut handler).await);
            }
        }
    }

    /// Carries out an effect, and returns the events that follow.
    async fn carry_out(
        &self,
        effect: Effect,
        handler: &mut Option<(LinkToken, Purpose)>,
    ) -> Vec<Event> {
        match effect {
            Effect::FetchToken { attempt, purpose } => {
                let Some(link_token) = self.link_token(&purpose).await else {
                    pause().await;
                    let failure = unreachable();
                    let retry = Event::Retry { now: now() };
                    return vec![Event::TokenRefused { attempt, failure }, retry];
                };
                self.storage
                    .write(|stored| stored.link_tokens.push((link_token.clone(), purpose)));
                vec![Event::TokenGranted {
                    attempt,
                    link_token,
                    lifetime: 4 * 60 * 60 * 1000,
                    now: now(),
                }]
            }
            Effect::CreateHandler {
                attempt,
                purpose,
                link_token,
                ..
            } => {
                *handler = Some((link_token, purpose));
                vec![Event::HandlerCreated { attempt }]
            }
            Effect::OpenHandler { attempt } => {
                let (link_token, purpose) = handler.clone().expect("a handler");
                let forms = match purpose {
                    Purpose::NewItem => &link::NEW_ITEM_FORMS[..],
                    Purpose::Update { .. } => &link::REPAIR_FORMS[..],
                };
                let completed = link::complete(&self.plaid, link_token.as_str(), forms).await;
                let succeeded = completed.map(|(public_token, metadata)| Event::Succeeded {
                    attempt,
                    success: Success {
                        purpose,
                        public_token: Some(public_token),
                        metadata,
                        succeeded_at: now(),
                    },
                });
                succeeded.into_iter().collect()
            }
            Effect::KeepSuccess(success) => {
                self.storage.write(|stored| {
                    let record = OutboxRecord::new(stored.user.clone(), success);
                    stored.outbox.push(record);
                });
                Vec::new()
            }
            Effect::ForgetSuccess(success) => {
                self.storage.write(|stored| {
                    stored
                        .outbox
                        .retain(|record| record.public_token != success.public_token);
                });
                Vec::new()
            }
            Effect::Submit { id, success } => {
                self.posting.notify_one();
                vec![match self.submit(&success).await {
                    Ok(submitted) => Event::Acknowledged {
                        success: id,
                        submitted,
                    },
                    Err(failure) => Event::SubmitFailed {
                        success: id,
                        failure,
                    },
                }]
            }
            // Sooner than the flow asks for, so that the benchmark is short.
            Effect::ResendAfter { id, .. } => {
                pause().await;
                vec![Event::ResendDue {
                    success: id,
                    now: now(),
                }]
            }
            _ => Vec::new(),
        }
    }

    async fn sign_in(&self) {
        loop {
            if let Some((cookie, user)) = self.new_session().await {
                return self.storage.write(|stored| {
                    stored.cookie = Some(cookie);
                    stored.user = user;
                });
            }
            pause().await;
        }
    }

    /// Opens the page, which starts a session, and returns its cookie and its user.
    async fn new_session(&self) -> Option<(String, String)> {
        let page = reqwest::get(format!("{}/", self.backend)).await.ok()?;
        let cookie = page.headers().get("set-cookie")?.to_str().ok()?;
        let cookie = cookie.split(';').next()?.to_owned();
        let session = reqwest::Client::new().get(format!("{}/api/session", self.backend));
        let session = session.header("cookie", &cookie).send().await.ok()?;
        let session = session.json::<Value>().await.ok()?;
        Some((cookie, text(&session["user_id"])))
    }

    async fn link_token(&self, purpose: &Purpose) -> Option<LinkToken> {
        let item_id = match purpose {
            Purpose::NewItem => json!({}),
            Purpose::Update { item_id, .. } => json!({ "item_id": item_id }),
        };
        match self.post("/api/link/tokens", &item_id).await? {
            (200, body) => body["link_token"].as_str().map(LinkToken::from),
            _ => None,
        }
    }

    /// Submits a success. Every answer but a success, a duplicate and a refusal counts as no answer.
    async fn submit(&self, success: &Success) -> Result<Submitted, Failure> {
        if let Purpose::Update { item_id, .. } = &success.purpose {
            let path = format!("/api/items/{item_id}/repaired");
            let visit = json!({ "account_selection": false });
            return match self.post(&path, &visit).await {
                Some((200, _)) => Ok(Submitted::Repaired(item_id.clone())),
                _ => Err(unreachable()),
            };
        }
        let item = json!({ "public_token": success.public_token, "metadata": success.metadata });
        match self.post("/api/items", &item).await {
            Some((200 | 201, item)) => Ok(Submitted::Linked(ItemId::new(text(&item["id"])))),
            Some((409, problem)) if problem["code"] == "duplicate_item" => {
                Ok(Submitted::Duplicate(ItemId::new(text(&problem["item_id"]))))
            }
            Some((409, _)) => Err(Failure::new(FailureKind::PublicTokenInvalid, "409")),
            _ => Err(unreachable()),
        }
    }

    async fn post(&self, path: &str, body: &Value) -> Option<(u16, Value)> {
        let request = reqwest::Client::new()
            .post(format!("{}{path}", self.backend))
            .header("cookie", self.storage.read().cookie.unwrap_or_default())
            .timeout(Duration::from_secs(35))
            .json(body);
        let answer = request.send().await.ok()?;
        let status = answer.status().as_u16();
        Some((status, answer.json().await.ok()?))
    }
}

fn unreachable() -> Failure {
    Failure::new(FailureKind::BackendUnreachable, "no answer")
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn now() -> Millis {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.map_or(0, |since| {
        u64::try_from(since.as_millis()).unwrap_or_default()
    })
}

/// Waits as long as a user takes to click **Try again**.
async fn pause() {
    tokio::time::sleep(Duration::from_millis(50)).await;
}
