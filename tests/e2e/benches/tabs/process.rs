//! The backend as a process that can be killed: this benchmark with another argument.

use std::env;
use std::process::{ExitCode, Stdio};
use std::time::Duration;

use clap::Parser;
use connect_server::{Args, Config, Server};
use e2e::Stack;
use tokio::io::AsyncReadExt;
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

/// The argument that makes this program the backend.
const BACKEND: &str = "backend";

/// How long the backend may take to start.
const START_TIMEOUT: Duration = Duration::from_secs(30);

/// The backend of a stack, as a process.
pub(crate) struct Process {
    url: String,
    arguments: Vec<String>,
    child: Child,
}

impl Process {
    /// Replaces the backend of a stack by a process.
    pub(crate) async fn replace_backend(stack: &mut Stack) -> Self {
        let arguments = stack.backend_arguments();
        stack.stop_backend().await;
        let process = Self {
            url: stack.url().to_owned(),
            child: spawn(&arguments),
            arguments,
        };
        process.wait_until_ready().await;
        process
    }

    /// Kills the process.
    pub(crate) async fn kill(&mut self) {
        self.child.kill().await.expect("a process to kill");
    }

    pub(crate) async fn restart(&mut self) {
        self.child = spawn(&self.arguments);
        self.wait_until_ready().await;
    }

    async fn wait_until_ready(&self) {
        let url = format!("{}/readyz", self.url);
        let ready = async {
            while !reqwest::get(&url)
                .await
                .is_ok_and(|answer| answer.status().is_success())
            {
                sleep(Duration::from_millis(20)).await;
            }
        };
        timeout(START_TIMEOUT, ready)
            .await
            .expect("the backend starts");
    }
}

fn spawn(arguments: &[String]) -> Child {
    let program = env::current_exe().expect("a program");
    Command::new(program)
        .arg(BACKEND)
        .args(arguments)
        // The backend ends when this process does.
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .expect("the backend")
}

/// Returns the arguments of the backend, if this process is to be one.
pub(crate) fn arguments() -> Option<Vec<String>> {
    let mut arguments = env::args().skip(1);
    (arguments.next()? == BACKEND).then(|| arguments.collect())
}

/// Runs the backend until it is killed or its parent process has ended.
pub(crate) async fn serve(arguments: Vec<String>) -> ExitCode {
    let named = ["connect-server".to_owned()].into_iter().chain(arguments);
    let config = Config::try_from(Args::parse_from(named)).expect("a configuration");
    let _server = Server::start(config).await.expect("the backend starts");
    let _ = tokio::io::stdin().read_u8().await;
    ExitCode::SUCCESS
}
