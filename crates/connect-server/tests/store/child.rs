//! A test that runs in a process of its own.

use std::env;
use std::process::Command;

/// The variable that tells the process that it is a child.
const CHILD: &str = "CONNECT_TEST_CHILD";

/// Whether this process is a child of the test.
pub(crate) fn is_child() -> bool {
    env::var_os(CHILD).is_some()
}

/// Runs the test with this name in a child, after a command of the shell such as `ulimit`.
pub(crate) fn command(name: &str, before: &str) -> Command {
    let test = env::current_exe().expect("a program");
    let mut command = Command::new("sh");
    command
        .arg("-c")
        .arg(format!(
            "{before} && exec \"$0\" --exact \"$1\" --nocapture"
        ))
        .arg(test)
        .arg(name)
        .env(CHILD, "1");
    command
}

/// Runs the test with this name in a child, and panics unless it succeeds.
pub(crate) fn succeeds(name: &str, before: &str) {
    let output = command(name, before).output().expect("a child");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        text.contains("1 passed"),
        "{text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
