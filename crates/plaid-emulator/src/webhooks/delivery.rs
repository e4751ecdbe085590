//! Brings webhooks to their receivers.

use std::{sync::Arc, time::Duration};

use axum::http::header::CONTENT_TYPE;
use tokio::task::JoinSet;

use super::{Webhook, Webhooks};

/// So long a receiver may take.
const PATIENCE: Duration = Duration::from_secs(10);

impl Webhooks {
    /// Delivers what is due, for as long as this is polled.
    ///
    /// Those that are due together go out one after the other; others do not wait for them.
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
                () = self.bell.notified() => {}
                () = self.clock.reach(next_due) => {}
                Some(_) = batches.join_next() => {}
            }
        }
    }

    async fn deliver_batch(self: Arc<Self>, batch: Vec<Webhook>) {
        for webhook in batch {
            let status = self.attempt(&webhook).await;
            self.state().settle(self.clock.now(), webhook, status);
            self.bell.notify_one();
        }
    }

    /// The status that the receiver answers with, if it does.
    async fn attempt(&self, webhook: &Webhook) -> Option<u16> {
        let sent = self
            .client
            .post(&webhook.url)
            .timeout(PATIENCE)
            .header(CONTENT_TYPE, "application/json")
            .header("Plaid-Verification", self.key.sign(&webhook.body))
            .body(webhook.body.clone())
            .send()
            .await;
        match sent {
            Ok(response) => Some(response.status().as_u16()),
            Err(error) => {
                tracing::debug!(%error, code = webhook.code, "a webhook was not taken");
                None
            }
        }
    }
}
