//! The delivery of webhooks over HTTP.

use std::{sync::Arc, time::Duration};

use axum::http::header::CONTENT_TYPE;
use tokio::task::JoinSet;

use super::{Webhook, Webhooks};

/// The time limit of a receiver's response.
const TIMEOUT: Duration = Duration::from_secs(10);

impl Webhooks {
    /// Delivers webhooks when they are due. Never returns.
    ///
    /// Webhooks that are due together are sent one after the other. Others do not wait for them.
    pub(crate) async fn deliver(self: Arc<Self>) {
        let mut batches = JoinSet::new();
        loop {
            let (due, next_due) = {
                let mut state = self.state();
                let due = state.due(self.clock.now());
                (due, state.next_due())
            };
            if !due.is_empty() {
                batches.spawn(Arc::clone(&self).deliver_batch(due));
            }
            tokio::select! {
                () = self.changed.notified() => {}
                () = self.clock.reach(next_due) => {}
                Some(_) = batches.join_next() => {}
            }
        }
    }

    async fn deliver_batch(self: Arc<Self>, batch: Vec<Webhook>) {
        for webhook in batch {
            let status = self.attempt(&webhook).await;
            self.state().settle(self.clock.now(), webhook, status);
            self.changed.notify_one();
        }
    }

    /// Sends a webhook and returns the status of the response, if there is one.
    async fn attempt(&self, webhook: &Webhook) -> Option<u16> {
        let sent = self
            .client
            .post(&webhook.url)
            .timeout(TIMEOUT)
            .header(CONTENT_TYPE, "application/json")
            .header("Plaid-Verification", self.key.sign(&webhook.body))
            .body(webhook.body.clone())
            .send()
            .await;
        match sent {
            Ok(response) => Some(response.status().as_u16()),
            Err(error) => {
                tracing::debug!(%error, code = webhook.code, "webhook delivery failed");
                None
            }
        }
    }
}
