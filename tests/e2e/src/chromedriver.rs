//! The chromedriver process of a browser.

use std::env;
use std::process::Stdio;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::DEADLINE;

/// A chromedriver process on a free port. It ends when dropped.
#[derive(Debug)]
pub(crate) struct Chromedriver {
    pub(crate) url: String,
    _process: Child,
}

impl Chromedriver {
    /// Starts chromedriver. It exits if its port is free in only one of IPv4 and IPv6, so the start is repeated.
    pub(crate) async fn start() -> Self {
        let listening = async {
            loop {
                if let Some(chromedriver) = Self::try_start().await {
                    return chromedriver;
                }
            }
        };
        let listening = tokio::time::timeout(DEADLINE, listening).await;
        listening.expect("chromedriver listens in time")
    }

    async fn try_start() -> Option<Self> {
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
        let mut lines = BufReader::new(process.stdout.take()?).lines();
        let port = loop {
            let line = lines.next_line().await.ok()??;
            if let Some((_, port)) = line.split_once("started successfully on port ") {
                break port.trim_end_matches('.').to_owned();
            }
        };
        // Its output must be read, or it blocks on a full pipe.
        tokio::spawn(async move { while matches!(lines.next_line().await, Ok(Some(_))) {} });
        let url = format!("http://127.0.0.1:{port}");
        Some(Self {
            url,
            _process: process,
        })
    }
}
