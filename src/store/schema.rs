//! The schema's versions, embedded in the program.

use sqlx::SqlSafeStr;
use sqlx::migrate::{Migration, MigrationType, Migrator};

/// Number, name and text of every version, oldest first. A released text never changes: sqlx
/// compares checksums and refuses the database.
const VERSIONS: &[(i64, &str, &str)] = &[(1, "queue", include_str!("migrations/0001_queue.sql"))];

/// What brings a database up to date, and refuses one that a newer program wrote.
pub(super) fn migrator() -> Migrator {
    let versions = VERSIONS.iter().map(|&(version, name, text)| {
        Migration::new(version, name.into(), MigrationType::Simple, text.into_sql_str(), false)
    });
    Migrator::with_migrations(versions.collect())
}
