//! A pull request as a review needs it, in as few requests as possible.
//!
//! 1. the comparison: merge base and patches (`listing`);
//! 2. the pull request, what we said (`said`), the trees of every touched directory, `go.mod` up
//!    the tree, and the changed files;
//! 3. the texts that are in nobody's memory (`texts`).

use std::collections::HashMap;
use std::sync::Arc;

use super::assemble::{Reading, assemble};
use super::error::GitHubError;
use super::layout::{self, Place, Trees, Wishes, is_go, is_module};
use super::queries;
use super::said::{OurComment, OurReview};
use super::session::Session;
use super::texts::{Content, USUAL_SIZE, only_texts, owner_and_name};
use super::wire::{self, GraphPullRequest, Object, Variable};
use crate::model::{BlobOid, Change, CommitSha, PrNumber, RepoName, Side};

/// The most trees and blobs that are asked for in one query.
const TREES_A_QUERY: usize = 100;
const BLOBS_A_QUERY: usize = 120;
/// The most texts that `extra` gets.
const MAX_EXTRA: usize = 100;

/// Which pull request, at which head.
#[derive(Debug, Clone, Copy)]
pub struct Ask<'a> {
    /// The base repository.
    pub repo: &'a RepoName,
    /// The pull request.
    pub pr: PrNumber,
    /// The name of its base branch.
    pub base_ref: &'a str,
    /// The head to review.
    pub head: &'a CommitSha,
    /// Go on when no Go file changed: we may have comments there that are now out of date.
    pub even_without_go: bool,
}

/// What a pull request turned out to be.
#[derive(Debug)]
pub enum Fetched {
    /// It changes no Go file that a review reads; only the files were looked at (one request).
    NoGo(Change),
    /// It does: everything was read.
    Go(Box<Snapshot>),
}

/// A pull request and the code that it changes.
#[derive(Debug)]
pub struct Snapshot {
    /// The head as GitHub has it now; when it is not the one that was asked for, a newer push
    /// has its own review.
    pub head: CommitSha,
    /// The base branch as GitHub has it now.
    pub base_ref: String,
    /// The title.
    pub title: String,
    /// The description.
    pub body: String,
    /// Who opened it; `None` when the account is gone.
    pub author: Option<String>,
    /// It is a draft.
    pub draft: bool,
    /// It is neither closed nor merged.
    pub open: bool,
    /// The code at the merge base and at the head that was asked for.
    pub change: Change,
    /// Our reviews, oldest first.
    pub reviews: Vec<OurReview>,
    /// Our inline comments.
    pub comments: Vec<OurComment>,
    /// The texts that were asked for beside; binary and missing ones are left out.
    pub extra: HashMap<BlobOid, Arc<str>>,
    /// Every changed file, review and comment was listed. GitHub lists 3,000 files at most.
    pub complete: bool,
}

/// What request 2 brought.
#[derive(Default)]
struct Seen {
    pull_request: Option<GraphPullRequest>,
    trees: Trees,
    blobs: Vec<(Place, Object)>,
}

impl Session {
    /// Reads a pull request. `extra` names more blobs to read along, by what we said before.
    ///
    /// # Errors
    /// When GitHub does not show it, or cannot be asked; see [`GitHubError`].
    pub async fn snapshot(
        &self,
        ask: &Ask<'_>,
        extra: impl FnOnce(&[OurComment]) -> Vec<BlobOid> + Send,
    ) -> Result<Fetched, GitHubError> {
        let mut listing = self.listing(ask).await?;
        listing.files.retain(|it| it.status != wire::FileStatus::Unchanged);
        listing.files.sort_by(|a, b| a.filename.cmp(&b.filename));
        let touches = |it: &wire::File| {
            is_go(&it.filename) || it.previous_filename.as_deref().is_some_and(is_go)
        };
        if !ask.even_without_go && !listing.files.iter().any(touches) {
            return Ok(Fetched::NoGo(assemble(ask.head, listing, Reading::default())));
        }

        let wishes = layout::wishes(&listing.files, |oid| self.has(oid));
        let seen = self.look(ask, &listing.merge_base, &wishes).await?;
        let mut pull_request = seen.pull_request.ok_or_else(|| GitHubError::NoAccess {
            what: format!("{}#{} is not there", ask.repo, ask.pr),
        })?;
        let said = self.said(ask, &mut pull_request).await?;

        let mut reading = Reading {
            choice: layout::choose(&listing.files, &seen.trees),
            left_out: wishes.left_out,
            ..Reading::default()
        };
        for (place, blob) in seen.blobs {
            let Some(oid) = blob.oid.clone() else { continue };
            if is_module(&place.1) {
                reading.modules.push((place, oid.clone()));
            }
            if let Some(content) = Content::from_object(blob) {
                self.keep(oid.clone(), content.clone()).await;
                reading.held.insert(oid, content);
            }
        }
        let mut more = extra(&said.comments);
        more.truncate(MAX_EXTRA);
        let mut wanted = reading.choice.blobs.clone();
        wanted.extend(more.iter().map(|oid| (oid.clone(), USUAL_SIZE)));
        self.read(ask.repo, wanted, &mut reading.held).await?;

        Ok(Fetched::Go(Box::new(Snapshot {
            head: pull_request.head_ref_oid.unwrap_or_else(|| ask.head.clone()),
            base_ref: pull_request.base_ref_name,
            title: pull_request.title,
            body: pull_request.body,
            author: pull_request.author.map(|it| it.login),
            draft: pull_request.is_draft,
            open: pull_request.state == "OPEN",
            reviews: said.reviews,
            comments: said.comments,
            extra: only_texts(&reading.held, &more),
            complete: listing.complete && said.complete,
            change: assemble(ask.head, listing, reading),
        })))
    }

    /// Request 2, and as many more as a very wide pull request needs.
    async fn look(
        &self,
        ask: &Ask<'_>,
        merge_base: &CommitSha,
        wishes: &Wishes,
    ) -> Result<Seen, GitHubError> {
        let expression = |(side, path): &Place| {
            let commit = if *side == Side::Left { merge_base } else { ask.head };
            Variable::Owned(format!("{commit}:{path}"))
        };
        let trees: Vec<&[Place]> = wishes.trees.chunks(TREES_A_QUERY).collect();
        let blobs: Vec<&[Place]> = wishes.blobs.chunks(BLOBS_A_QUERY).collect();
        let mut seen = Seen::default();
        for round in 0..trees.len().max(blobs.len()).max(1) {
            let trees = trees.get(round).copied().unwrap_or_default();
            let blobs = blobs.get(round).copied().unwrap_or_default();
            let mut variables = owner_and_name(ask.repo);
            for (letter, places) in [("t", trees), ("b", blobs)] {
                let named = places.iter().enumerate();
                variables.extend(named.map(|(i, it)| (format!("{letter}{i}"), expression(it))));
            }
            let (t, b) = (trees.len(), blobs.len());
            let mut repository = if round == 0 {
                variables.insert("number".to_owned(), Variable::Number(ask.pr.0));
                self.query(queries::SNAPSHOT, &queries::snapshot(t, b), variables).await?
            } else {
                self.query(queries::OBJECTS, &queries::objects(t, b), variables).await?
            };
            let mut object = |letter, i| repository.objects.remove(&format!("{letter}{i}"));
            for (i, place) in trees.iter().enumerate() {
                // A directory that is on the other side only is no object.
                if let Some(entries) = object("t", i).and_then(|it| it.entries) {
                    seen.trees.insert(place.clone(), entries);
                }
            }
            for (i, place) in blobs.iter().enumerate() {
                seen.blobs.extend(object("b", i).map(|it| (place.clone(), it)));
            }
            seen.pull_request = seen.pull_request.or(repository.pull_request);
        }
        Ok(seen)
    }
}
