//! A disk that no longer confirms what is written to it.

use connect_api::Item;
use connect_server::Server;
use connect_server::store::StoreError;

use crate::harness::{Disk, TestBackend, config, success, wait_until};
use crate::stub_plaid::{EXCHANGE, StubPlaid};

/// Its row is committed: it is visible, and it is found after a restart.
#[tokio::test]
async fn an_item_that_is_saved_but_not_synced_is_kept() {
    let disk = Disk::default();
    let mut backend = TestBackend::start_on(&disk).await;
    let browser = backend.browser().await;
    let gate = backend.plaid.gate(EXCHANGE);
    let before = disk.syncs();
    let submission = tokio::spawn({
        let browser = browser.clone();
        async move { browser.post("/api/items", success("public-1")).await }
    });
    // The claim is synced a moment later.
    wait_until(async || disk.syncs() > before && !backend.plaid.calls(EXCHANGE).is_empty()).await;
    disk.set_broken();
    gate.add_permits(1);
    let problem = submission.await.expect("an answer").problem();
    assert_eq!(problem.title, "Something went wrong on our side");
    assert_eq!(backend.plaid.calls("/item/remove").len(), 0);
    backend.restart().await.expect("a restart");
    let browser = backend.reconnect(browser);
    let answer = browser.post("/api/items", success("public-1")).await;
    assert_eq!(browser.items().await, [answer.json::<Item>()]);
    assert_eq!(backend.plaid.calls(EXCHANGE).len(), 1);
}

/// The process exits with an error, so that it is restarted.
#[tokio::test]
async fn a_server_stops_when_the_disk_fails() {
    let folder = tempfile::tempdir().expect("a folder");
    let plaid = StubPlaid::start().await;
    let disk = Disk::default();
    let server = Server::start_with(config(&folder, &plaid.url), disk.sync_data());
    let server = server.await.expect("a server");
    let session = format!("{}/api/session", server.url());
    let running = tokio::spawn(server.run_until::<StoreError>(std::future::pending()));
    disk.set_broken();
    // A job may have written before, and stopped the server.
    let _ = reqwest::get(session).await;
    let stopped = running.await.expect("no panic");
    assert!(
        matches!(stopped, Err(StoreError::DiskFailed)),
        "{stopped:?}"
    );
}
