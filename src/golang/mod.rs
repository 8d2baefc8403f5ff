//! F1: reading Go. Pure, synchronous, and without failure: on any bytes it reports less, never an
//! error, and never more than a bounded number of steps later.
//!
//! [`read`] turns source files into [`Code`]: packages of [`GoFile`]s, each parsed once. A file
//! answers questions about its tree ([`Node`], helped by [`GoNode`]), its names ([`Scopes`]), its
//! top-level [`Item`]s and where control goes in a function ([`Flow`]); [`walk`] goes through a
//! file once for any number of listeners.

mod access;
mod code;
mod file;
mod flow;
mod gomod;
mod header;
pub mod heat;
mod hole;
mod import;
mod item;
mod kind;
mod node;
mod normal;
mod package;
mod parse;
mod scope;
pub mod signatures;
mod snippet;
mod span;
pub mod types;
mod version;
mod walk;

#[cfg(test)]
mod tests;

pub use access::{AccessPath, Root};
pub use code::{Code, read};
pub use file::GoFile;
pub use flow::{
    Dominance, Edge, Effect, Facts, Flow, Held, Leak, Leave, MAX_POINTS, Paths, Point, PointId,
    Test, TooMuch, What, leaves,
};
pub use gomod::{GoMod, Modules};
pub use import::{Import, ImportName};
pub use item::{Declaration, Item, ItemKind, Receiver, StructField};
pub use kind::{Field, Kind};
pub use node::{Children, GoNode};
pub use normal::normalise;
pub use package::{Declared, Package};
pub use scope::{
    Access, Binding, BindingId, BindingKind, Capture, Function, FunctionId, Loop, Resolved, Scopes,
    Use,
};
pub use snippet::Snippet;
pub use span::Span;
pub use tree_sitter::Node;
pub use version::GoVersion;
pub use walk::{Dispatch, Place, walk};

/// Larger files are not read: parsing one takes half a second, and people do not write them.
pub const MAX_FILE_BYTES: usize = 5 << 20;

/// Nodes nested deeper than this are not looked at. Real code stays far below: the deepest file of
/// Kubernetes and go-ethereum reaches 75.
pub const MAX_DEPTH: usize = 1_000;
