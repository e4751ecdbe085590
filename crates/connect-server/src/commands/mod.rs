//! What the program does instead of serving.

mod backup;
mod vault;

pub use self::backup::{BackupError, backup, restore};
pub use self::vault::VaultCommandError;
use crate::config::{Args, Command};

/// Why a command fails.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CommandError {
    /// `backup` or `restore` failed.
    #[error(transparent)]
    Backup(#[from] BackupError),
    /// `vault` failed.
    #[error(transparent)]
    Vault(#[from] VaultCommandError),
}

/// Runs the command of these arguments, and returns what it did; `None` if there is no command.
///
/// # Errors
///
/// [`CommandError`] with a sentence that says what to do.
pub async fn run_command(args: &Args) -> Option<Result<String, CommandError>> {
    let command = args.command.as_ref()?;
    Some(run(args, command).await)
}

async fn run(args: &Args, command: &Command) -> Result<String, CommandError> {
    let storage = args.storage();
    match command {
        Command::Backup { to } => {
            backup(&storage, to).await?;
            let (to, key) = (to.display(), storage.vault_key_file.display());
            Ok(format!("{to} is written and checked; {key} is not in it"))
        }
        Command::Restore { from, force } => {
            let kept = restore(&storage, from, *force).await?;
            let kept = kept.map(|kept| format!("; the replaced database is {}", kept.display()));
            let kept = kept.unwrap_or_default();
            Ok(format!("{} is restored{kept}", from.display()))
        }
        Command::Vault(command) => Ok(vault::run(args, *command).await?),
    }
}
