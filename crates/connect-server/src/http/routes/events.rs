//! The stream of changes for an open page.

use std::convert::Infallible;
use std::sync::{Arc, Weak};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures_util::stream::{self, StreamExt};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::auth::Identity;
use crate::changes::Message;
use crate::error::{Error, Result, chain};
use crate::http::extractors::User;
use crate::http::streams::StreamPermit;
use crate::metrics::Counted;
use crate::state::AppState;
use crate::store::Digest;
use crate::user::UserId;

/// How often an idle stream sends a `ping`: more often than proxies close idle connections. A page that hears none cannot rely
/// on its stream.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// How long a stream lasts. The page opens it again.
const MAX_AGE: Duration = Duration::from_secs(3600);

pub(crate) fn router() -> Router<Arc<AppState>> {
    Router::new().route("/events", get(listen))
}

/// Streams the changes of the user's Items as server-sent events: first `ready` with the current version of the data, then a
/// `change` for each change, and `stale` after another process changed something.
async fn listen(
    State(state): State<Arc<AppState>>,
    User(user): User,
    headers: HeaderMap,
) -> Result<Response> {
    let permit = state.streams.open(&user).ok_or(Error::TooManyStreams)?;
    let listener = Listener {
        messages: state.changes.subscribe(),
        headers,
        stop: state.stop.clone(),
        state: Arc::downgrade(&state),
        last_items: None,
        ends_at: Instant::now() + MAX_AGE,
        _permit: permit,
        _counted: Counted::new(&state.metrics.event_streams),
        user: user.clone(),
    };
    let version = state.changes.version(&user);
    let ready = Event::default().event("ready").data(version.to_string());
    let changes = stream::unfold(listener, async |mut listener| {
        let event = listener.next().await?;
        Some((Ok::<_, Infallible>(event), listener))
    });
    let events = stream::iter([Ok(ready)]).chain(changes);
    // Browsers ignore an event without data.
    let ping = Event::default().event("ping").data("-");
    let events = Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE).event(ping));
    Ok((UNBUFFERED, events).into_response())
}

/// Keeps proxies from collecting the events, or compressing them together. The first is nginx's.
const UNBUFFERED: [(HeaderName, HeaderValue); 2] = [
    (
        HeaderName::from_static("x-accel-buffering"),
        HeaderValue::from_static("no"),
    ),
    (
        header::CACHE_CONTROL,
        HeaderValue::from_static("no-store, no-transform"),
    ),
];

struct Listener {
    messages: Receiver<Message>,
    user: UserId,
    /// The request's, which tell whether the user is still signed in.
    headers: HeaderMap,
    stop: CancellationToken,
    state: Weak<AppState>,
    /// The digest of the user's Items at the last external write, unless this process changed them since.
    last_items: Option<Digest>,
    ends_at: Instant,
    _permit: StreamPermit,
    _counted: Counted,
}

impl Listener {
    async fn next(&mut self) -> Option<Event> {
        loop {
            let message = tokio::select! {
                message = self.messages.recv() => message,
                () = tokio::time::sleep_until(self.ends_at) => return None,
                () = self.stop.cancelled() => return None,
            };
            let news = match message {
                Ok(Message::Changed(user, change)) if user == self.user => {
                    self.last_items = None;
                    return Event::default().event("change").json_data(change).ok();
                }
                Ok(Message::ExternalWrite) => self.after_external_write().await,
                Ok(Message::SessionsEnded(user)) if user == self.user => {
                    self.check_session().await.map(|()| None)
                }
                Ok(Message::Changed(..) | Message::SessionsEnded(_)) => Ok(None),
                // It lags too far behind: the page reconnects.
                Err(RecvError::Lagged(_) | RecvError::Closed) => return None,
            };
            match news {
                Ok(None) => {}
                Ok(Some(event)) => return Some(event),
                // The page reconnects, and learns why.
                Err(error) => {
                    tracing::info!(cause = chain(&error), "event stream ended");
                    return None;
                }
            }
        }
    }

    async fn after_external_write(&mut self) -> Result<Option<Event>> {
        let state = self.state.upgrade().ok_or(Error::Stopping)?;
        let changed = async {
            self.check_session().await?;
            self.items_changed(&state).await
        };
        let changed = state.changes.limit_read(changed).await?;
        // Browsers ignore an event without data.
        Ok(changed.then(|| Event::default().event("stale").data("items")))
    }

    /// Fails if the user is no longer signed in.
    async fn check_session(&self) -> Result<()> {
        let state = self.state.upgrade().ok_or(Error::Stopping)?;
        match state.auth.identify(&self.headers).await? {
            Identity::User(user) | Identity::Visitor(user) if user == self.user => Ok(()),
            _ => Err(Error::SignedOut),
        }
    }

    /// Returns whether the user's Items differ from those at the last external write.
    async fn items_changed(&mut self, state: &AppState) -> Result<bool> {
        let items = state.store.items(&self.user).await?;
        let items = serde_json::to_vec(&items).unwrap_or_default();
        let digest = Digest::of(items);
        Ok(self.last_items.replace(digest) != Some(digest))
    }
}
