//! The `run` command: Connect, its backend and an offline Plaid.

use std::env;
use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::build::Packaging;
use crate::process::Process;
use crate::workspace::Workspace;
use crate::{build, step};

const EMULATOR: &str = "127.0.0.1:9090";

/// The client id and the secret of the offline Plaid, which has nothing to protect.
const KEY: &str = "offline";

/// How long the servers may take to be ready.
const READY_WITHIN: Duration = Duration::from_secs(20);

const POLL_INTERVAL: Duration = Duration::from_millis(20);

/// Runs until Ctrl-C, or until one of the servers ends.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let offline = !has_plaid_keys()?;
    let listen = address("CONNECT_LISTEN", "127.0.0.1:8080")?;
    check_free(
        listen,
        "stop it, or choose another address in CONNECT_LISTEN",
    )?;
    let emulator = address("PLAID_EMULATOR_LISTEN", EMULATOR)?;
    if offline {
        check_free(
            emulator,
            "stop it, or choose another address in PLAID_EMULATOR_LISTEN",
        )?;
    }

    build::app(workspace, Packaging::Plain)?;
    let mut servers = step::cargo(["build", "--release", "--package", "connect-server"]);
    if offline {
        servers.args(["--package", "plaid-emulator"]);
    }
    step::run(servers.current_dir(&workspace.root))?;

    let interrupted = interruption()?;
    let mut processes = Vec::new();
    if offline {
        processes.push(start_emulator(workspace, emulator)?);
    }
    processes.push(start_backend(
        workspace,
        listen,
        offline.then_some(emulator),
    )?);

    if offline
        && !wait_until_ready(
            emulator,
            "/link/v2/stable/link-initialize.js",
            &mut processes,
            &interrupted,
        )?
    {
        return Ok(());
    }
    if !wait_until_ready(listen, "/readyz", &mut processes, &interrupted)? {
        return Ok(());
    }
    println!("\nConnect is at http://{listen}");
    if offline {
        println!(
            "The offline Plaid is at http://{emulator}: sign in at any bank as user_good with pass_good."
        );
    }
    println!("Press Ctrl-C to stop.");
    while interrupted
        .recv_timeout(Duration::from_millis(100))
        .is_err()
    {
        check_running(&mut processes)?;
    }
    Ok(())
}

fn start_emulator(workspace: &Workspace, listen: SocketAddr) -> Result<Process> {
    let program = workspace.target.join("release").join("plaid-emulator");
    Process::start(
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
) -> Result<Process> {
    let program = workspace.target.join("release").join("connect-server");
    let data = workspace.target.join("xtask").join("offline");
    if emulator.is_some() {
        // The offline Plaid loses its Items when it ends, so Connect's stored Items would be broken.
        drop(fs::remove_dir_all(&data));
        fs::create_dir_all(&data).with_context(|| format!("cannot create {}", data.display()))?;
    }
    Process::start(
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

/// Waits until `path` answers 200. Returns false if Ctrl-C was pressed before.
fn wait_until_ready(
    address: SocketAddr,
    path: &str,
    processes: &mut [Process],
    interrupted: &Receiver<()>,
) -> Result<bool> {
    let deadline = Instant::now() + READY_WITHIN;
    while !answers(address, path) {
        check_running(processes)?;
        if Instant::now() > deadline {
            let logs: Vec<String> = processes
                .iter()
                .map(|process| format!("{}:\n{}", process.name, process.last_log_lines()))
                .collect();
            bail!(
                "http://{address}{path} is not ready after {READY_WITHIN:?}\n{}",
                logs.join("\n")
            );
        }
        if interrupted.recv_timeout(POLL_INTERVAL).is_ok() {
            return Ok(false);
        }
    }
    Ok(true)
}

fn answers(address: SocketAddr, path: &str) -> bool {
    let request = || -> std::io::Result<String> {
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
    request().is_ok_and(|status| status == "HTTP/1.1 200")
}

fn check_running(processes: &mut [Process]) -> Result<()> {
    for process in processes {
        if let Some(status) = process.exit_status()? {
            bail!(
                "{} ended unexpectedly ({status}), so all servers are stopped. The end of its log:\n{}",
                process.name,
                process.last_log_lines()
            );
        }
    }
    Ok(())
}

/// A channel that receives Ctrl-C, SIGTERM and a closed terminal.
fn interruption() -> Result<Receiver<()>> {
    let (sender, receiver) = mpsc::channel();
    ctrlc::set_handler(move || {
        // The receiver is gone if the command is already ending.
        let _ = sender.send(());
    })?;
    Ok(receiver)
}

fn has_plaid_keys() -> Result<bool> {
    let is_set = |name: &str| env::var_os(name).is_some_and(|value| !value.is_empty());
    match (
        is_set("PLAID_CLIENT_ID"),
        is_set("PLAID_SECRET") || is_set("PLAID_SECRET_FILE"),
    ) {
        (true, true) => Ok(true),
        (false, false) => Ok(false),
        (true, false) => bail!(
            "PLAID_CLIENT_ID is set but PLAID_SECRET is not: set both to use Plaid, or neither to use the offline Plaid"
        ),
        (false, true) => bail!(
            "PLAID_SECRET is set but PLAID_CLIENT_ID is not: set both to use Plaid, or neither to use the offline Plaid"
        ),
    }
}

fn address(variable: &str, default: &str) -> Result<SocketAddr> {
    let value = env::var(variable).unwrap_or_else(|_| default.to_owned());
    value.parse().with_context(|| {
        format!("{variable} is `{value}`, which is not an address such as {default}")
    })
}

fn check_free(address: SocketAddr, advice: &str) -> Result<()> {
    match TcpListener::bind(address) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {
            bail!("{address} is used by another program: {advice}")
        }
        Err(error) => Err(error).with_context(|| format!("cannot listen on {address}")),
    }
}

/// The address to connect to for one to listen on: `0.0.0.0` becomes the loopback address.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(match address {
            SocketAddr::V4(_) => std::net::Ipv4Addr::LOCALHOST.into(),
            SocketAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
        });
    }
    address
}
