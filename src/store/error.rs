//! What can go wrong with the store, in words that say what to do.

use std::io;
use std::path::{Path, PathBuf};

/// Why the store could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The store was closed, or its writer died: nothing was recorded.
    #[error("the store is closed: nothing can be recorded until the service runs again")]
    Closed,
    /// Another process works on the same file.
    #[error(
        "`{}` is in use by another go-expert process: stop that one, or name another file in \
         GO_EXPERT_DATABASE_URL",
        path.display()
    )]
    InUse {
        /// The database file.
        path: PathBuf,
    },
    /// The file holds something else.
    #[error(
        "`{}` is not a SQLite database: name another file in GO_EXPERT_DATABASE_URL",
        path.display()
    )]
    NotADatabase {
        /// The file.
        path: PathBuf,
    },
    /// A newer go-expert wrote the database.
    #[error(
        "the database has schema version {found}, which this go-expert does not know: run the \
         version that wrote it, or a newer one"
    )]
    NewerSchema {
        /// The version that was found.
        found: i64,
    },
    /// The schema could not be brought up to date.
    #[error("the database's schema could not be brought up to date")]
    Schema(#[source] Box<sqlx::migrate::MigrateError>),
    /// The address is not one that this version can open. It is not repeated: addresses hold
    /// passwords.
    #[error(
        "GO_EXPERT_DATABASE_URL must be `sqlite:` and the path of a file, as in `sqlite:go-expert.db`"
    )]
    Url,
    /// The file or its directory cannot be used.
    #[error("cannot use the database file `{}`: {advice}", path.display())]
    Unusable {
        /// The database file.
        path: PathBuf,
        /// What to do about it.
        advice: &'static str,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The database refused a statement or could not be reached.
    #[error(transparent)]
    Database(sqlx::Error),
}

impl StoreError {
    /// What `source` means for a database at `path`, with advice.
    pub(super) fn unusable(path: &Path, source: io::Error) -> Self {
        let advice = match source.kind() {
            io::ErrorKind::NotFound => {
                "its directory does not exist; create it, or name another file in \
                 GO_EXPERT_DATABASE_URL"
            }
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                "the file and its directory must be writable for the user that runs go-expert"
            }
            io::ErrorKind::NotADirectory | io::ErrorKind::IsADirectory => {
                "name a file in an existing directory in GO_EXPERT_DATABASE_URL"
            }
            _ => "the file and its directory must be on a local, writable disk with room left",
        };
        Self::Unusable { path: path.to_owned(), advice, source }
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => Self::Closed,
            other => Self::Database(other),
        }
    }
}

impl From<sqlx::migrate::MigrateError> for StoreError {
    fn from(error: sqlx::migrate::MigrateError) -> Self {
        match error {
            sqlx::migrate::MigrateError::VersionMissing(found) => Self::NewerSchema { found },
            other => Self::Schema(Box::new(other)),
        }
    }
}
