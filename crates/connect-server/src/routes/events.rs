use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::routing::get;
use connect_api::Change;
use futures_util::stream::{self, Stream, StreamExt};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio_util::sync::CancellationToken;

use crate::auth::{User, UserId};
use crate::backend::Backend;

pub(crate) fn router() -> Router<Arc<Backend>> {
    Router::new().route("/events", get(listen))
}

/// What changes from now on, as server-sent events; `ready` says what was missed if the page does not know it.
async fn listen(
    State(backend): State<Arc<Backend>>,
    User(user): User,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let listener = Listener {
        changes: backend.changes.listen(),
        user,
        stop: backend.stop.clone(),
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
    changes: Receiver<(UserId, Change)>,
    user: UserId,
    stop: CancellationToken,
}

impl Listener {
    async fn next(&mut self) -> Option<Event> {
        loop {
            let change = tokio::select! {
                change = self.changes.recv() => change,
                () = self.stop.cancelled() => return None,
            };
            match change {
                Ok((user, change)) if user == self.user => {
                    return Event::default().event("change").json_data(change).ok();
                }
                Ok(_) => {}
                // It fell behind, and comes again.
                Err(RecvError::Lagged(_) | RecvError::Closed) => return None,
            }
        }
    }
}
