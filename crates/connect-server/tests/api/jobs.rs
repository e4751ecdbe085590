//! The jobs of a running backend.

use crate::harness::{TestBackend, wait_until};

#[tokio::test]
async fn expired_rows_are_deleted_by_the_running_backend() {
    let mut backend = TestBackend::start().await;
    let browser = backend.browser().await;
    backend
        .execute_sql(
            "INSERT INTO sessions SELECT x'00', id, '2000-01-01T00:00:00.000Z' FROM users LIMIT 1; \
             INSERT INTO users (id, created_at) VALUES ('idle', '2000')",
        )
        .await;
    backend.restart().await.expect("a restart");
    let expired = "SELECT (SELECT count(*) FROM sessions WHERE expires_at < '2001') \
        + (SELECT count(*) FROM users WHERE id = 'idle')";
    wait_until(async || backend.count(expired).await == 0).await;
    let browser = backend.reconnect(browser);
    assert_eq!(browser.items().await, [], "the user is still signed in");
}

/// Each job keeps the database open.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_dropped_backend_stops_its_jobs() {
    let mut backend = TestBackend::start().await;
    backend.browser().await.connect_item("public-1").await;
    let database = backend.file("connect.db").canonicalize();
    let database = database.expect("a database");
    assert!(is_open(&database));
    backend.stop();
    wait_until(async || !is_open(&database)).await;
}

/// Returns whether this process has a file open.
#[cfg(target_os = "linux")]
fn is_open(file: &std::path::Path) -> bool {
    let descriptors = std::fs::read_dir("/proc/self/fd").expect("the open files");
    descriptors
        .filter_map(|descriptor| std::fs::read_link(descriptor.ok()?.path()).ok())
        .any(|path| path == file)
}
