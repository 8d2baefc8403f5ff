//! The kinds of things that somebody must give back, as data: who hands them out, what gives them
//! back, and who only borrows them.

/// A kind of value that must be given back.
#[derive(Debug)]
pub(in crate::rules) struct Resource {
    /// Who hands it out.
    pub(super) producers: &'static [Producer],
    /// What gives it back: the steps from the value to what is called; none for the value itself.
    pub(super) releases: &'static [&'static [&'static str]],
    /// The method that gives it back when it answers false.
    pub(super) exhausts: Option<&'static str>,
    /// Functions of other packages that only use it: import path and names.
    pub(super) borrowers: &'static [(&'static str, &'static [&'static str])],
    /// Functions that wrap it into something that uses it, and do not give it back.
    pub(super) wrappers: &'static [(&'static str, &'static [&'static str])],
}

/// Who hands out a resource.
#[derive(Debug)]
pub(super) struct Producer {
    /// Whose function or method it is.
    pub(super) of: Of,
    /// The names.
    pub(super) names: &'static [&'static str],
    /// Which of the results it is.
    pub(super) result: usize,
}

/// Whose a producer is.
#[derive(Debug)]
pub(super) enum Of {
    /// A function of this package.
    Package(&'static str),
    /// A method of one of these types of a package; versions of its path count as it.
    Types(&'static str, &'static [&'static str]),
    /// A method of a variable of a package.
    Variable(&'static str, &'static str),
}

/// The functions that cancel contexts.
pub(in crate::rules) const CANCEL: Resource = Resource {
    producers: &[
        Producer {
            of: Of::Package("context"),
            names: &[
                "WithCancel",
                "WithCancelCause",
                "WithTimeout",
                "WithTimeoutCause",
                "WithDeadline",
                "WithDeadlineCause",
            ],
            result: 1,
        },
        Producer { of: Of::Package("os/signal"), names: &["NotifyContext"], result: 1 },
    ],
    releases: &[&[]],
    exhausts: None,
    borrowers: &[],
    wrappers: &[],
};

const READERS: &[(&str, &[&str])] = &[
    ("io", &["ReadAll", "Copy", "CopyN", "CopyBuffer", "ReadFull", "ReadAtLeast"]),
    ("io/ioutil", &["ReadAll"]),
    ("net/http/httputil", &["DumpResponse"]),
];

const WRAPPERS: &[(&str, &[&str])] = &[
    ("encoding/json", &["NewDecoder"]),
    ("encoding/xml", &["NewDecoder"]),
    ("bufio", &["NewReader", "NewReaderSize", "NewScanner"]),
    ("io", &["LimitReader", "TeeReader"]),
];

/// Responses of HTTP servers, by their body.
pub(in crate::rules) const BODY: Resource = Resource {
    producers: &[
        Producer {
            of: Of::Package("net/http"),
            names: &["Get", "Head", "Post", "PostForm"],
            result: 0,
        },
        Producer {
            of: Of::Types("net/http", &["Client"]),
            names: &["Do", "Get", "Head", "Post", "PostForm"],
            result: 0,
        },
        Producer {
            of: Of::Variable("net/http", "DefaultClient"),
            names: &["Do", "Get", "Head", "Post", "PostForm"],
            result: 0,
        },
    ],
    releases: &[&["Body", "Close"]],
    exhausts: None,
    borrowers: READERS,
    wrappers: WRAPPERS,
};

/// The rows of a query.
pub(in crate::rules) const ROWS: Resource = Resource {
    producers: &[
        Producer {
            of: Of::Types("database/sql", &["DB", "Tx", "Conn", "Stmt"]),
            names: &["Query", "QueryContext"],
            result: 0,
        },
        Producer {
            of: Of::Types("github.com/jmoiron/sqlx", &["DB", "Tx", "Conn", "Stmt", "NamedStmt"]),
            names: &["Query", "QueryContext", "Queryx", "QueryxContext", "NamedQuery"],
            result: 0,
        },
        Producer {
            of: Of::Types("github.com/jackc/pgx", &["Conn", "Tx"]),
            names: &["Query"],
            result: 0,
        },
        Producer {
            of: Of::Types("github.com/jackc/pgx/pgxpool", &["Pool", "Conn", "Tx"]),
            names: &["Query"],
            result: 0,
        },
    ],
    releases: &[&["Close"]],
    exhausts: Some("Next"),
    borrowers: &[],
    wrappers: &[],
};

/// Transactions.
pub(in crate::rules) const TX: Resource = Resource {
    producers: &[
        Producer {
            of: Of::Types("database/sql", &["DB", "Conn"]),
            names: &["Begin", "BeginTx"],
            result: 0,
        },
        Producer {
            of: Of::Types("github.com/jmoiron/sqlx", &["DB", "Conn"]),
            names: &["Begin", "BeginTx", "Beginx", "BeginTxx"],
            result: 0,
        },
        Producer {
            of: Of::Types("github.com/jackc/pgx", &["Conn"]),
            names: &["Begin", "BeginTx"],
            result: 0,
        },
        Producer {
            of: Of::Types("github.com/jackc/pgx/pgxpool", &["Pool", "Conn"]),
            names: &["Begin", "BeginTx"],
            result: 0,
        },
    ],
    releases: &[&["Commit"], &["Rollback"]],
    exhausts: None,
    borrowers: &[],
    wrappers: &[],
};
