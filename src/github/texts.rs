//! The texts of blobs: read by object name, as many at a time as GitHub likes, and kept.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::sync::Arc;

use moka::future::Cache;

use super::error::GitHubError;
use super::queries;
use super::session::{Session, route};
use super::wire::{Object, Variable};
use crate::model::{BlobOid, InstallationId, RepoName};

/// The most that is kept of all texts, in bytes.
const CACHE: u64 = 64 << 20;
/// GitHub answers within ten seconds or not at all: a query stays well below that. Source files are
/// small, so the bytes bound most queries; 300 of them let a pull request that touches a dozen
/// packages be read in three requests. A query that is too slow all the same is halved.
const BLOBS_A_QUERY: usize = 300;
const BYTES_A_QUERY: u64 = 4 << 20;
/// GraphQL cuts texts off here ("Blob.isTruncated"; seen at 512,000 bytes): REST does not.
pub(super) const CUT_OFF: u64 = 512_000;
/// The most blobs that are read by REST in one go, one request each.
pub(super) const MAX_BY_REST: usize = 4;
/// What a blob of unknown size is taken for.
pub(super) const USUAL_SIZE: u64 = 32 << 10;

/// The texts that were read, by object name: equal names mean equal texts. Kept apart by
/// installation, so that nobody is shown what only another may read.
pub(super) struct Texts {
    cache: Cache<(InstallationId, BlobOid), Content>,
}

impl Default for Texts {
    fn default() -> Self {
        let weigh = |_: &(InstallationId, BlobOid), content: &Content| {
            // The key and the map's own space count, too.
            let bytes = match content {
                Content::Text { text, .. } => text.len(),
                Content::Binary => 0,
            };
            u32::try_from(bytes + 200).unwrap_or(u32::MAX)
        };
        Self { cache: Cache::builder().max_capacity(CACHE).weigher(weigh).build() }
    }
}

/// What a blob holds.
#[derive(Debug, Clone)]
pub(super) enum Content {
    Text {
        text: Arc<str>,
        /// Something was replaced: it is not UTF-8.
        lossy: bool,
    },
    Binary,
}

impl Content {
    /// What GraphQL gave. `None` when the text is cut off, or no blob.
    pub(super) fn from_object(object: Object) -> Option<Self> {
        match (object.text, object.is_binary) {
            (_, Some(true)) => Some(Self::Binary),
            _ if object.is_truncated => None,
            (Some(text), _) => {
                // GitHub makes UTF-8 of whatever it finds; then the sizes differ.
                let lossy = object.byte_size != Some(text.len() as u64);
                Some(Self::Text { text: text.into(), lossy })
            }
            (None, _) => object.byte_size.map(|_| Self::Binary),
        }
    }

    fn from_bytes(bytes: &[u8]) -> Self {
        // Where git, too, looks for binary files.
        if bytes.iter().take(8_000).any(|b| *b == 0) {
            return Self::Binary;
        }
        let text = String::from_utf8_lossy(bytes);
        let lossy = matches!(text, std::borrow::Cow::Owned(_));
        Self::Text { text: text.into(), lossy }
    }
}

impl Session {
    /// The texts of blobs, from memory or from GitHub. Binary files, and what GitHub does not
    /// give, are missing.
    ///
    /// # Errors
    /// When GitHub cannot be asked.
    pub async fn texts(
        &self,
        repo: &RepoName,
        oids: &[BlobOid],
    ) -> Result<HashMap<BlobOid, Arc<str>>, GitHubError> {
        let mut held = HashMap::new();
        let wanted = oids.iter().map(|oid| (oid.clone(), USUAL_SIZE)).collect();
        self.read(repo, wanted, &mut held).await?;
        Ok(only_texts(&held, oids))
    }

    /// Whether a blob is in memory.
    pub(super) fn has(&self, oid: &BlobOid) -> bool {
        let (texts, of) = self.kept();
        texts.cache.contains_key(&(of, oid.clone()))
    }

    /// Keeps what was read on the way.
    pub(super) async fn keep(&self, oid: BlobOid, content: Content) {
        let (texts, of) = self.kept();
        texts.cache.insert((of, oid), content).await;
    }

    /// Adds the contents of `wanted` (with their sizes) to `held`; what GitHub does not give
    /// stays missing.
    pub(super) async fn read(
        &self,
        repo: &RepoName,
        wanted: Vec<(BlobOid, u64)>,
        held: &mut HashMap<BlobOid, Content>,
    ) -> Result<(), GitHubError> {
        let (texts, of) = self.kept();
        let (mut missing, mut by_rest, mut met) = (Vec::new(), Vec::new(), HashSet::new());
        for (oid, size) in wanted {
            if held.contains_key(&oid) || !met.insert(oid.clone()) {
                continue;
            }
            if let Some(content) = texts.cache.get(&(of, oid.clone())).await {
                held.insert(oid, content);
            } else if size > CUT_OFF {
                by_rest.push(oid);
            } else {
                missing.push((oid, size));
            }
        }
        let mut queue = batches(missing);
        while let Some(mut batch) = queue.pop_front() {
            let names: Vec<String> = (0..batch.len()).map(|i| format!("o{i}")).collect();
            let mut variables = owner_and_name(repo);
            for (name, (oid, _)) in names.iter().zip(&batch) {
                variables.insert(name.clone(), Variable::Text(oid.as_str()));
            }
            let query = queries::blobs(batch.len());
            match self.query(queries::BLOBS, &query, variables).await {
                Ok(mut repository) => {
                    for (name, (oid, _)) in names.iter().zip(batch) {
                        let Some(object) = repository.objects.remove(name) else { continue };
                        match Content::from_object(object) {
                            Some(content) => {
                                self.keep(oid.clone(), content.clone()).await;
                                held.insert(oid, content);
                            }
                            None => by_rest.push(oid),
                        }
                    }
                }
                // Too slow for GitHub, perhaps: half of it may not be.
                Err(GitHubError::Transient { .. }) if batch.len() > BLOBS_A_QUERY / 4 => {
                    let half = batch.split_off(batch.len() / 2);
                    queue.push_front(half);
                    queue.push_front(batch);
                }
                Err(error) => return Err(error),
            }
        }
        for oid in by_rest.into_iter().take(2 * MAX_BY_REST) {
            match self.get_raw(&route(repo, &["git", "blobs", oid.as_str()])).await {
                Ok(bytes) => {
                    let content = Content::from_bytes(&bytes);
                    self.keep(oid.clone(), content.clone()).await;
                    held.insert(oid, content);
                }
                Err(GitHubError::NoAccess { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

/// The variables that every query has.
pub(super) fn owner_and_name(repo: &RepoName) -> BTreeMap<String, Variable<'_>> {
    BTreeMap::from([
        ("owner".to_owned(), Variable::Text(repo.owner())),
        ("name".to_owned(), Variable::Text(repo.name())),
    ])
}

/// Those of `oids` that are texts.
pub(super) fn only_texts(
    held: &HashMap<BlobOid, Content>,
    oids: &[BlobOid],
) -> HashMap<BlobOid, Arc<str>> {
    let text = |oid: &BlobOid| match held.get(oid)? {
        Content::Text { text, .. } => Some((oid.clone(), Arc::clone(text))),
        Content::Binary => None,
    };
    oids.iter().filter_map(text).collect()
}

fn batches(blobs: Vec<(BlobOid, u64)>) -> VecDeque<Vec<(BlobOid, u64)>> {
    let mut queue: VecDeque<Vec<(BlobOid, u64)>> = VecDeque::new();
    let mut bytes = 0;
    for blob in blobs {
        match queue.back_mut() {
            Some(last) if last.len() < BLOBS_A_QUERY && bytes + blob.1 <= BYTES_A_QUERY => {
                bytes += blob.1;
                last.push(blob);
            }
            _ => {
                bytes = blob.1;
                queue.push_back(vec![blob]);
            }
        }
    }
    queue
}
