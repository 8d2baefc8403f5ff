//! Code without its layout: what identity compares.

use tree_sitter::Node;

use super::{GoFile, GoNode, Kind};

/// The tokens of a node, joined by one space: no comments, no line ends and semicolons, no comma
/// before a closing bracket. So gofmt, a wrapped argument list or a CRLF makes no difference.
pub fn normalise(file: &GoFile, node: Node<'_>) -> String {
    let mut code = String::new();
    let mut comma = false;
    let mut nodes = node.descendants();
    while let Some(node) = nodes.next() {
        let kind = Kind::of(node);
        if kind.is_string() {
            nodes.skip_below();
        } else if node.child_count() > 0 || kind == Kind::Comment {
            continue;
        }
        let token = file.text_of(node).trim();
        match token {
            "" | ";" => continue,
            "," => {
                comma = true;
                continue;
            }
            _ => {}
        }
        for token in [if comma && !matches!(token, ")" | "]" | "}") { "," } else { "" }, token] {
            if !token.is_empty() {
                if !code.is_empty() {
                    code.push(' ');
                }
                code.extend(token.chars().filter(|it| *it != '\r'));
            }
        }
        comma = false;
    }
    code
}
