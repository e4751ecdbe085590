//! The measured programs, and the offline Plaid that they use.

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::Effort;
use super::load::{Answer, Http};
use crate::process::Process;
use crate::workspace::Workspace;
use crate::{npm, step};

/// The client id and the secret of the offline Plaid.
const KEY: &str = "offline";

/// A running server.
pub(crate) struct Program {
    pub(crate) at: SocketAddr,
    pub(super) process: Process,
}

/// The built programs.
pub(crate) struct Programs<'a> {
    pub(super) workspace: &'a Workspace,
    pub(super) built: PathBuf,
}

/// A running Connect and its data folder.
pub(crate) struct Connect {
    pub(crate) program: Program,
    pub(super) data: PathBuf,
    pub(super) seed: PathBuf,
}

impl<'a> Programs<'a> {
    /// Builds the backend, the offline Plaid, and the program that fills databases.
    pub(crate) fn build(workspace: &'a Workspace, effort: Effort) -> Result<Self> {
        let servers = ["connect-server", "plaid-emulator"];
        let mut build = step::cargo(["build"]);
        build.args(servers.map(|server| format!("--package={server}")));
        let profile = if effort.quick {
            "debug"
        } else {
            build.arg("--release");
            "release"
        };
        step::run(build.current_dir(&workspace.root))?;
        // It is not measured, and its release build takes minutes.
        let mut seed = step::cargo(["build", "--package", "seed"]);
        step::run(seed.current_dir(&workspace.root))?;
        Ok(Self {
            workspace,
            built: workspace.target.join(profile),
        })
    }

    /// Starts the offline Plaid.
    pub(crate) fn plaid(&self) -> Result<Program> {
        let program = self.built.join("plaid-emulator");
        self.start("plaid-emulator", &program, |command, at| {
            command.args(["--listen", &at.to_string()]);
            command.args(["--client-id", KEY, "--secret", KEY]);
        })
    }

    /// Starts Connect with an empty database of this name, and with this app or else an empty page.
    pub(crate) fn connect(
        &self,
        plaid: &Program,
        dist: Option<&Path>,
        name: &str,
    ) -> Result<Connect> {
        let data = self.empty_folder(name)?;
        let program = self.built.join("connect-server");
        let program = self.start("connect-server", &program, |command, at| {
            configure(command, at, plaid, &data);
            command
                .env("CONNECT_DIST", dist.unwrap_or(&data))
                // A few users represent many.
                .env("CONNECT_RATE_LIMIT", "0")
                .env("CONNECT_PLAID_RATE_LIMIT", "0");
        })?;
        Ok(Connect {
            program,
            data,
            seed: self.workspace.target.join("debug/seed"),
        })
    }

    /// An empty folder for a Connect, with an empty page.
    pub(super) fn empty_folder(&self, name: &str) -> Result<PathBuf> {
        let data = self.workspace.target.join("xtask/bench").join(name);
        drop(fs::remove_dir_all(&data));
        fs::create_dir_all(&data)?;
        fs::write(data.join("index.html"), "<head></head>")?;
        Ok(data)
    }

    /// Starts the express server of `bench/peer-node`.
    pub(crate) fn express(&self, plaid: &Program) -> Result<Program> {
        let server = npm::install(self.workspace, "bench/peer-node")?.join("server.js");
        self.start("peer-node", Path::new("node"), |command, at| {
            command
                .arg(server)
                .env("NODE_ENV", "production")
                .env("PORT", at.port().to_string())
                .env("PLAID_BASE_URL", format!("http://{}", plaid.at))
                .env("PLAID_CLIENT_ID", KEY)
                .env("PLAID_SECRET", KEY);
        })
    }

    fn start(
        &self,
        name: &'static str,
        program: &Path,
        configure: impl FnOnce(&mut Command, SocketAddr),
    ) -> Result<Program> {
        let at = free_address()?;
        let logs = self.workspace.target.join("xtask");
        let process = Process::start(name, program, &logs, |command| configure(command, at))?;
        Program::listening(at, process)
    }
}

/// An address that no program listens on.
pub(super) fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

/// Sets what every Connect of the bench needs: its address, its data folder and Plaid.
pub(super) fn configure(command: &mut Command, at: SocketAddr, plaid: &Program, data: &Path) {
    let database = format!("sqlite:{}", data.join("connect.db").display());
    command
        .env("CONNECT_LISTEN", at.to_string())
        .env("CONNECT_DIST", data)
        .env("CONNECT_DATABASE_URL", database)
        .env("CONNECT_VAULT_KEY_FILE", data.join("vault.key"))
        // Without transactions, since the peers fetch none after an exchange.
        .env("CONNECT_PRODUCTS", "auth")
        .env("PLAID_BASE_URL", format!("http://{}", plaid.at))
        .env("PLAID_LINK_SCRIPT_URL", link_script(plaid))
        .env("PLAID_CLIENT_ID", KEY)
        .env("PLAID_SECRET", KEY);
}

/// The address of Link's script at the offline Plaid.
pub(crate) fn link_script(plaid: &Program) -> String {
    format!("http://{}/link/v2/stable/link-initialize.js", plaid.at)
}

/// The body of a request to Plaid: the keys and these fields.
pub(crate) fn to_plaid(fields: &str) -> String {
    format!("{{\"client_id\":\"{KEY}\",\"secret\":\"{KEY}\",{fields}}}")
}

impl Program {
    /// Waits until a process listens on its address.
    pub(super) fn listening(at: SocketAddr, process: Process) -> Result<Self> {
        let mut program = Self { at, process };
        program.wait_until_listening()?;
        Ok(program)
    }

    /// Sends one request.
    pub(crate) fn call(
        &self,
        method: &str,
        path: &str,
        cookie: &str,
        body: &str,
    ) -> Result<Answer> {
        Http::connect(self.at)?.call(method, path, cookie, body)
    }

    /// The resident memory, in MB.
    pub(crate) fn memory(&self) -> Result<f64> {
        let path = format!("/proc/{}/status", self.process.id());
        let status = fs::read_to_string(&path).with_context(|| {
            format!(
                "cannot read the memory of {} from {path}, which exists on Linux only",
                self.process.name
            )
        })?;
        let kilobytes = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB"));
        let kilobytes: f64 = kilobytes.context("/proc has no resident memory")?.parse()?;
        Ok(kilobytes / 1024.0)
    }

    fn wait_until_listening(&mut self) -> Result<()> {
        let deadline = Instant::now() + Duration::from_secs(20);
        while Http::connect(self.at).is_err() {
            if self.process.exit_status()?.is_some() || Instant::now() > deadline {
                bail!(
                    "{} does not listen:\n{}",
                    self.process.name,
                    self.process.last_log_lines()
                );
            }
            thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }
}
