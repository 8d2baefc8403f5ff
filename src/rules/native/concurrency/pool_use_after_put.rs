//! An object of a pool, or memory of it, is used when it has been given back.

use crate::golang::{
    Access, BindingId, BindingKind, Field, Flow, GoFile, GoNode, Kind, Node, Place, PointId,
};
use crate::rules::Role;
use crate::rules::closing::is_free;
use crate::rules::engine::{Context, Hit, Native};
use crate::rules::flow::own_nodes;
use crate::rules::pooled::put;
use crate::rules::types::{Type, value_of};

pub(in crate::rules) const NATIVE: Native =
    Native { kinds: &[Kind::CallExpression], vars: &["VAR", "POOL"], check };

fn check<'p>(context: &Context<'p>, place: &Place<'p, '_>) -> Vec<Hit<'p>> {
    hit(context, place).into_iter().collect()
}

fn hit<'p>(context: &Context<'p>, place: &Place<'p, '_>) -> Option<Hit<'p>> {
    let (file, call) = (place.file, place.node);
    let (pool, id) = put(context, file, call)?;
    let kind = file.scopes().binding(id).kind;
    if !matches!(kind, BindingKind::Var | BindingKind::ShortVar | BindingKind::Parameter) {
        return None;
    }
    let mut function = place.function()?;
    let mut at = call.start_byte();
    let mut deferred = is_deferred(place.ancestors, call);
    if function.is(Kind::FuncLiteral) {
        // `defer func() { …; pool.Put(x) }()` is a part of the function around it.
        let around = function.ancestors(file.root());
        let defer = around.get(1).filter(|it| it.is(Kind::DeferStatement))?;
        around.first()?.callee().filter(|it| it.id() == function.id())?;
        at = defer.start_byte();
        deferred = true;
        function = *around.iter().find(|it| it.go_kind().is_function())?;
    }
    let flow = file.flow(function)?;
    let length = function.byte_range().len() as u64;
    if !context.affords(file, 8) || !context.affords_steps(4 * length) {
        return None;
    }
    let from = flow.at(at)?;
    let search = Search { context, file, function, flow, from, id };
    let used = if deferred { search.returned() } else { search.used(call) }?;
    let hit = Hit::at(file, used)
        .var("VAR", file.slice(file.scopes().binding(id).name))
        .var("POOL", file.text_of(pool));
    Some(hit.with(file, call, Role::Put))
}

fn is_deferred(around: &[Node<'_>], call: Node<'_>) -> bool {
    around.last().is_some_and(|it| {
        it.is(Kind::DeferStatement)
            && it.part(Kind::CallExpression).is_some_and(|it| it.id() == call.id())
    })
}

struct Search<'c, 'p> {
    context: &'c Context<'p>,
    file: &'p GoFile,
    function: Node<'p>,
    flow: &'p Flow,
    /// Where the object is given back, or where that is deferred.
    from: PointId,
    id: BindingId,
}

impl<'p> Search<'_, 'p> {
    /// The first use behind the `Put`.
    fn used(&self, call: Node<'p>) -> Option<Node<'p>> {
        let (file, flow) = (self.file, self.flow);
        let dominators = flow.dominators();
        for id in self.same() {
            let reached = self.reached(id);
            let comes = |node: Node<'p>| {
                let at = flow.at(node.start_byte());
                at.is_some_and(|it| {
                    reached[it.index()]
                        && it != self.from
                        && is_free(flow, &dominators, self.from, it)
                })
            };
            let found = own_nodes(self.function).filter(|it| it.is(Kind::Identifier)).find(|it| {
                file.resolve(*it).local() == Some(id)
                    && !call.span().encloses(it.span())
                    && self.is_use(id, *it)
                    && comes(*it)
            });
            if found.is_some() {
                return found;
            }
        }
        None
    }

    /// What a `return` behind the `defer` hands out.
    fn returned(&self) -> Option<Node<'p>> {
        let (file, flow) = (self.file, self.flow);
        let same = self.same();
        let reached = flow.reach([self.from], |_| false);
        let scopes = file.scopes();
        let changed = scopes.uses_of(self.id).any(|it| {
            let later = it.span.start as usize > flow.point(self.from).span.start as usize;
            it.access.writes() && !it.part && later
        });
        if changed {
            return None;
        }
        own_nodes(self.function).filter(|it| it.is(Kind::ReturnStatement)).find(|it| {
            let at = flow.at(it.start_byte());
            let values = it.parts().next().into_iter().flat_map(GoNode::parts);
            at.is_some_and(|it| reached[it.index()])
                && values.into_iter().any(|it| {
                    file.resolve(it.unparen()).local().is_some_and(|it| same.contains(&it))
                        || self.shares(it.unparen())
                })
        })
    }

    /// The variable, and those that hold memory of the same object.
    fn same(&self) -> Vec<BindingId> {
        let scopes = self.file.scopes();
        let mut all = vec![self.id];
        for node in own_nodes(self.function) {
            if !node.is(Kind::ShortVarDeclaration) || !self.context.affords_steps(16) {
                continue;
            }
            for name in node.field(Field::Left).into_iter().flat_map(GoNode::parts) {
                let value = value_of(node, name).map(GoNode::unparen);
                if value.is_some_and(|it| self.shares(it)) {
                    all.extend(scopes.declared_at(name.span()));
                }
            }
        }
        // A slice that grows may have moved elsewhere.
        all.retain(|id| {
            *id == self.id || !scopes.uses_of(*id).any(|it| it.access.writes() && !it.part)
        });
        all
    }

    /// Whether an expression gives memory of the object: `b.Bytes()`, `(*b)[:n]`.
    fn shares(&self, value: Node<'p>) -> bool {
        let file = self.file;
        let own = |it: Node<'p>| {
            let mut it = it.unparen();
            while it.operator() == Some("*") {
                match it.field(Field::Operand) {
                    Some(inner) => it = inner.unparen(),
                    None => break,
                }
            }
            file.resolve(it).local() == Some(self.id)
        };
        match value.go_kind() {
            Kind::SliceExpression => {
                let of = value.field(Field::Operand).filter(|it| own(*it));
                let of = of.map(|it| self.context.types.of(file, it));
                of.is_some_and(|it| {
                    matches!(self.context.types.underlying(&it), Type::Slice(_) | Type::Pointer(_))
                })
            }
            Kind::CallExpression => {
                let Some(callee) = value.callee() else { return false };
                let name = callee.field(Field::Field).map(|it| file.text_of(it));
                let of = callee.field(Field::Operand).filter(|it| own(*it));
                let of = of.map(|it| self.context.types.of(file, it));
                name == Some("Bytes") && of.is_some_and(|it| it.behind().is("bytes", "Buffer"))
            }
            _ => false,
        }
    }

    /// Where control comes behind the `Put` while the variable holds the same.
    fn reached(&self, id: BindingId) -> Vec<bool> {
        let (flow, scopes) = (self.flow, self.file.scopes());
        let mut other = Vec::from_iter(flow.at(scopes.binding(id).name.start as usize));
        let own = scopes.binding(self.id).name.start as usize;
        other.extend(flow.at(own));
        let writes = scopes.uses_of(self.id).chain(scopes.uses_of(id));
        let writes = writes.filter(|it| it.access.writes() && !it.part);
        other.extend(writes.filter_map(|it| flow.at(it.span.start as usize)));
        let next = flow.next(self.from).iter().map(|it| it.0);
        let mut reached = flow.reach(next, |it| other.contains(&it));
        other.iter().for_each(|it| reached[it.index()] = false);
        reached
    }

    /// Whether a mention looks at the object, and not only at where it is.
    fn is_use(&self, id: BindingId, name: Node<'p>) -> bool {
        let used = self.file.scopes().uses_of(id).find(|it| it.span == name.span());
        let Some(used) = used.filter(|it| it.part || it.access == Access::Read) else {
            return false;
        };
        let around = name.ancestors(self.file.root());
        let parent = around.first().copied();
        let compared = parent.is_some_and(|it| {
            it.is(Kind::BinaryExpression) && it.parts().any(|it| it.is(Kind::Nil))
        });
        used.access != Access::Address && !compared
    }
}
