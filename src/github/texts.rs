//! The texts of blobs, read once and kept by object name.
use crate::model::{BlobOid, InstallationId};
use moka::future::Cache;
use std::sync::Arc;

pub(super) struct Texts {
    cache: Cache<(InstallationId, BlobOid), Content>,
}

#[derive(Debug, Clone)]
pub(super) enum Content {
    Text { text: Arc<str>, lossy: bool },
    Binary,
}

impl Default for Texts {
    fn default() -> Self {
        Self { cache: Cache::builder().build() }
    }
}
