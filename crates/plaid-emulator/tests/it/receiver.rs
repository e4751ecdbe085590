//! A host's endpoint for webhooks, which checks every one that comes in.

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

/// A host's endpoint for webhooks; it stops when dropped.
pub(crate) struct Receiver {
    pub(crate) url: String,
    received: UnboundedReceiver<Received>,
    server: JoinHandle<()>,
}

/// A webhook as it came in.
#[derive(Debug)]
pub(crate) struct Received {
    /// The header `Plaid-Verification`.
    pub(crate) jwt: String,
    pub(crate) bytes: Bytes,
    pub(crate) body: Value,
}

type Shared = (UnboundedSender<Received>, Arc<Mutex<VecDeque<u16>>>);

impl Receiver {
    /// Answers with these statuses, one after the other, and then with 200.
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

    /// The next webhook; fails the test when none comes.
    pub(crate) async fn next(&mut self) -> Received {
        let received = tokio::time::timeout(Duration::from_secs(30), self.received.recv());
        let received = received
            .await
            .expect("a webhook in time")
            .expect("a webhook");
        if let Some(spec) = Spec::load() {
            spec.check_webhook(&received.body);
        }
        received
    }

    /// The code of the next webhook, with its type.
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
    sender.send(received).expect("a test that listens");
    let status = statuses.lock().await.pop_front().unwrap_or(200);
    StatusCode::from_u16(status).expect("a status")
}
