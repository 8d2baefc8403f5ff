//! Decides whether bytes are a text worth reading.

use std::fs;
use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;

use crate::model::{BlobOid, SourceFile, UnreadReason};

/// How many bytes a file may have. Generated Go files of real repositories stay below.
pub(super) const MAX_BYTES: usize = 5 * 1024 * 1024;

/// How far git looks for a NUL byte to tell a binary file (`buffer_is_binary` in its sources).
const BINARY_PROBE: usize = 8_000;

/// How every Git LFS pointer begins (Git LFS specification, "The Pointer").
const LFS_POINTER: &[u8] = b"version https://git-lfs.github.com/spec/";

/// A file's bytes, or one more than is allowed, which tells that there are more.
pub(super) fn read(file: &Path) -> Result<Vec<u8>, UnreadReason> {
    let mut bytes = Vec::new();
    fs::File::open(file)
        .and_then(|it| it.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes))
        .map_err(|_| UnreadReason::Unavailable)?;
    Ok(bytes)
}

/// The file with these bytes, or why it is not read.
pub(super) fn source_file(
    path: Arc<str>,
    oid: Option<BlobOid>,
    bytes: &[u8],
) -> Result<SourceFile, UnreadReason> {
    if bytes.len() > MAX_BYTES {
        Err(UnreadReason::TooLarge)
    } else if bytes[..bytes.len().min(BINARY_PROBE)].contains(&0) {
        Err(UnreadReason::Binary)
    } else if bytes.starts_with(LFS_POINTER) {
        Err(UnreadReason::Unavailable)
    } else {
        Ok(SourceFile::from_bytes(path, oid, bytes))
    }
}
