//! The program `plaid-emulator`.

use std::{net::SocketAddr, process::ExitCode};

use clap::Parser;
use plaid_emulator::{CLIENT_ID, Emulator, SECRET};

/// An offline Plaid: API, Link and webhooks.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// The address to listen on.
    #[arg(long, default_value = "127.0.0.1:9090")]
    listen: SocketAddr,
    /// The seed of ids and tokens; the default is random.
    #[arg(long)]
    seed: Option<u64>,
    /// The client id that requests must have.
    #[arg(long, default_value = CLIENT_ID)]
    client_id: String,
    /// The secret that requests must have.
    #[arg(long, default_value = SECRET)]
    secret: String,
    /// A redirect URI that Link tokens can use; can be repeated. `*` matches letters, digits, hyphens and dots.
    /// The default is `/oauth` on any port of this machine.
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
