//! Functions that a request, a message or a goroutine comes in at, where that is certain.

use crate::golang::{Field, GoFile, GoNode, Kind, Node, StructField};

/// What a function is an entry for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Entry {
    /// An HTTP request: `net/http`, gin, echo, fiber, fasthttp.
    Http,
    /// A gRPC call.
    Grpc,
    /// A message of a queue: NATS, Kafka.
    Message,
    /// A controller's reconciliation.
    Reconcile,
    /// A goroutine that takes its work from a channel, or waits in a loop for what comes.
    Worker,
}

impl Entry {
    /// Whether somebody outside of the process causes it.
    pub fn is_request(self) -> bool {
        self != Self::Worker
    }
}

/// What a function's parameters say that it is called for.
pub(super) fn of_signature(file: &GoFile, function: Node<'_>) -> Option<Entry> {
    let types = parameters(function)?;
    let named = |at: usize| {
        let node: &Node<'_> = types.get(at)?;
        let pointer = node.is(Kind::PointerType);
        let inner = if pointer { node.parts().next()? } else { *node };
        let (path, name) = file.qualified(inner)?;
        Some((path, name, pointer))
    };
    match (types.len(), named(0)) {
        (2, Some(("net/http", "ResponseWriter", false))) => {
            (named(1)? == ("net/http", "Request", true)).then_some(Entry::Http)
        }
        (1, Some(("github.com/gin-gonic/gin", "Context", true)))
        | (1, Some(("github.com/valyala/fasthttp", "RequestCtx", true))) => Some(Entry::Http),
        (1, Some((path, "Context", _))) if path.starts_with("github.com/labstack/echo") => {
            Some(Entry::Http)
        }
        (1, Some((path, "Ctx", _))) if path.starts_with("github.com/gofiber/fiber") => {
            Some(Entry::Http)
        }
        (1, Some(("github.com/nats-io/nats.go", "Msg", true))) => Some(Entry::Message),
        (2, Some((path, "ConsumerGroupSession", _))) if path.ends_with("/sarama") => {
            Some(Entry::Message)
        }
        (2, Some(("context", "Context", _))) => match named(1) {
            Some(("sigs.k8s.io/controller-runtime", "Request", _))
            | Some(("sigs.k8s.io/controller-runtime/pkg/reconcile", "Request", _)) => {
                Some(Entry::Reconcile)
            }
            _ => None,
        },
        _ => None,
    }
}

/// The types of a function's parameters, one for each name.
fn parameters(function: Node<'_>) -> Option<Vec<Node<'_>>> {
    let list = function.field(Field::Parameters)?;
    let mut types = Vec::new();
    for declaration in list.parts() {
        let of = declaration.field(Field::Type)?;
        let names = declaration.parts().filter(|it| it.is(Kind::Identifier)).count();
        types.extend(std::iter::repeat_n(of, names.max(1)));
        // More than the longest signature that is known.
        if types.len() > 3 {
            return None;
        }
    }
    Some(types)
}

/// Whether a struct certainly serves gRPC for what it embeds.
pub(super) fn is_grpc_server(file: &GoFile, node: Node<'_>) -> bool {
    let text = file.text_of(node);
    (text.contains("Unimplemented") || text.contains("Unsafe"))
        && StructField::all(file, node).iter().any(|it| {
            let base = it.name.strip_prefix("Unimplemented").or(it.name.strip_prefix("Unsafe"));
            it.embedded && base.is_some_and(|it| it.ends_with("Server"))
        })
}

/// Whether a method of a gRPC server is one that a client calls: exported, and `(context.Context,
/// *Request) (*Response, error)` or with a stream at the end of its parameters.
pub(super) fn is_grpc_method(file: &GoFile, method: Node<'_>) -> bool {
    let name = method.field(Field::Name).map_or("", |it| file.text_of(it));
    let Some(types) = parameters(method).filter(|_| name.starts_with(char::is_uppercase)) else {
        return false;
    };
    let results = method.field(Field::Result);
    let results =
        results.filter(|it| it.is(Kind::ParameterList)).map_or(1, |it| it.parts().count());
    match &*types {
        [context, request] if file.qualified(*context) == Some(("context", "Context")) => {
            request.is(Kind::PointerType) && results == 2
        }
        [.., stream] => file.text_of(*stream).trim_end_matches(']').contains("Server"),
        [] => false,
    }
}
