//! One process per SQLite file.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

use super::StoreError;

/// A lock on `<database>.lock`. The system releases it when the process ends, however it ends.
#[derive(Debug)]
pub(super) struct LockFile(File);

impl LockFile {
    /// Takes the lock for the database at `path`, or says who is in the way.
    ///
    /// A file of its own, because SQLite locks ranges of the database file itself and would lose
    /// them when another handle of this process on that file is closed.
    pub(super) fn take(path: &Path) -> Result<Self, StoreError> {
        let mut name = path.as_os_str().to_owned();
        name.push(".lock");
        // Opened for writing, so that a read-only directory is noticed here, with advice.
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(Path::new(&name))
            .map_err(|error| StoreError::unusable(path, error))?;
        match file.try_lock() {
            Ok(()) => Ok(Self(file)),
            Err(TryLockError::WouldBlock) => Err(StoreError::InUse { path: path.to_owned() }),
            Err(TryLockError::Error(error)) => Err(StoreError::unusable(path, error)),
        }
    }

    /// Lets other processes in. The file stays: removing it would let two processes lock two
    /// different files of that name.
    pub(super) fn release(&self) {
        if let Err(error) = self.0.unlock() {
            tracing::warn!(%error, "Could not release the database's lock file");
        }
    }
}
