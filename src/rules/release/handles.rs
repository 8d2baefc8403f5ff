//! Files, connections, tickers, spans and subscriptions, as data.

use super::Resource;
use super::kinds::{Functions, Of, PLAIN, Producer};

const CLOSE: &str = ".Close()";

/// What formats or prints only looks at what it is given, or writes to it.
const PRINTS: (&str, &[&str]) = (
    "fmt",
    &["Errorf", "Printf", "Println", "Sprintf", "Sprint", "Fprint", "Fprintf", "Fprintln", "Fscan"],
);

/// Functions that read from what they are given, or write to it.
const USERS: Functions = &[
    PRINTS,
    ("io", &["Copy", "CopyBuffer", "CopyN", "ReadAll", "ReadFull", "ReadAtLeast", "WriteString"]),
    ("io/ioutil", &["ReadAll"]),
    ("encoding/binary", &["Read", "Write"]),
    ("image", &["Decode", "DecodeConfig"]),
    ("image/png", &["Decode", "Encode"]),
    ("image/jpeg", &["Decode", "Encode"]),
];

/// Functions that make something around it that need not be closed, or whose closing leaves it
/// open.
const WRAPPERS: Functions = &[
    ("bufio", &["NewReader", "NewReaderSize", "NewScanner", "NewWriter", "NewWriterSize"]),
    ("compress/gzip", &["NewReader", "NewWriter", "NewWriterLevel"]),
    ("archive/tar", &["NewReader", "NewWriter"]),
    ("archive/zip", &["NewReader", "NewWriter"]),
    ("encoding/csv", &["NewReader", "NewWriter"]),
    ("encoding/gob", &["NewDecoder", "NewEncoder"]),
    ("encoding/json", &["NewDecoder", "NewEncoder"]),
    ("encoding/xml", &["NewDecoder", "NewEncoder"]),
    ("io", &["LimitReader"]),
];

const fn opened(of: Of, names: &'static [&'static str]) -> Producer {
    Producer { of, names, result: 0, back: CLOSE }
}

/// Files, listeners and connections: what has a descriptor, and is closed for it.
pub(in crate::rules) const FILE: Resource = Resource {
    producers: &[
        opened(Of::Package("os"), &["Open", "Create", "OpenFile", "CreateTemp", "OpenInRoot"]),
        opened(Of::Package("io/ioutil"), &["TempFile"]),
        opened(Of::Package("archive/zip"), &["OpenReader"]),
        opened(Of::Package("net"), &["Dial", "DialTimeout", "DialTCP", "DialUDP", "DialUnix"]),
        opened(
            Of::Package("net"),
            &["Listen", "ListenPacket", "ListenTCP", "ListenUDP", "ListenUnix"],
        ),
        opened(Of::Package("crypto/tls"), &["Dial", "DialWithDialer", "Listen"]),
        opened(Of::Types("net", &["Dialer"]), &["Dial", "DialContext"]),
        opened(Of::Types("crypto/tls", &["Dialer"]), &["Dial", "DialContext"]),
        opened(Of::Types("net/http", &["FileSystem", "Dir"]), &["Open"]),
        opened(Of::Types("io/fs", &["FS"]), &["Open"]),
        opened(Of::Opens("io", "ReadCloser"), &[]),
        opened(Of::Opens("os", "File"), &[]),
        opened(Of::Opens("net", "Conn"), &[]),
    ],
    releases: &[&["Close"]],
    borrowers: USERS,
    wrappers: WRAPPERS,
    through: true,
    // Locks and sockets live on in the number.
    keeps: &["Fd", "SyscallConn", "File"],
    ..PLAIN
};

/// Tickers, which must be stopped below Go 1.23.
pub(in crate::rules) const TICKER: Resource = Resource {
    producers: &[Producer {
        of: Of::Package("time"),
        names: &["NewTicker"],
        result: 0,
        back: ".Stop()",
    }],
    releases: &[&["Stop"]],
    ..PLAIN
};

/// Spans of traces.
pub(in crate::rules) const SPAN: Resource = Resource {
    producers: &[
        Producer {
            of: Of::Types("go.opentelemetry.io/otel/trace", &["Tracer"]),
            names: &["Start"],
            result: 1,
            back: ".End()",
        },
        Producer {
            of: Of::Package("github.com/opentracing/opentracing-go"),
            names: &["StartSpan", "StartSpanFromContext"],
            result: 0,
            back: ".Finish()",
        },
    ],
    releases: &[&["End"], &["Finish"], &["FinishWithOptions"]],
    borrowers: &[PRINTS],
    ..PLAIN
};

/// Subscriptions of go-ethereum, to events of the node and to those of the program.
pub(in crate::rules) const SUBSCRIPTION: Resource = Resource {
    producers: &[
        Producer {
            of: Of::Types("github.com/ethereum/go-ethereum/ethclient", &["Client"]),
            names: &["SubscribeNewHead", "SubscribeFilterLogs"],
            result: 0,
            back: ".Unsubscribe()",
        },
        Producer {
            of: Of::Types("github.com/ethereum/go-ethereum/rpc", &["Client"]),
            names: &["Subscribe", "EthSubscribe", "ShhSubscribe"],
            result: 0,
            back: ".Unsubscribe()",
        },
        Producer {
            of: Of::Types("github.com/ethereum/go-ethereum/event", &["Feed", "FeedOf"]),
            names: &["Subscribe"],
            result: 0,
            back: ".Unsubscribe()",
        },
    ],
    releases: &[&["Unsubscribe"]],
    // Where that answers, the subscription has ended.
    keeps: &["Err"],
    ..PLAIN
};

const fn flushed(path: &'static str, names: &'static [&'static str]) -> Producer {
    Producer { of: Of::Package(path), names, result: 0, back: ".Flush()" }
}

const fn finished(path: &'static str, names: &'static [&'static str]) -> Producer {
    Producer { of: Of::Package(path), names, result: 0, back: CLOSE }
}

/// Writers that keep the last of what they are given until they are told that it was the last.
pub(in crate::rules) const WRITER: Resource = Resource {
    producers: &[
        flushed("bufio", &["NewWriter", "NewWriterSize"]),
        flushed("encoding/csv", &["NewWriter"]),
        flushed("text/tabwriter", &["NewWriter"]),
        finished("archive/tar", &["NewWriter"]),
        finished("archive/zip", &["NewWriter"]),
        finished("compress/gzip", &["NewWriter", "NewWriterLevel"]),
        finished("compress/zlib", &["NewWriter", "NewWriterLevel"]),
        finished("compress/flate", &["NewWriter"]),
        finished("encoding/base64", &["NewEncoder"]),
    ],
    releases: &[&["Close"], &["Flush"], &["WriteAll"]],
    borrowers: USERS,
    keeps: &["Reset"],
    ..PLAIN
};
