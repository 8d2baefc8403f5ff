//! Which expressions are locks, as far as their types are written down.

use crate::golang::{GoFile, Node, StructField};
use crate::rules::types::{Named, TypeExpr, Types};

/// A lock's type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::rules) enum Lock {
    /// `sync.Mutex`
    Mutex,
    /// `sync.RWMutex`
    ReadWrite,
}

/// Types that lock as those of `sync` do: how the import path ends, the name, and what it is.
const LOCKS: &[(&str, &str, Lock)] = &[
    ("sync", "Mutex", Lock::Mutex),
    ("sync", "RWMutex", Lock::ReadWrite),
    ("/syncutil", "Mutex", Lock::Mutex),
    ("/syncutil", "RWMutex", Lock::ReadWrite),
    ("/go-deadlock", "Mutex", Lock::Mutex),
    ("/go-deadlock", "RWMutex", Lock::ReadWrite),
    ("/pkg/lock", "Mutex", Lock::Mutex),
    ("/pkg/lock", "RWMutex", Lock::ReadWrite),
];

impl Lock {
    /// What an expression locks; a struct that embeds a lock is one, unless it has a `Lock` of its
    /// own.
    pub(in crate::rules) fn of<'p>(
        types: Types<'p>,
        file: &'p GoFile,
        expression: Node<'p>,
    ) -> Option<Self> {
        // An embedded lock may itself be embedded; nobody goes deeper.
        const LEVELS: usize = 3;
        let mut of = types.of(file, expression)?;
        for _ in 0..LEVELS {
            match types.named(of) {
                Some(Named::Foreign(path, name)) => {
                    let known = LOCKS.iter().find(|it| {
                        it.1 == name
                            && (it.0 == path || it.0.starts_with('/') && path.ends_with(it.0))
                    });
                    return known.map(|it| it.2);
                }
                Some(Named::Own(declared)) => {
                    let name = &declared.item.name;
                    if ["Lock", "Unlock", "RLock", "RUnlock"]
                        .iter()
                        .any(|it| types.0.methods(name, it).next().is_some())
                    {
                        return None;
                    }
                }
                None => {}
            }
            let (file, node) = types.struct_type(of)?;
            let embedded: Vec<_> =
                StructField::all(file, node).into_iter().filter(|it| it.embedded).collect();
            of = match &*embedded {
                [it] => TypeExpr { file, node: it.type_node },
                // Of several, the one that shows to be a lock.
                all => {
                    let expr = |it: &StructField<'p>| TypeExpr { file, node: it.type_node };
                    let locks = all.iter().map(expr).find(|it| {
                        matches!(types.named(*it), Some(Named::Foreign(path, _)) if path == "sync")
                    });
                    locks?
                }
            };
        }
        None
    }
}
