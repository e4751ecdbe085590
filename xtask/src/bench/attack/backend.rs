//! The attacked backend: a process that can be killed, and started again over its database.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Result, bail};

use crate::bench::load::Http;
use crate::bench::program::{Program, Programs, configure, free_address};
use crate::process::Process;

/// After this time a backend that does not end is killed.
const STOP_DEADLINE: Duration = Duration::from_secs(60);

/// A backend with a data folder that outlives its process.
pub(super) struct Backend<'a> {
    pub(super) at: SocketAddr,
    metrics_at: SocketAddr,
    plaid: &'a Program,
    built: PathBuf,
    data: PathBuf,
    open_files: Option<u32>,
    program: Program,
}

impl<'a> Backend<'a> {
    /// Starts a backend with the default limits and an empty database, over an offline Plaid without Items.
    pub(super) fn start(
        programs: &Programs<'_>,
        plaid: &'a Program,
        open_files: Option<u32>,
    ) -> Result<Self> {
        plaid.call("POST", "/emulator/reset", "", "")?;
        // A used public token answers again, so that an answer that a killed backend has not stored is no loss.
        let again = "{\"answer_again\":true}";
        plaid.call("POST", "/emulator/public_tokens", "", again)?;
        let built = programs.built.join("connect-server");
        let data = programs.empty_folder("attacked")?;
        let (at, metrics_at) = (free_address()?, free_address()?);
        let program = run(&built, &data, plaid, at, metrics_at, open_files)?;
        let backend = Self {
            at,
            metrics_at,
            plaid,
            built,
            data,
            open_files,
            program,
        };
        // It listens before it answers.
        backend.program.call("GET", "/readyz", "", "")?;
        Ok(backend)
    }

    pub(super) fn kill(&mut self) -> Result<()> {
        self.program.process.kill()
    }

    /// Starts a killed backend again. Its log begins again, too.
    pub(super) fn restart(&mut self) -> Result<()> {
        self.program = run(
            &self.built,
            &self.data,
            self.plaid,
            self.at,
            self.metrics_at,
            self.open_files,
        )?;
        Ok(())
    }

    /// Ends the backend, and returns how long it took.
    pub(super) fn stop(&mut self) -> Duration {
        self.program.process.stop(STOP_DEADLINE)
    }

    /// Whether the database answers.
    pub(super) fn is_ready(&self) -> bool {
        self.program.call("GET", "/readyz", "", "").is_ok()
    }

    /// The sum of a measurement's values whose labels include this text.
    pub(super) fn measurement(&self, name: &str, label: &str) -> Result<u64> {
        let metrics = Http::connect(self.metrics_at)?.call("GET", "/metrics", "", "")?;
        let values = metrics.body.lines().filter_map(|line| {
            let (measured, value) = line.rsplit_once(' ')?;
            let (found, labels) = measured.split_once('{').unwrap_or((measured, ""));
            (found == name && labels.contains(label)).then(|| value.parse::<u64>())
        });
        Ok(values.sum::<Result<u64, _>>()?)
    }

    /// The open connections.
    pub(super) fn connections(&self) -> Result<u64> {
        self.measurement("connect_connections", "")
    }

    /// The calls to an endpoint of Plaid.
    pub(super) fn plaid_calls(&self, endpoint: &str) -> Result<u64> {
        let label = format!("endpoint=\"{endpoint}\"");
        self.measurement("connect_plaid_call_duration_seconds_count", &label)
    }

    /// The resident memory, in MB.
    pub(super) fn memory(&self) -> Result<f64> {
        self.program.memory()
    }

    /// The size of the database and its log of writes, in bytes.
    pub(super) fn database_size(&self) -> u64 {
        let files = ["connect.db", "connect.db-wal"].map(|name| self.data.join(name));
        files.iter().map(|file| size(file)).sum()
    }

    /// The size of what the backend has logged, in bytes.
    pub(super) fn log_size(&self) -> Result<u64> {
        match size(&self.data.join("attacked.log")) {
            0 => bail!("the backend has logged nothing"),
            size => Ok(size),
        }
    }
}

fn run(
    built: &Path,
    data: &Path,
    plaid: &Program,
    at: SocketAddr,
    metrics_at: SocketAddr,
    open_files: Option<u32>,
) -> Result<Program> {
    let program = match open_files {
        Some(_) => Path::new("/bin/sh"),
        None => built,
    };
    let process = Process::start("attacked", program, data, |command| {
        if let Some(limit) = open_files {
            let script = format!("ulimit -n {limit}; exec \"$0\"");
            command.arg("-c").arg(script).arg(built);
        }
        configure(command, at, plaid, data);
        command
            .env("CONNECT_METRICS_LISTEN", metrics_at.to_string())
            // So that addresses of this machine have limits.
            .env("CONNECT_TRUSTED_PROXIES", "none")
            .env_remove("CONNECT_RATE_LIMIT")
            .env_remove("CONNECT_ADDRESS_RATE_LIMIT")
            .env_remove("CONNECT_PLAID_RATE_LIMIT")
            .env_remove("CONNECT_MAX_CONNECTIONS");
    })?;
    Program::listening(at, process)
}

fn size(file: &Path) -> u64 {
    fs::metadata(file).map_or(0, |file| file.len())
}
