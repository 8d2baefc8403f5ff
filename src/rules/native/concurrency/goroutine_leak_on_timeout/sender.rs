//! The goroutine that sends: its function, its channels, its sends.

use crate::golang::{BindingId, Field, GoFile, GoNode, Kind, Node, Package, Resolved};
use crate::rules::channel::{Doing, is_builtin};
use crate::rules::flow::own_nodes;
use crate::rules::goroutine::Start;
use crate::rules::survey::At;
use crate::rules::types::TypeInfo;

use super::uses::{may_give_up, runs_in, uses_in};
use super::{channel_of, make_of};

/// A goroutine and its function.
pub(super) struct Sender<'p> {
    start: Start<'p>,
}

/// One channel of the function that starts a goroutine, by its name there and in the goroutine.
#[derive(Clone, Copy)]
pub(super) struct Shared {
    pub(super) outside: BindingId,
    pub(super) inside: BindingId,
}

impl<'p> Sender<'p> {
    /// What a `go` statement starts: a literal, or a function or method of the package.
    pub(super) fn started(types: &TypeInfo<'p>, file: &'p GoFile, go: Node<'p>) -> Option<Self> {
        let start = Start::of(types, At { file, node: go })?;
        // A literal that a variable holds may be started, or called, elsewhere as well.
        let named = !start.body.node.is(Kind::FuncLiteral);
        (named || start.is_inline()).then_some(Self { start })
    }

    /// The `go` statement.
    pub(super) fn go(&self) -> Node<'p> {
        self.start.site.node
    }

    /// The file of the function.
    pub(super) fn file(&self) -> &'p GoFile {
        self.start.body.file
    }

    /// Whether it serves until somebody stops the server.
    pub(super) fn serves(&self) -> bool {
        own_nodes(self.function()).any(|it| {
            let name = it.callee().and_then(|it| it.field(Field::Field));
            name.map(|it| self.file().text_of(it))
                .is_some_and(|it| it.starts_with("Serve") || it.starts_with("ListenAndServe"))
        })
    }

    fn function(&self) -> Node<'p> {
        self.start.body.node
    }

    pub(super) fn is_literal(&self) -> bool {
        self.function().is(Kind::FuncLiteral)
    }

    /// The local variables of the starting function that the goroutine may send on: captured
    /// ones and arguments.
    pub(super) fn channels(&self, package: &'p Package, file: &'p GoFile) -> Vec<Shared> {
        let mut all = self.passed(file);
        if self.is_literal() {
            let captured = file.scopes().captures(self.function());
            all.extend(
                captured.iter().map(|it| Shared { outside: it.binding, inside: it.binding }),
            );
        }
        all.retain(|it| make_of(package, file, it.outside).is_some());
        all
    }

    /// The arguments of the call that are plain local names, with the parameters they become.
    fn passed(&self, file: &'p GoFile) -> Vec<Shared> {
        let pairs = self.start.passed().into_iter().filter_map(|(argument, name)| {
            let outside = file.resolve(argument).local()?;
            let inside = self.file().scopes().declared_at(name.span())?;
            Some(Shared { outside, inside })
        });
        pairs.collect()
    }

    /// The sends that block, if sending is all that the goroutine does with the channel.
    pub(super) fn blocking_sends(&self, channel: BindingId) -> Option<Vec<Node<'p>>> {
        let mut sends = Vec::new();
        for it in uses_in(self.file(), channel, self.function().span()) {
            match it.doing {
                // A literal that is deferred belongs to the goroutine; any other runs who knows
                // when and where.
                Doing::Send(send) if runs_in(self.function(), &it.around) => {
                    if !may_give_up(&it.around) {
                        sends.push(send);
                    }
                }
                Doing::Close | Doing::Look => {}
                _ => return None,
            }
        }
        (!sends.is_empty()).then_some(sends)
    }

    /// Whether it returns somewhere without having sent just before.
    pub(super) fn may_end_without_sending(&self) -> bool {
        own_nodes(self.function())
            .filter(|it| it.is(Kind::ReturnStatement))
            .any(|it| it.prev_named_sibling().is_none_or(|it| !it.is(Kind::SendStatement)))
    }

    /// Whether the goroutine has to do with what a case waits for: then the case is no surprise.
    pub(super) fn touches(&self, file: &GoFile, waited: Node<'_>) -> bool {
        let channel = channel_of(waited);
        match file.resolve(channel) {
            Resolved::Local(id, _) if self.is_literal() => {
                let inside = self.function().span();
                let call = self.go().span();
                file.scopes()
                    .uses_of(id)
                    .any(|it| inside.encloses(it.span) || call.encloses(it.span))
            }
            Resolved::Local(id, _) => {
                let call = self.go().span();
                file.scopes().uses_of(id).any(|it| call.encloses(it.span))
            }
            _ => {
                let name = file.text_of(channel);
                let mut below = self.function().descendants();
                below.any(|it| match it.go_kind() {
                    Kind::SendStatement => {
                        it.field(Field::Channel).is_some_and(|it| self.file().text_of(it) == name)
                    }
                    Kind::CallExpression if is_builtin(self.file(), it, "close") => {
                        it.arguments().any(|it| self.file().text_of(it) == name)
                    }
                    _ => false,
                })
            }
        }
    }
}
