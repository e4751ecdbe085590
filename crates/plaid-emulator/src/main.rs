//! `plaid-emulator`: the emulator as a program of its own.

use std::{net::SocketAddr, process::ExitCode};

use clap::Parser;
use plaid_emulator::{CLIENT_ID, Emulator, SECRET};

/// An offline Plaid: API, Link and webhooks.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Where to listen.
    #[arg(long, default_value = "127.0.0.1:9090")]
    listen: SocketAddr,
    /// Makes ids and tokens the same in every run; without it, each run has its own.
    #[arg(long)]
    seed: Option<u64>,
    /// The client id that callers must send.
    #[arg(long, default_value = CLIENT_ID)]
    client_id: String,
    /// The secret that callers must send.
    #[arg(long, default_value = SECRET)]
    secret: String,
    /// A redirect URI that Link tokens may name, `*` for any letters, digits, hyphens and dots; may be repeated.
    /// Without it, `/oauth` on any port of this machine.
    #[arg(long)]
    redirect_uri: Vec<String>,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let seed = arguments.seed.unwrap_or_else(rand::random);
    let mut builder = Emulator::builder()
        .listen(arguments.listen)
        .seed(seed)
        .keys(arguments.client_id, arguments.secret);
    if !arguments.redirect_uri.is_empty() {
        builder = builder.redirect_uris(arguments.redirect_uri);
    }
    let emulator = match builder.start().await {
        Ok(emulator) => emulator,
        Err(error) => {
            eprintln!("plaid-emulator: {error}");
            return ExitCode::FAILURE;
        }
    };
    eprintln!("Plaid's emulator is at {} (seed {seed})", emulator.url());
    match tokio::signal::ctrl_c().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("plaid-emulator: cannot wait for Ctrl-C: {error}");
            ExitCode::FAILURE
        }
    }
}
