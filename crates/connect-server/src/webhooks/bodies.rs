//! The memory for the bodies of webhooks that are being received.

use axum::body::{Body, Bytes, to_bytes};
use axum::http::{HeaderMap, header};
use plaid_client::Precheck;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Duration, timeout};

use crate::error::{Error, Result};

/// The largest webhook, in bytes: the one about a finished Link session includes all its events.
pub(crate) const MAX_BODY: usize = 512 * 1024;

/// How many bodies of the largest size fit into the memory of each share.
const BODIES: usize = 16;

/// How long the body of a webhook may take to arrive. Plaid gives up after ten seconds.
const DEADLINE: Duration = Duration::from_secs(10);

/// The memory in bytes, in two shares: webhooks with an unknown key, which may be forged, leave room for those that Plaid has signed.
#[derive(Debug)]
pub(crate) struct Bodies {
    signed: Semaphore,
    unknown: Semaphore,
}

/// A body, and its memory.
#[derive(Debug)]
pub(crate) struct ReceivedBody<'a> {
    pub(crate) bytes: Bytes,
    _memory: SemaphorePermit<'a>,
}

impl Default for Bodies {
    fn default() -> Self {
        Self {
            signed: Semaphore::new(BODIES * MAX_BODY),
            unknown: Semaphore::new(BODIES * MAX_BODY),
        }
    }
}

impl Bodies {
    /// Reads a body, if there is memory for it.
    ///
    /// # Errors
    ///
    /// [`Error::WebhookTooLarge`], [`Error::WebhooksWaiting`] if there is no memory, or [`Error::DeadlineExceeded`].
    pub(crate) async fn read(
        &self,
        precheck: Precheck,
        headers: &HeaderMap,
        body: Body,
    ) -> Result<ReceivedBody<'_>> {
        let share = match precheck {
            Precheck::Signed => &self.signed,
            Precheck::KeyNotKnown => &self.unknown,
        };
        let size = declared_size(headers).unwrap_or(MAX_BODY);
        if size > MAX_BODY {
            return Err(Error::WebhookTooLarge);
        }
        let permits = u32::try_from(size).unwrap_or(u32::MAX);
        let memory = share.try_acquire_many(permits);
        let memory = memory.map_err(|_| Error::WebhooksWaiting)?;
        let read = timeout(DEADLINE, to_bytes(body, size)).await;
        let read = read.map_err(|_| Error::DeadlineExceeded)?;
        Ok(ReceivedBody {
            bytes: read.map_err(|_| Error::WebhookTooLarge)?,
            _memory: memory,
        })
    }
}

fn declared_size(headers: &HeaderMap) -> Option<usize> {
    headers
        .get(header::CONTENT_LENGTH)?
        .to_str()
        .ok()?
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;
    use futures_util::stream;

    use super::*;

    fn headers(size: usize) -> HeaderMap {
        HeaderMap::from_iter([(header::CONTENT_LENGTH, size.into())])
    }

    /// A body that never ends.
    fn held() -> Body {
        Body::from_stream(stream::pending::<std::result::Result<Bytes, std::io::Error>>())
    }

    #[tokio::test]
    async fn forged_bodies_leave_room_for_signed_ones() {
        let (bodies, none) = (Bodies::default(), HeaderMap::new());
        let mut all: Vec<_> = (0..BODIES)
            .map(|_| Box::pin(bodies.read(Precheck::KeyNotKnown, &none, held())))
            .collect();
        assert!(all.iter_mut().all(|held| held.now_or_never().is_none()));
        let small = headers(1);
        let refused = bodies.read(Precheck::KeyNotKnown, &small, "1".into()).await;
        assert!(matches!(refused, Err(Error::WebhooksWaiting)));
        let signed = bodies.read(Precheck::Signed, &small, "1".into()).await;
        assert_eq!(signed.expect("a body").bytes, "1");
        drop(all);
        let read = bodies.read(Precheck::KeyNotKnown, &small, "1".into()).await;
        assert!(read.is_ok(), "the memory is free again");
    }

    #[tokio::test]
    async fn a_small_body_takes_little_memory() {
        let (bodies, small) = (Bodies::default(), headers(1024));
        let mut all: Vec<_> = (0..100 * BODIES)
            .map(|_| Box::pin(bodies.read(Precheck::Signed, &small, held())))
            .collect();
        assert!(all.iter_mut().all(|held| held.now_or_never().is_none()));
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_does_not_arrive_is_given_up() {
        let (bodies, none) = (Bodies::default(), HeaderMap::new());
        let read = bodies.read(Precheck::Signed, &none, held());
        assert!(matches!(read.await, Err(Error::DeadlineExceeded)));
    }
}
