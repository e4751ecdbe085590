//! The backend as a process of its own, which can be killed: this bench, called in another way.

use std::env;
use std::process::{ExitCode, Stdio};
use std::time::Duration;

use clap::Parser;
use connect_server::{Args, Config, Server};
use e2e::Stack;
use tokio::io::AsyncReadExt;
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

/// How this program is told to be the backend.
const BACKEND: &str = "backend";

/// How long it may take to start.
const PATIENCE: Duration = Duration::from_secs(30);

/// The backend of a stack.
pub(crate) struct Process {
    url: String,
    arguments: Vec<String>,
    child: Child,
}

impl Process {
    pub(crate) async fn in_place_of_that_of(stack: &mut Stack) -> Self {
        let arguments = stack.backend_arguments();
        stack.backend_goes_down().await;
        let process = Self {
            url: stack.url().to_owned(),
            child: spawn(&arguments),
            arguments,
        };
        process.answers().await;
        process
    }

    /// Ends it at once, wherever it is.
    pub(crate) async fn kill(&mut self) {
        self.child.kill().await.expect("a process to kill");
    }

    pub(crate) async fn restart(&mut self) {
        self.child = spawn(&self.arguments);
        self.answers().await;
    }

    async fn answers(&self) {
        let url = format!("{}/readyz", self.url);
        let ready = async {
            while !reqwest::get(&url)
                .await
                .is_ok_and(|answer| answer.status().is_success())
            {
                sleep(Duration::from_millis(20)).await;
            }
        };
        timeout(PATIENCE, ready).await.expect("the backend starts");
    }
}

fn spawn(arguments: &[String]) -> Child {
    let program = env::current_exe().expect("a program");
    Command::new(program)
        .arg(BACKEND)
        .args(arguments)
        // It ends with this process, whichever way.
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .expect("the backend")
}

/// What the backend is told, if this process is to be one.
pub(crate) fn arguments() -> Option<Vec<String>> {
    let mut arguments = env::args().skip(1);
    (arguments.next()? == BACKEND).then(|| arguments.collect())
}

/// Is the backend, until it is killed or whoever started it is gone.
pub(crate) async fn serve(arguments: Vec<String>) -> ExitCode {
    let named = ["connect-server".to_owned()].into_iter().chain(arguments);
    let config = Config::try_from(Args::parse_from(named)).expect("a configuration");
    let _server = Server::start(config).await.expect("the backend starts");
    let _ = tokio::io::stdin().read_u8().await;
    ExitCode::SUCCESS
}
