//! Which expressions are locks, as far as their types are written down.

use crate::golang::{AccessPath, GoFile, GoNode, Node, Root};
use crate::rules::types::{MemberKind, MethodPlace, Type, TypeInfo, only};

/// What takes a lock and gives it back.
pub(in crate::rules) const METHODS: &[&str] = &["Lock", "Unlock", "RLock", "RUnlock"];

/// A lock's type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::rules) enum Lock {
    /// `sync.Mutex`
    Mutex,
    /// `sync.RWMutex`
    ReadWrite,
}

impl Lock {
    /// What an expression locks; a struct that embeds a lock is one, unless it has a `Lock` of its
    /// own.
    pub(in crate::rules) fn of<'p>(
        types: &TypeInfo<'p>,
        file: &'p GoFile,
        expression: Node<'p>,
    ) -> Option<Self> {
        // An embedded lock may itself be embedded; nobody goes deeper.
        const LEVELS: usize = 3;
        let mut of = types.of(file, expression);
        for _ in 0..LEVELS {
            if let Some((_, name)) = of.behind().foreign_name() {
                return Self::named(name);
            }
            match types.member(&of, "Lock").map(|it| it.kind) {
                Some(MemberKind::Method(MethodPlace::Foreign { type_name, .. })) => {
                    return Self::named(type_name);
                }
                Some(_) => return None,
                None => {}
            }
            // The methods of what is embedded are not known; its name may tell.
            let fields = types.struct_fields(of.behind())?;
            let mut embedded = fields.into_iter().filter(|it| it.0.embedded).map(|it| it.1);
            of = only(embedded.by_ref())?;
        }
        None
    }

    /// Whether a type is that of a lock.
    pub(in crate::rules) fn is(of: &Type<'_>) -> bool {
        of.foreign_name().is_some_and(|(_, name)| Self::named(name).is_some())
    }

    /// Types of these names lock as those of `sync` do, wherever they come from: wrappers that
    /// look for deadlocks, and aliases.
    fn named(name: &str) -> Option<Self> {
        match name {
            "Mutex" => Some(Self::Mutex),
            "RWMutex" => Some(Self::ReadWrite),
            _ => None,
        }
    }
}

/// Whether the variable that the path begins with stands for one object after the other.
pub(in crate::rules) fn moves(file: &GoFile, function: Node<'_>, path: &AccessPath) -> bool {
    let Root::Local(id) = path.root else { return false };
    let scopes = file.scopes();
    let mut writes = scopes.uses_of(id).filter(|it| it.access.writes() && !it.part);
    writes.any(|it| function.span().encloses(it.span))
}
