//! The stream of changes for an open page.

use std::convert::Infallible;
use std::sync::{Arc, Weak};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::routing::get;
use futures_util::stream::{self, Stream, StreamExt};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio_util::sync::CancellationToken;

use crate::changes::Message;
use crate::error::chain;
use crate::http::extractors::User;
use crate::state::AppState;
use crate::store::{Digest, StoreError};
use crate::user::UserId;

/// How often an idle stream sends a comment: more often than proxies close idle connections.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

pub(crate) fn router() -> Router<Arc<AppState>> {
    Router::new().route("/events", get(listen))
}

/// Streams the changes of the user's Items as server-sent events: first `ready` with the current version of the data, then a
/// `change` for each change, and `stale` after another process changed something.
async fn listen(
    State(state): State<Arc<AppState>>,
    User(user): User,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let listener = Listener {
        messages: state.changes.subscribe(),
        user,
        stop: state.stop.clone(),
        state: Arc::downgrade(&state),
        last_items: None,
    };
    let version = state.changes.version();
    let ready = Event::default().event("ready").data(version.to_string());
    let changes = stream::unfold(listener, async |mut listener| {
        let event = listener.next().await?;
        Some((Ok(event), listener))
    });
    let events = stream::iter([Ok(ready)]).chain(changes);
    Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE))
}

struct Listener {
    messages: Receiver<Message>,
    user: UserId,
    stop: CancellationToken,
    state: Weak<AppState>,
    /// The digest of the user's Items at the last external write, unless this process changed them since.
    last_items: Option<Digest>,
}

impl Listener {
    async fn next(&mut self) -> Option<Event> {
        loop {
            let message = tokio::select! {
                message = self.messages.recv() => message,
                () = self.stop.cancelled() => return None,
            };
            match message {
                Ok(Message::Changed(user, change)) if user == self.user => {
                    self.last_items = None;
                    return Event::default().event("change").json_data(change).ok();
                }
                Ok(Message::Changed(..)) => {}
                Ok(Message::ExternalWrite) => {
                    let state = self.state.upgrade()?;
                    match self.items_changed(&state).await {
                        Ok(false) => {}
                        // Browsers ignore an event without data.
                        Ok(true) => return Some(Event::default().event("stale").data("items")),
                        // The page reconnects, and reads its Items again.
                        Err(error) => {
                            tracing::error!(cause = chain(&error), "event stream failed");
                            return None;
                        }
                    }
                }
                // It lags too far behind: the page reconnects.
                Err(RecvError::Lagged(_) | RecvError::Closed) => return None,
            }
        }
    }

    /// Returns whether the user's Items differ from those at the last external write.
    async fn items_changed(&mut self, state: &AppState) -> Result<bool, StoreError> {
        let items = state.store.items(&self.user);
        let items = state.changes.limit_read(items).await?;
        let items = serde_json::to_vec(&items).unwrap_or_default();
        let digest = Digest::of(items);
        Ok(self.last_items.replace(digest) != Some(digest))
    }
}
