//! The program `connect-server`.

use std::error::Error;
use std::process::ExitCode;

use clap::Parser;
use connect_server::{Args, Config, Server, Storage, Task};
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
    let done = match args.task() {
        None => serve(args).await,
        Some(task) => run(task, &args.storage()).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&connect_server::chain(&*error)),
    }
}

/// Runs a task, and says what it did.
async fn run(task: &Task, storage: &Storage) -> Result<(), Box<dyn Error>> {
    match task {
        Task::Backup { to } => {
            connect_server::backup(storage, to).await?;
            let key = storage.vault_key_file.display();
            eprintln!(
                "connect-server: {} is written and checked; {key} is not in it",
                to.display()
            );
        }
        Task::Restore { from, force } => {
            let kept = connect_server::restore(storage, from, *force).await?;
            eprintln!("connect-server: {} is restored", from.display());
            if let Some(kept) = kept {
                eprintln!(
                    "connect-server: the replaced database is {}",
                    kept.display()
                );
            }
        }
    }
    Ok(())
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
