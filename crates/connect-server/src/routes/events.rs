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

use crate::auth::{User, UserId};
use crate::backend::Backend;
use crate::changes::News;
use crate::digest::Digest;
use crate::error::chain;
use crate::store::StoreError;

pub(crate) fn router() -> Router<Arc<Backend>> {
    Router::new().route("/events", get(listen))
}

/// What changes from now on, as server-sent events. `ready` says what was missed if the page does not know it; `stale`, that
/// another process changed something.
async fn listen(
    State(backend): State<Arc<Backend>>,
    User(user): User,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let listener = Listener {
        changes: backend.changes.listen(),
        user,
        stop: backend.stop.clone(),
        backend: Arc::downgrade(&backend),
        seen: None,
    };
    let count = backend.changes.count();
    let ready = Event::default().event("ready").data(count.to_string());
    let changes = stream::unfold(listener, async |mut listener| {
        let event = listener.next().await?;
        Some((Ok(event), listener))
    });
    let events = stream::iter([Ok(ready)]).chain(changes);
    // More often than proxies lose patience.
    Sse::new(events).keep_alive(KeepAlive::new().interval(Duration::from_secs(15)))
}

struct Listener {
    changes: Receiver<News>,
    user: UserId,
    stop: CancellationToken,
    backend: Weak<Backend>,
    /// The user's Items after another process last wrote, unless they were changed here since.
    seen: Option<Digest>,
}

impl Listener {
    async fn next(&mut self) -> Option<Event> {
        loop {
            let news = tokio::select! {
                news = self.changes.recv() => news,
                () = self.stop.cancelled() => return None,
            };
            match news {
                Ok(News::Of(user, change)) if user == self.user => {
                    self.seen = None;
                    return Event::default().event("change").json_data(change).ok();
                }
                Ok(News::Of(..)) => {}
                Ok(News::Elsewhere) => {
                    let backend = self.backend.upgrade()?;
                    match self.finds_news(&backend).await {
                        Ok(false) => {}
                        // An event without data is none.
                        Ok(true) => return Some(Event::default().event("stale").data("items")),
                        // The page comes again, and knows then.
                        Err(error) => {
                            tracing::error!(cause = chain(&error), "a stream of events ends");
                            return None;
                        }
                    }
                }
                // It fell behind, and comes again.
                Err(RecvError::Lagged(_) | RecvError::Closed) => return None,
            }
        }
    }

    /// Whether the user's Items are others than after another process last wrote.
    async fn finds_news(&mut self, backend: &Backend) -> Result<bool, StoreError> {
        let items = backend
            .changes
            .looking(backend.store.items(&self.user))
            .await?;
        let items = serde_json::to_vec(&items).unwrap_or_default();
        let now = Digest::of(items);
        Ok(self.seen.replace(now) != Some(now))
    }
}
