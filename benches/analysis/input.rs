//! What is analysed: what `GO_EXPERT_BENCH_REPO` names, or the project's own Go code, many times
//! over.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use go_expert::git::{self, Repository};
use go_expert::model::{
    Change, ChangedFile, FileStatus, Patch, SourceFile, Tree, is_reviewed_go_file,
};

/// Names the code to read: directories, separated as in `PATH`.
pub(crate) const VARIABLE: &str = "GO_EXPERT_BENCH_REPO";

/// How to get code to read.
pub(crate) const ADVICE: &str = "GO_EXPERT_BENCH_REPO names a directory with Go code or a git \
     repository, or several as PATH does; `go mod download -json k8s.io/kubernetes@v1.34.0` \
     prints a \"Dir\" with code, any clone has a history of pull requests";

/// How often the project's own code is repeated.
const COPIES: usize = 300;

/// A directory on the disk that is read as a whole.
pub(crate) struct Source {
    /// The name that the table shows.
    pub(crate) name: String,
    /// The directory.
    pub(crate) path: PathBuf,
}

/// One pull request: the change, and where to find it again.
pub(crate) struct Pull {
    /// Both versions.
    pub(crate) change: Change,
    /// The range in its repository, base first.
    pub(crate) range: Option<(String, String)>,
}

/// The pull requests of one history.
pub(crate) struct History {
    /// The name that the table shows.
    pub(crate) name: String,
    /// The repository; none for the project's own code.
    pub(crate) repository: Option<PathBuf>,
    /// The pull requests, the latest first.
    pub(crate) pulls: Vec<Pull>,
}

/// What the caller named.
pub(crate) fn named() -> anyhow::Result<Vec<Source>> {
    #[expect(clippy::disallowed_methods, reason = "a bench has no settings of the operator's")]
    let paths = std::env::var_os(VARIABLE).unwrap_or_default();
    let paths = std::env::split_paths(&paths).filter(|it| !it.as_os_str().is_empty());
    paths
        .map(|path| {
            let path = path.canonicalize().with_context(|| format!("{}", path.display()))?;
            Ok(Source { name: name(&path), path })
        })
        .collect()
}

/// The last part of the path that tells anything.
fn name(path: &Path) -> String {
    let names = path.iter().rev().map(|it| it.to_string_lossy().into_owned());
    let telling = names.filter(|it| !matches!(it.as_str(), "repo" | "src" | "/"));
    telling.take(1).collect()
}

/// Whether there is code on the disk, as opposed to a bare repository.
pub(crate) fn has_tree(source: &Source) -> bool {
    let found = git::directories(&source.path);
    found.is_ok_and(|it| it.iter().any(|it| it.files() > 0))
}

/// The latest changes of the first parent's line that touch Go code; none without a repository.
pub(crate) fn history(source: &Source, count: usize) -> anyhow::Result<Option<History>> {
    let Ok(repository) = Repository::open(&source.path) else { return Ok(None) };
    // A directory somewhere in a repository of something else is none.
    let top = repository.root().and_then(|it| it.canonicalize().ok());
    if top.is_some_and(|it| it != source.path) {
        return Ok(None);
    }
    let mut pulls = Vec::new();
    // The revisions are counted from a fixed commit, in case somebody works in the repository.
    let tip = repository.resolve("HEAD")?;
    for at in 0.. {
        let (base, head) = (format!("{tip}~{}", at + 1), format!("{tip}~{at}"));
        if pulls.len() == count || repository.resolve(&base).is_err() {
            break;
        }
        let change = repository.change(&base, &head)?;
        if change.files.iter().any(|it| is_reviewed_go_file(&it.path)) {
            pulls.push(Pull { change, range: Some((base, head)) });
        }
    }
    Ok(Some(History { name: source.name.clone(), repository: Some(source.path.clone()), pulls }))
}

/// The code of the demo: a path within its package, the text at the base, the text at the head.
type Shop = Vec<(String, Option<String>, String)>;

fn shop() -> anyhow::Result<Shop> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/demo/shop");
    let mut files = Vec::new();
    let (base, change) = (folder.join("base/quote"), folder.join("change/quote"));
    let mut names: Vec<_> = [&base, &change]
        .into_iter()
        .map(std::fs::read_dir)
        .collect::<Result<Vec<_>, _>>()?
        .into_iter()
        .flatten()
        .map(|it| Ok(it?.file_name()))
        .collect::<anyhow::Result<_>>()?;
    names.sort();
    names.dedup();
    for name in names {
        let [old, new] = [&base, &change].map(|it| std::fs::read_to_string(it.join(&name)).ok());
        if let Some(head) = new.or_else(|| old.clone()) {
            files.push((name.to_string_lossy().into_owned(), old, head));
        }
    }
    anyhow::ensure!(!files.is_empty(), "no Go code in {}", folder.display());
    Ok(files)
}

/// The demo's code in many packages, written below `folder`.
pub(crate) fn own_tree(folder: &Path) -> anyhow::Result<Source> {
    std::fs::write(folder.join("go.mod"), "module example.com/shop\n\ngo 1.22\n")?;
    let shop = shop()?;
    for copy in 0..COPIES {
        let package = folder.join(format!("quote{copy}"));
        std::fs::create_dir(&package)?;
        for (name, _, head) in &shop {
            std::fs::write(package.join(name), head)?;
        }
    }
    Ok(Source { name: format!("the demo's code, {COPIES} times"), path: folder.to_owned() })
}

/// The demo's pull request, many times over.
pub(crate) fn own_history(count: usize) -> anyhow::Result<History> {
    let shop = shop()?;
    let file = |path: &str, text: &str| SourceFile {
        path: path.into(),
        oid: None,
        text: text.into(),
        lossy: false,
    };
    let mut change = Change::default();
    for (name, base, head) in &shop {
        let path: Arc<str> = format!("quote/{name}").into();
        let new = file(&path, head);
        let old = match base {
            // An unchanged file is one version.
            Some(it) if it == head => Some(new.clone()),
            it => it.as_ref().map(|it| file(&path, it)),
        };
        if base.as_ref() != Some(head) {
            let status = if base.is_some() { FileStatus::Modified } else { FileStatus::Added };
            let patch = Patch::Local;
            change.files.push(ChangedFile { path, previous_path: None, status, patch });
        }
        change.base.files.extend(old);
        change.head.files.push(new);
    }
    let Tree { files, .. } = &mut change.head;
    files.sort_by(|a, b| a.path.cmp(&b.path));
    let pulls = (0..count).map(|_| Pull { change: change.clone(), range: None }).collect();
    Ok(History { name: "the demo's pull request".to_owned(), repository: None, pulls })
}
