//! The backend of Connect as a program.

use std::error::Error;
use std::process::ExitCode;

use clap::Parser;
use connect_server::{Args, Config, Server};
use tokio::signal;
use tracing_subscriber::EnvFilter;

/// A request is many small pieces of memory.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        // Help and version are no errors, and clap prints them best.
        Err(asked) if !asked.use_stderr() => asked.exit(),
        Err(error) => {
            let text = error.to_string();
            let sentence = text.lines().next().unwrap_or_default();
            return fail(sentence.trim_start_matches("error: "));
        }
    };
    match run(args).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&connect_server::chain(&*error)),
    }
}

async fn run(args: Args) -> Result<(), Box<dyn Error>> {
    let config = Config::try_from(args)?;
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        // They are one, the request, which every line has anyway.
        .with_span_list(false)
        .with_writer(std::io::stderr)
        .with_env_filter(EnvFilter::new(&config.log))
        .init();
    let server = Server::start(config).await?;
    asked_to_stop().await?;
    server.shutdown().await;
    Ok(())
}

async fn asked_to_stop() -> std::io::Result<()> {
    #[cfg(unix)]
    {
        let mut terminate = signal::unix::signal(signal::unix::SignalKind::terminate())?;
        tokio::select! {
            interrupted = signal::ctrl_c() => interrupted,
            _ = terminate.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    signal::ctrl_c().await
}

fn fail(sentence: &str) -> ExitCode {
    eprintln!("connect-server: {sentence}");
    ExitCode::FAILURE
}
