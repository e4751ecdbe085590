//! What the program does instead of serving.

mod vault;

pub use self::vault::VaultCommandError;
use crate::config::{Args, Command};

/// Runs the command of these arguments, and returns what it did; `None` if there is no command.
///
/// # Errors
///
/// [`VaultCommandError`] with a sentence that says what to do.
pub async fn run_command(args: &Args) -> Option<Result<String, VaultCommandError>> {
    match args.command? {
        Command::Vault(command) => Some(vault::run(args, command).await),
    }
}
