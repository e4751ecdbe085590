//! A running part of the stack: a child process that never outlives us.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

/// The hidden command under which parts start, see [`become_part`].
pub(crate) const VERB: &str = "as-part";

/// How long a part may take to end by itself before it is killed.
const GRACE: Duration = Duration::from_secs(5);

/// A child process with a log of its own; dropping it ends it.
pub(crate) struct Part {
    pub(crate) name: &'static str,
    child: Child,
    log: PathBuf,
}

impl Part {
    /// Starts a program, its output in `<logs>/<name>.log`.
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
            .arg(VERB)
            .arg(program)
            .stdin(Stdio::null())
            .stdout(file.try_clone()?)
            .stderr(file);
        configure(&mut command);
        // A group of its own: Ctrl-C reaches us alone, and we end the parts.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let child = command
            .spawn()
            .with_context(|| format!("{name} does not start"))?;
        Ok(Self { name, child, log })
    }

    /// Its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// How it ended, if it has.
    pub(crate) fn ended(&mut self) -> Result<Option<ExitStatus>> {
        Ok(self.child.try_wait()?)
    }

    /// The last lines that it logged.
    pub(crate) fn last_words(&self) -> String {
        let log = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        let last = lines
            .get(lines.len().saturating_sub(10)..)
            .unwrap_or_default()
            .join("\n");
        format!("{last}\n(its whole log: {})", self.log.display())
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        ask_to_end(&mut self.child);
        let deadline = Instant::now() + GRACE;
        while Instant::now() < deadline {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            thread::sleep(Duration::from_millis(10));
        }
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

#[cfg(unix)]
fn ask_to_end(child: &mut Child) {
    use rustix::process::{Pid, Signal, kill_process};
    // It fails for a process that has ended, which is what is wanted.
    let _ = kill_process(Pid::from_child(child), Signal::TERM);
}

#[cfg(not(unix))]
fn ask_to_end(child: &mut Child) {
    drop(child.kill());
}

/// Turns this process into `program`, which the kernel ends when the process that started it is gone, even killed.
#[cfg(target_os = "linux")]
pub(crate) fn become_part(program: &str, args: &[&str]) -> Result<()> {
    use std::os::unix::process::CommandExt;

    rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::TERM))?;
    Err(Command::new(program).args(args).exec())
        .with_context(|| format!("{program} does not start"))
}

/// Runs `program`; elsewhere than on Linux a part ends when it is dropped, and only then.
#[cfg(not(target_os = "linux"))]
pub(crate) fn become_part(program: &str, args: &[&str]) -> Result<()> {
    let status = Command::new(program)
        .args(args)
        .status()
        .with_context(|| format!("{program} does not start"))?;
    std::process::exit(status.code().unwrap_or(1))
}
