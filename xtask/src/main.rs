//! The commands of this repository: `cargo xtask run`, `test`, `lint` and `build`, each with all its own set-up.
#![expect(clippy::print_stdout, reason = "a command line tool speaks on stdout")]

mod bench;
mod build;
mod lint;
mod npm;
mod optimize;
mod part;
mod run;
mod setup;
mod shorten;
mod size;
mod step;
mod test;
#[cfg(test)]
mod tidy;
mod twin;
mod workspace;

use std::process::ExitCode;

use anyhow::{Result, bail};
use workspace::Workspace;

const USAGE: &str = "\
usage: cargo xtask <command>

  run     build everything and bring up Connect, its backend and an offline Plaid
  test    every test: host, browser, end to end
  lint    formatting, house rules, clippy and docs, warnings denied
  bench   the benchmarks, each number beside its peer's
  build   the app for the browser, in dist/, with its size table
  setup   install what the other commands need; they do it by themselves as well";

fn main() -> ExitCode {
    match command(&std::env::args().skip(1).collect::<Vec<_>>()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn command(args: &[String]) -> Result<ExitCode> {
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["test"] => return test::test(&Workspace::load()?),
        ["run"] => run::run(&Workspace::load()?)?,
        ["lint"] => lint::lint(&Workspace::load()?)?,
        ["build"] => build::build(&Workspace::load()?)?,
        ["bench", args @ ..] => bench::bench(&Workspace::load()?, args)?,
        ["setup"] => setup::everything(&Workspace::load()?)?,
        [part::VERB, program, rest @ ..] => part::become_part(program, rest)?,
        [] | ["help" | "-h" | "--help"] => println!("{USAGE}"),
        [other, ..] => {
            bail!("`{other}` is not a command, or has arguments that it does not take\n{USAGE}")
        }
    }
    Ok(ExitCode::SUCCESS)
}
