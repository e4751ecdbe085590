//! A child process that ends with this process, even if this process is killed.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

/// The hidden command that starts child processes, see [`exec`].
pub(crate) const EXEC: &str = "exec";

/// How long a process may take to end after SIGTERM before it is killed.
const GRACE: Duration = Duration::from_secs(5);

/// A child process with its own log file. Dropping it ends the process.
pub(crate) struct Process {
    pub(crate) name: &'static str,
    child: Child,
    log: PathBuf,
}

impl Process {
    /// Starts a program with its output in `<logs>/<name>.log`.
    pub(crate) fn start(
        name: &'static str,
        program: &Path,
        logs: &Path,
        configure: impl FnOnce(&mut Command),
    ) -> Result<Self> {
        fs::create_dir_all(logs).with_context(|| format!("cannot create {}", logs.display()))?;
        let log = logs.join(format!("{name}.log"));
        let file = File::create(&log).with_context(|| format!("cannot write {}", log.display()))?;

        let mut command = Command::new(std::env::current_exe()?);
        command
            .arg(EXEC)
            .arg(program)
            .stdin(Stdio::null())
            .stdout(file.try_clone()?)
            .stderr(file);
        configure(&mut command);
        // Its own process group, so that Ctrl-C reaches this process only, which then ends the child.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let child = command
            .spawn()
            .with_context(|| format!("{name} does not start"))?;
        Ok(Self { name, child, log })
    }

    /// The process id.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// The exit status, if the process has ended.
    pub(crate) fn exit_status(&mut self) -> Result<Option<ExitStatus>> {
        Ok(self.child.try_wait()?)
    }

    /// Kills the process: it cannot finish anything.
    pub(crate) fn kill(&mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Asks the process to end, and kills it if it does not end in time. Returns how long it took.
    pub(crate) fn stop(&mut self, grace: Duration) -> Duration {
        let asked = Instant::now();
        if !matches!(self.child.try_wait(), Ok(None)) {
            return asked.elapsed();
        }
        terminate(&mut self.child);
        while asked.elapsed() < grace {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return asked.elapsed();
            }
            thread::sleep(Duration::from_millis(10));
        }
        drop(self.kill());
        asked.elapsed()
    }

    /// The last lines of the log.
    pub(crate) fn last_log_lines(&self) -> String {
        let log = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        let last = lines
            .get(lines.len().saturating_sub(10)..)
            .unwrap_or_default()
            .join("\n");
        format!("{last}\n(the whole log: {})", self.log.display())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.stop(GRACE);
    }
}

#[cfg(unix)]
fn terminate(child: &mut Child) {
    use rustix::process::{Pid, Signal, kill_process};
    // It fails if the process has already ended, which is the goal.
    let _ = kill_process(Pid::from_child(child), Signal::TERM);
}

#[cfg(not(unix))]
fn terminate(child: &mut Child) {
    drop(child.kill());
}

/// Replaces this process by `program`, which the kernel terminates when its parent process ends.
#[cfg(target_os = "linux")]
pub(crate) fn exec(program: &str, args: &[&str]) -> Result<()> {
    use std::os::unix::process::CommandExt;

    rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::TERM))?;
    Err(Command::new(program).args(args).exec())
        .with_context(|| format!("{program} does not start"))
}

/// Runs `program`. On systems other than Linux it ends only when its [`Process`] is dropped.
#[cfg(not(target_os = "linux"))]
pub(crate) fn exec(program: &str, args: &[&str]) -> Result<()> {
    let status = Command::new(program)
        .args(args)
        .status()
        .with_context(|| format!("{program} does not start"))?;
    std::process::exit(status.code().unwrap_or(1))
}
