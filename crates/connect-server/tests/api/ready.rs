//! When the backend reports that it cannot serve.

use std::fs;

use crate::harness::{Browser, Disk, TestBackend, wait_until};

const READY: &str = "/readyz";

/// The files are put back afterwards: the open ones are the old ones.
#[cfg(unix)]
#[tokio::test]
async fn a_database_that_was_moved_or_replaced_is_not_ready() {
    let rows = ["connect.db", "connect.db-wal"].map(|name| {
        [false, true].map(async |is_replaced| {
            let backend = TestBackend::start().await;
            let browser = backend.visitor();
            assert_eq!(browser.get(READY).await.text(), "ok");
            let (file, elsewhere) = (backend.file(name), backend.file("elsewhere"));
            fs::rename(&file, &elsewhere).expect("a file");
            if is_replaced {
                fs::copy(&elsewhere, &file).expect("a file");
            }
            wait_until_unready(&browser, "The database was moved, deleted or replaced.").await;
            fs::rename(&elsewhere, &file).expect("a file");
            wait_until(async || browser.get(READY).await.status.is_success()).await;
        })
    });
    futures_util::future::join_all(rows.into_iter().flatten()).await;
}

#[tokio::test]
async fn a_closed_database_is_not_ready() {
    let mut backend = TestBackend::start().await;
    let browser = backend.visitor();
    backend.shut_down().await;
    wait_until_unready(&browser, "The database is closed.").await;
}

/// A check costs a write: all callers of the next seconds share it.
#[tokio::test]
async fn checks_are_shared() {
    let disk = Disk::default();
    let backend = TestBackend::start_on(&disk).await;
    let browser = backend.visitor();
    for _ in 0..100 {
        assert_eq!(browser.get(READY).await.text(), "ok");
    }
    let beats = backend.count("SELECT beats FROM heartbeat").await;
    assert!(beats < 10, "{beats}");
}

async fn wait_until_unready(browser: &Browser, reason: &str) {
    wait_until(async || !browser.get(READY).await.status.is_success()).await;
    let problem = browser.get(READY).await.problem();
    assert_eq!(problem.title, "The backend is not ready");
    assert_eq!(
        (problem.status, problem.detail.as_deref()),
        (503, Some(reason))
    );
}
