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
        // The only span is the request, whose fields are on every line already.
        .with_span_list(false)
        .with_writer(std::io::stderr)
        .with_env_filter(EnvFilter::new(&config.log))
        .init();
    let server = Server::start(config).await?;
    server.run_until(stop_requested()).await
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

fn fail(sentence: &str) -> ExitCode {
    eprintln!("connect-server: {sentence}");
    ExitCode::FAILURE
}
