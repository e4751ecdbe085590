//! The program `connect-server`.

use std::error::Error;
use std::process::ExitCode;

use clap::Parser;
use connect_server::{Args, Config, Server};
use tokio::signal;
use tracing_subscriber::EnvFilter;

/// Each request makes many small allocations.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        // `--help` and `--version` are not errors.
        Err(help) if !help.use_stderr() => help.exit(),
        Err(error) => {
            let text = error.to_string();
            let sentence = text.lines().next().unwrap_or_default();
            return fail(sentence.trim_start_matches("error: "));
        }
    };
    if let Some(done) = connect_server::run_command(&args).await {
        return match done {
            Ok(sentence) => succeed(&sentence),
            Err(error) => fail(&connect_server::chain(&error)),
        };
    }
    match serve(args).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&connect_server::chain(&*error)),
    }
}

async fn serve(args: Args) -> Result<(), Box<dyn Error>> {
    let config = Config::try_from(args)?;
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        // The only span is the request, whose fields are on every line already.
        .with_span_list(false)
        .with_writer(std::io::stderr)
        .with_env_filter(EnvFilter::new(&config.log))
        .init();
    let mut reloads = Reloads::new()?;
    let server = Server::start(config).await?;
    let reload_keys = server.key_reloader();
    let stop = async {
        let mut stop = std::pin::pin!(stop_requested());
        loop {
            tokio::select! {
                stopped = &mut stop => break stopped,
                () = reloads.next() => reload_keys(),
            }
        }
    };
    server.run_until(stop).await
}

/// The requests to read the keys again: SIGHUP.
struct Reloads {
    #[cfg(unix)]
    signals: signal::unix::Signal,
}

impl Reloads {
    fn new() -> std::io::Result<Self> {
        Ok(Self {
            #[cfg(unix)]
            signals: signal::unix::signal(signal::unix::SignalKind::hangup())?,
        })
    }

    async fn next(&mut self) {
        #[cfg(unix)]
        self.signals.recv().await;
        #[cfg(not(unix))]
        std::future::pending().await
    }
}

async fn stop_requested() -> Result<(), Box<dyn Error>> {
    #[cfg(unix)]
    {
        let mut terminate = signal::unix::signal(signal::unix::SignalKind::terminate())?;
        tokio::select! {
            interrupted = signal::ctrl_c() => interrupted?,
            _ = terminate.recv() => {}
        }
    }
    #[cfg(not(unix))]
    signal::ctrl_c().await?;
    Ok(())
}

#[expect(clippy::print_stdout, reason = "what a command did is its output")]
fn succeed(sentence: &str) -> ExitCode {
    println!("{sentence}");
    ExitCode::SUCCESS
}

fn fail(sentence: &str) -> ExitCode {
    eprintln!("connect-server: {sentence}");
    ExitCode::FAILURE
}
