//! The Go blocks of a page as code that can be read: a snippet gets what a file needs around it.
//!
//! A block without a package clause gets one, with the imports that it needs from the standard
//! library; statements on their own get a function. All of that goes on the first line, so that
//! lines stay true. A block may hold several files, each under a `-- path --` line.

use std::collections::BTreeSet;
use std::fmt::Write;

use crate::golang::{self, Code, Field, GoFile, GoNode, Kind, Resolved};
use crate::model::SourceFile;

use super::Block;

/// The packages of the standard library whose names stand for one package alone: not `rand`,
/// `template`, `scanner` and `pprof`, which a block has to import itself.
///
/// Source: `go list std` of Go 1.26.
const STANDARD: &str = "
    archive/tar archive/zip bufio bytes cmp compress/bzip2 compress/flate compress/gzip
    compress/lzw compress/zlib container/heap container/list container/ring context crypto
    crypto/aes crypto/cipher crypto/des crypto/dsa crypto/ecdh crypto/ecdsa crypto/ed25519
    crypto/elliptic crypto/fips140 crypto/hkdf crypto/hmac crypto/hpke crypto/md5 crypto/mlkem
    crypto/pbkdf2 crypto/rc4 crypto/rsa crypto/sha1 crypto/sha256 crypto/sha3 crypto/sha512
    crypto/subtle crypto/tls crypto/x509 crypto/x509/pkix database/sql database/sql/driver
    debug/buildinfo debug/dwarf debug/elf debug/gosym debug/macho debug/pe debug/plan9obj embed
    encoding encoding/ascii85 encoding/asn1 encoding/base32 encoding/base64 encoding/binary
    encoding/csv encoding/gob encoding/hex encoding/json encoding/pem encoding/xml errors expvar
    flag fmt go/ast go/build go/build/constraint go/constant go/doc go/doc/comment go/format
    go/importer go/parser go/printer go/token go/types go/version hash hash/adler32 hash/crc32
    hash/crc64 hash/fnv hash/maphash html image image/color image/color/palette image/draw
    image/gif image/jpeg image/png index/suffixarray io io/fs io/ioutil iter log log/slog
    log/syslog maps math math/big math/bits math/cmplx mime mime/multipart mime/quotedprintable
    net net/http net/http/cgi net/http/cookiejar net/http/fcgi net/http/httptest
    net/http/httptrace net/http/httputil net/mail net/netip net/rpc net/rpc/jsonrpc net/smtp
    net/textproto net/url os os/exec os/signal os/user path path/filepath plugin reflect regexp
    regexp/syntax runtime runtime/cgo runtime/coverage runtime/debug runtime/metrics runtime/race
    runtime/trace slices sort strconv strings structs sync sync/atomic syscall testing
    testing/fstest testing/iotest testing/quick testing/slogtest testing/synctest text/tabwriter
    text/template/parse time time/tzdata unicode unicode/utf16 unicode/utf8 unique unsafe weak";

/// One file of a block.
pub(super) struct ExampleFile {
    /// As the rules see it.
    pub(super) source: SourceFile,
    /// As the page shows it.
    pub(super) code: String,
    /// The page's line on which it begins.
    pub(super) line: usize,
}

/// The files of a block; one that is not written in it is `go.mod`, for the newest Go.
pub(super) fn files(block: &Block) -> Vec<ExampleFile> {
    let parts = parts(block);
    // What one file declares, the others need not import.
    let plain: Vec<SourceFile> = parts.iter().map(|it| source(it, &clause(&it.1, ""))).collect();
    let code = golang::read(&plain, None, &|_| false);
    let mut files: Vec<ExampleFile> = Vec::new();
    for part in parts {
        let text = match code.file(&part.0) {
            Some(file) if !has_clause(&part.1) => whole(&code, file, &part.1),
            _ => clause(&part.1, ""),
        };
        let source = source(&part, &text);
        files.push(ExampleFile { source, code: part.1, line: part.2 });
    }
    if !files.iter().any(|it| &*it.source.path == "go.mod") {
        let text = "module example.com/snippet\n\ngo 1.26\n";
        let source = SourceFile::from_bytes("go.mod", None, text.as_bytes());
        files.push(ExampleFile { source, code: String::new(), line: block.line });
    }
    files
}

/// Path, code and first line of a file.
type Part = (String, String, usize);

fn parts(block: &Block) -> Vec<Part> {
    let mut parts: Vec<Part> = vec![("snippet.go".to_owned(), String::new(), block.line)];
    for (at, line) in block.code.lines().enumerate() {
        let named = line.strip_prefix("-- ").and_then(|it| it.strip_suffix(" --"));
        if let Some(name) = named {
            parts.push((name.to_owned(), String::new(), block.line + at + 1));
        } else if let Some((_, code, _)) = parts.last_mut() {
            code.push_str(line);
            code.push('\n');
        }
    }
    parts.retain(|(_, code, _)| !code.trim().is_empty());
    parts
}

fn source((path, code, _): &Part, text: &str) -> SourceFile {
    let text = if path.ends_with(".go") { text } else { code };
    SourceFile::from_bytes(path.as_str(), None, text.as_bytes())
}

fn has_clause(code: &str) -> bool {
    code.lines().any(|it| it.starts_with("package "))
}

/// The code with a package clause, and whatever is to follow that.
fn clause(code: &str, more: &str) -> String {
    if has_clause(code) { code.to_owned() } else { format!("package p; {more}{code}") }
}

/// The code of a file without a package clause, with everything that it needs.
fn whole(code: &Code, file: &GoFile, text: &str) -> String {
    let mut more = String::new();
    for path in missing_imports(code, file) {
        let _ = write!(more, "import {path:?}; ");
    }
    let kinds: Vec<Kind> = file.root().parts().map(GoNode::go_kind).collect();
    // Such declarations cannot stand in a function.
    let needs_file = |it: &Kind| {
        matches!(it, Kind::ImportDeclaration | Kind::FunctionDeclaration | Kind::MethodDeclaration)
    };
    if kinds.iter().any(|it| is_statement(*it)) && !kinds.iter().any(needs_file) {
        return clause(&format!("func _() {{ {text}\n}}\n"), &more);
    }
    clause(text, &more)
}

/// Whether a node of this kind at the top of a file is a statement, which the grammar allows and
/// Go does not.
pub(super) fn is_statement(kind: Kind) -> bool {
    let name = kind.name();
    name.ends_with("_statement") || matches!(kind, Kind::ShortVarDeclaration | Kind::Block)
}

/// The packages of the standard library that the file speaks of and nobody declares.
fn missing_imports(code: &Code, file: &GoFile) -> BTreeSet<&'static str> {
    let declared =
        |name: &str| code.files().any(|it| it.items().iter().any(|item| &*item.name == name));
    let named = file.root().descendants().filter_map(|node| {
        let operand = match node.go_kind() {
            Kind::SelectorExpression => node.field(Field::Operand)?,
            Kind::QualifiedType => node.field(Field::Package)?,
            _ => return None,
        };
        match file.resolve(operand) {
            Resolved::Outer(name) if !declared(name) => Some(name),
            _ => None,
        }
    });
    let names: BTreeSet<&str> = named.collect();
    let last = |path: &str| path.rsplit('/').next().map(str::to_owned).unwrap_or_default();
    STANDARD.split_whitespace().filter(|it| names.contains(&*last(it))).collect()
}
