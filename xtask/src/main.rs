//! The commands of this repository: `cargo xtask run`, `test`, `lint`, `bench` and `build`. Each installs what it needs.
#![expect(clippy::print_stdout, reason = "a command line tool prints to stdout")]

mod bench;
mod build;
mod lint;
mod npm;
mod optimize;
mod process;
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

  run     build everything and start Connect, its backend and an offline Plaid
  test    run every test: host, browser, end to end
  lint    check formatting, repository rules, clippy and docs, warnings denied
  bench   run the benchmarks, each compared with its peer
  build   build the app for the browser into dist/ and print its size table
  setup   install what the other commands need; each of them also does so itself";

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
        ["setup"] => setup::all(&Workspace::load()?)?,
        [process::EXEC, program, rest @ ..] => process::exec(program, rest)?,
        [] | ["help" | "-h" | "--help"] => println!("{USAGE}"),
        [other, ..] => {
            bail!("`{other}` is not a command, or does not accept these arguments\n{USAGE}")
        }
    }
    Ok(ExitCode::SUCCESS)
}
