use std::env;
use std::process::Stdio;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::DEADLINE;

/// A chromedriver of its own, on a free port; it ends when dropped.
#[derive(Debug)]
pub(crate) struct Chromedriver {
    pub(crate) url: String,
    _process: Child,
}

impl Chromedriver {
    pub(crate) async fn start() -> Self {
        let program = env::var("CHROMEDRIVER").unwrap_or_else(|_| "chromedriver".to_owned());
        let mut process = Command::new(&program)
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap_or_else(|error| {
                panic!("{program} does not start ({error}): `cargo xtask setup` installs it")
            });
        let stdout = process.stdout.take().expect("its stdout is piped");
        let mut lines = BufReader::new(stdout).lines();
        let port = tokio::time::timeout(DEADLINE, async {
            while let Some(line) = lines.next_line().await.expect("chromedriver speaks UTF-8") {
                if let Some((_, port)) = line.split_once("started successfully on port ") {
                    return port.trim_end_matches('.').to_owned();
                }
            }
            panic!("chromedriver ended before it listened");
        });
        let port = port.await.expect("chromedriver listens in time");
        // Read on, or it would block on a full pipe.
        tokio::spawn(async move { while matches!(lines.next_line().await, Ok(Some(_))) {} });
        Self {
            url: format!("http://127.0.0.1:{port}"),
            _process: process,
        }
    }
}
