//! A command of a larger task, printed so that it can be run again alone.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// The number of tests that passed and failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) passed: u32,
    pub(crate) failed: u32,
}

/// A cargo command.
pub(crate) fn cargo<'a>(args: impl IntoIterator<Item = &'a str>) -> Command {
    let mut command = Command::new(crate::workspace::cargo());
    command.args(args);
    command
}

/// Runs a command and waits for its end.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let line = announce(command);
    let status = command
        .status()
        .with_context(|| format!("`{line}` does not start"))?;
    if !status.success() {
        bail!("`{line}` failed");
    }
    Ok(())
}

/// Runs a command; returns its standard output, and whether it succeeded.
pub(crate) fn output(command: &mut Command) -> Result<(String, bool)> {
    let line = announce(command);
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("`{line}` does not start"))?;
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    Ok((stdout, output.status.success()))
}

/// Runs tests and adds the counts that their runners print; returns true if all passed.
pub(crate) fn run_tests(command: &mut Command, counts: &mut Counts) -> Result<bool> {
    let line = announce(command);
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("`{line}` does not start"))?;
    if let Some(stdout) = child.stdout.take() {
        for line in BufReader::new(stdout).split(b'\n') {
            let line = line?;
            let line = String::from_utf8_lossy(&line);
            println!("{line}");
            if let Some(more) = parse_counts(&line) {
                counts.passed += more.passed;
                counts.failed += more.failed;
            }
        }
    }
    Ok(child.wait()?.success())
}

fn announce(command: &Command) -> String {
    let line = as_typed(command);
    println!("\n$ {line}");
    line
}

/// The command line as it can be typed.
fn as_typed(command: &Command) -> String {
    let inherited_path = std::env::var("PATH").unwrap_or_default();
    let variables = command.get_envs().filter_map(|(name, value)| {
        let value = value?.to_string_lossy().replace(&inherited_path, "$PATH");
        Some(format!("{}={}", name.to_string_lossy(), quoted(&value)))
    });
    let program = command.get_program().to_string_lossy();
    let program = if program == crate::workspace::cargo() {
        "cargo".into()
    } else {
        program
    };
    let args = command.get_args().map(|arg| quoted(&arg.to_string_lossy()));
    variables
        .chain([program.into_owned()])
        .chain(args)
        .collect::<Vec<_>>()
        .join(" ")
}

fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_=./:,@+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("\"{word}\"")
    }
}

/// Reads `test result: ok. 3 passed; 0 failed; …`, as both libtest and wasm-bindgen-test print it.
fn parse_counts(line: &str) -> Option<Counts> {
    let (_, result) = line.split_once("test result: ")?;
    let number_before = |word: &str| {
        result
            .split(word)
            .next()?
            .split_whitespace()
            .last()?
            .parse()
            .ok()
    };
    Some(Counts {
        passed: number_before(" passed;")?,
        failed: number_before(" failed;")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_of_runners_are_parsed() {
        let rows = [
            (
                "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured",
                Some((12, 0)),
            ),
            (
                "test result: FAILED. 3 passed; 2 failed; 0 ignored; finished in 0.10s",
                Some((3, 2)),
            ),
            (
                "    test result: ok. 4 passed; 0 failed; 0 ignored; 0 filtered out",
                Some((4, 0)),
            ),
            ("test result is ok", None),
            ("running 3 tests", None),
        ];
        for (line, expected) in rows {
            let expected = expected.map(|(passed, failed)| Counts { passed, failed });
            assert_eq!(parse_counts(line), expected, "{line}");
        }
    }

    #[test]
    fn a_printed_command_can_be_typed() {
        let mut command = cargo(["clippy", "--workspace", "--", "-D", "warnings"]);
        assert_eq!(
            as_typed(&command),
            "cargo clippy --workspace -- -D warnings"
        );
        command.env("RUSTDOCFLAGS", "-D warnings");
        assert_eq!(
            as_typed(&command),
            "RUSTDOCFLAGS=\"-D warnings\" cargo clippy --workspace -- -D warnings"
        );
    }
}
