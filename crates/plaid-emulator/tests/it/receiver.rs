//! A host's webhook endpoint that validates every webhook.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use serde_json::Value;
use tokio::{
    net::TcpListener,
    sync::{
        Mutex,
        mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    },
    task::JoinHandle,
};

use crate::spec::Spec;

/// A host's webhook endpoint. It stops when dropped.
pub(crate) struct Receiver {
    pub(crate) url: String,
    received: UnboundedReceiver<Received>,
    server: JoinHandle<()>,
}

/// A received webhook.
#[derive(Debug)]
pub(crate) struct Received {
    /// The header `Plaid-Verification`.
    pub(crate) jwt: String,
    pub(crate) bytes: Bytes,
    pub(crate) body: Value,
}

type Shared = (UnboundedSender<Received>, Arc<Mutex<VecDeque<u16>>>);

impl Receiver {
    /// Starts an endpoint that responds with these statuses, one after the other, and then with 200.
    pub(crate) async fn answering(statuses: &[u16]) -> Self {
        let (sender, received) = unbounded_channel();
        let statuses = Arc::new(Mutex::new(statuses.iter().copied().collect()));
        let router = Router::new()
            .route("/", post(receive))
            .with_state((sender, statuses));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}/", listener.local_addr().expect("an address"));
        let server =
            tokio::spawn(async move { axum::serve(listener, router).await.expect("a server") });
        Self {
            url,
            received,
            server,
        }
    }

    pub(crate) async fn start() -> Self {
        Self::answering(&[]).await
    }

    /// Returns the next webhook; fails the test if none is received.
    pub(crate) async fn next(&mut self) -> Received {
        let received = tokio::time::timeout(Duration::from_secs(30), self.received.recv());
        let received = received
            .await
            .expect("a webhook within the time limit")
            .expect("a webhook");
        if let Some(spec) = Spec::load() {
            spec.check_webhook(&received.body);
        }
        received
    }

    /// Returns the type and the code of the next webhook.
    pub(crate) async fn next_code(&mut self) -> String {
        let body = self.next().await.body;
        format!("{}/{}", body["webhook_type"], body["webhook_code"]).replace('"', "")
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn receive(
    State((sender, statuses)): State<Shared>,
    headers: HeaderMap,
    bytes: Bytes,
) -> StatusCode {
    let received = Received {
        jwt: headers["plaid-verification"]
            .to_str()
            .expect("text")
            .to_owned(),
        body: serde_json::from_slice(&bytes).expect("JSON"),
        bytes,
    };
    sender.send(received).expect("a running test");
    let status = statuses.lock().await.pop_front().unwrap_or(200);
    StatusCode::from_u16(status).expect("a status")
}
