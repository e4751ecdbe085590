//! Files that only their owner can read.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::Path;

use super::error::{Result, StoreError};

/// Opens a file to append to it, and creates it if it does not exist.
pub(super) fn open(path: &Path) -> Result<File> {
    let mut file = OpenOptions::new();
    file.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut file, 0o600);
    file.open(path).map_err(|source| StoreError::Unopenable {
        path: path.to_owned(),
        source,
    })
}

/// Takes a file away from other users of the machine, if there is such a file.
///
/// # Errors
///
/// [`StoreError::TooOpen`] if the file is another user's.
pub(crate) fn close_to_others(path: &Path) -> Result<()> {
    match restrict_mode(path) {
        Ok(false) => Ok(()),
        Ok(true) => {
            tracing::warn!(path = %path.display(), "a file was open to other users of the machine, and is not any more");
            Ok(())
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(source) => Err(StoreError::TooOpen {
            path: path.to_owned(),
            source,
        }),
    }
}

/// Removes the permissions of the group and of others. True if there were any.
fn restrict_mode(path: &Path) -> io::Result<bool> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mut permissions = fs::metadata(path)?.permissions();
        let mode = permissions.mode();
        if mode & 0o077 != 0 {
            permissions.set_mode(mode & 0o700);
            fs::set_permissions(path, permissions)?;
            return Ok(true);
        }
    }
    Ok(false)
}
