//! The start of several processes at once.

use std::io;
use std::process::Stdio;

use connect_server::store::Sqlite;

use crate::child;

/// One of them creates the tables; the others wait for it.
#[cfg(unix)]
#[tokio::test]
async fn processes_that_start_together_share_a_new_database() {
    const NAME: &str = "open::processes_that_start_together_share_a_new_database";
    const URL: &str = "CONNECT_TEST_URL";
    if child::is_child() {
        // The start, for all at the same time.
        io::stdin().read_line(&mut String::new()).expect("the end");
        let url = std::env::var(URL).expect("a URL");
        let opened = Sqlite::open(&url).await;
        opened.unwrap_or_else(|error| panic!("{}", connect_server::chain(&error)));
        return;
    }
    for round in 0..8 {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite:{}", folder.path().join("connect.db").display());
        let mut children: Vec<_> = (0..8)
            .map(|_| {
                let mut child = child::command(NAME, "true");
                let child = child.env(URL, &url).stdin(Stdio::piped());
                let child = child.stdout(Stdio::piped()).stderr(Stdio::piped());
                child.spawn().expect("a child")
            })
            .collect();
        for child in &mut children {
            drop(child.stdin.take());
        }
        for child in children {
            let output = child.wait_with_output().expect("a child");
            let error = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            assert!(output.status.success(), "round {round}: {error}");
        }
    }
}
