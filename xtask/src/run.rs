//! Brings up Connect, its backend and an offline Plaid, and ends them together.

use std::env;
use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::build::Finish;
use crate::part::Part;
use crate::workspace::Workspace;
use crate::{build, step};

const EMULATOR: &str = "127.0.0.1:9090";

/// Both keys of the offline Plaid, which has nothing to protect.
const KEY: &str = "offline";

/// How long the parts may take to be ready.
const READY_WITHIN: Duration = Duration::from_secs(20);

const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Runs until Ctrl-C, or until a part ends.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let offline = !has_plaid_keys()?;
    let listen = address("CONNECT_LISTEN", "127.0.0.1:8080")?;
    free(
        listen,
        "stop it, or choose another address in CONNECT_LISTEN",
    )?;
    let emulator = address("PLAID_EMULATOR_LISTEN", EMULATOR)?;
    if offline {
        free(
            emulator,
            "stop it, or choose another address in PLAID_EMULATOR_LISTEN",
        )?;
    }

    build::app(workspace, Finish::Plain)?;
    let mut servers = step::cargo(["build", "--release", "--package", "connect-server"]);
    if offline {
        servers.args(["--package", "plaid-emulator"]);
    }
    step::run(servers.current_dir(&workspace.root))?;

    let interrupted = interruption()?;
    let mut parts = Vec::new();
    if offline {
        parts.push(start_emulator(workspace, emulator)?);
    }
    parts.push(start_backend(
        workspace,
        listen,
        offline.then_some(emulator),
    )?);

    if offline
        && !ready(
            emulator,
            "/link/v2/stable/link-initialize.js",
            &mut parts,
            &interrupted,
        )?
    {
        return Ok(());
    }
    if !ready(listen, "/readyz", &mut parts, &interrupted)? {
        return Ok(());
    }
    println!("\nConnect is at http://{listen}");
    if offline {
        println!(
            "Plaid is the offline one at http://{emulator}: sign in at any bank as user_good with pass_good."
        );
    }
    println!("Ctrl-C ends all.");
    while interrupted
        .recv_timeout(Duration::from_millis(100))
        .is_err()
    {
        all_alive(&mut parts)?;
    }
    Ok(())
}

fn start_emulator(workspace: &Workspace, listen: SocketAddr) -> Result<Part> {
    let program = workspace.target.join("release").join("plaid-emulator");
    Part::start(
        "plaid-emulator",
        &program,
        &workspace.target.join("xtask"),
        |command| {
            command.args([
                "--listen",
                &listen.to_string(),
                "--client-id",
                KEY,
                "--secret",
                KEY,
            ]);
        },
    )
}

fn start_backend(
    workspace: &Workspace,
    listen: SocketAddr,
    emulator: Option<SocketAddr>,
) -> Result<Part> {
    let program = workspace.target.join("release").join("connect-server");
    let data = workspace.target.join("xtask").join("offline");
    if emulator.is_some() {
        // An offline Plaid forgets its Items when it ends: those that Connect kept would only be broken ones.
        drop(fs::remove_dir_all(&data));
        fs::create_dir_all(&data).with_context(|| format!("cannot create {}", data.display()))?;
    }
    Part::start(
        "connect-server",
        &program,
        &workspace.target.join("xtask"),
        |command| {
            command.current_dir(&workspace.root);
            let mut default = |name: &str, value: String| {
                if env::var_os(name).is_none() {
                    command.env(name, value);
                }
            };
            default("CONNECT_LISTEN", listen.to_string());
            default(
                "CONNECT_DIST",
                workspace.root.join("dist").display().to_string(),
            );
            if let Some(emulator) = emulator {
                default(
                    "CONNECT_DATABASE_URL",
                    format!("sqlite:{}", data.join("connect.db").display()),
                );
                default(
                    "CONNECT_VAULT_KEY_FILE",
                    data.join("vault.key").display().to_string(),
                );
                default("PLAID_BASE_URL", format!("http://{emulator}"));
                default(
                    "PLAID_LINK_SCRIPT_URL",
                    format!("http://{emulator}/link/v2/stable/link-initialize.js"),
                );
                default("PLAID_CLIENT_ID", KEY.to_owned());
                default("PLAID_SECRET", KEY.to_owned());
            }
        },
    )
}

/// Waits until `path` answers 200; false if we were interrupted meanwhile.
fn ready(
    address: SocketAddr,
    path: &str,
    parts: &mut [Part],
    interrupted: &Receiver<()>,
) -> Result<bool> {
    let deadline = Instant::now() + READY_WITHIN;
    while !answers(address, path) {
        all_alive(parts)?;
        if Instant::now() > deadline {
            let said: Vec<String> = parts
                .iter()
                .map(|part| format!("{}:\n{}", part.name, part.last_words()))
                .collect();
            bail!(
                "http://{address}{path} is not ready after {READY_WITHIN:?}\n{}",
                said.join("\n")
            );
        }
        if interrupted.recv_timeout(LOOK_EVERY).is_ok() {
            return Ok(false);
        }
    }
    Ok(true)
}

fn answers(address: SocketAddr, path: &str) -> bool {
    let ask = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect_timeout(&reachable(address), Duration::from_secs(1))?;
        stream.set_read_timeout(Some(Duration::from_secs(2)))?;
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
        )?;
        let mut status = [0; 12];
        stream.read_exact(&mut status)?;
        Ok(String::from_utf8_lossy(&status).into_owned())
    };
    ask().is_ok_and(|status| status == "HTTP/1.1 200")
}

fn all_alive(parts: &mut [Part]) -> Result<()> {
    for part in parts {
        if let Some(status) = part.ended()? {
            bail!(
                "{} ended by itself ({status}), so everything ends; the last it said:\n{}",
                part.name,
                part.last_words()
            );
        }
    }
    Ok(())
}

/// Ctrl-C, SIGTERM or a closed terminal, as a message.
fn interruption() -> Result<Receiver<()>> {
    let (sender, receiver) = mpsc::channel();
    ctrlc::set_handler(move || {
        // Nobody listens any more when everything is ending already.
        let _ = sender.send(());
    })?;
    Ok(receiver)
}

fn has_plaid_keys() -> Result<bool> {
    let given = |name: &str| env::var_os(name).is_some_and(|value| !value.is_empty());
    match (
        given("PLAID_CLIENT_ID"),
        given("PLAID_SECRET") || given("PLAID_SECRET_FILE"),
    ) {
        (true, true) => Ok(true),
        (false, false) => Ok(false),
        (true, false) => bail!(
            "PLAID_CLIENT_ID is set but PLAID_SECRET is not: set both for Plaid itself, or neither"
        ),
        (false, true) => bail!(
            "PLAID_SECRET is set but PLAID_CLIENT_ID is not: set both for Plaid itself, or neither"
        ),
    }
}

fn address(variable: &str, default: &str) -> Result<SocketAddr> {
    let value = env::var(variable).unwrap_or_else(|_| default.to_owned());
    value.parse().with_context(|| {
        format!("{variable} is `{value}`, which is not an address such as {default}")
    })
}

fn free(address: SocketAddr, advice: &str) -> Result<()> {
    match TcpListener::bind(address) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {
            bail!("{address} is taken by another program: {advice}")
        }
        Err(error) => Err(error).with_context(|| format!("cannot listen on {address}")),
    }
}

/// An address to connect to for one to listen on: `0.0.0.0` means here as well.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(match address {
            SocketAddr::V4(_) => std::net::Ipv4Addr::LOCALHOST.into(),
            SocketAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
        });
    }
    address
}
