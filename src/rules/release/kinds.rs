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
    /// Comparisons that tell that there is nothing to give back.
    pub(super) idle: &'static [Idle],
    /// Functions of other packages that use it up: nothing is held after that either.
    pub(super) drains: Functions,
    /// Functions of other packages that use it up unless they fail at what is before it.
    pub(super) copies: Functions,
    /// Functions of other packages that only use it.
    pub(super) borrowers: Functions,
    /// Functions that wrap it into something that uses it, and do not give it back.
    pub(super) wrappers: Functions,
    /// Whether what wraps it is followed into a variable, since nobody gives it back through that.
    pub(super) through: bool,
    /// Methods whose caller gets hold of it in another way.
    pub(super) keeps: &'static [&'static str],
}

/// Import paths, and names in those packages.
pub(super) type Functions = &'static [(&'static str, &'static [&'static str])];

/// A comparison that tells that there is nothing to give back.
#[derive(Debug)]
pub(super) struct Idle {
    /// The field of the resource.
    pub(super) field: &'static str,
    /// What it is compared with, as it is written.
    pub(super) with: &'static [&'static str],
    /// Whether being equal tells it.
    pub(super) equal: bool,
}

/// Who hands out a resource.
#[derive(Debug)]
pub(super) struct Producer {
    /// Whose function or method it is.
    pub(super) of: Of,
    /// The names; none where any will do.
    pub(super) names: &'static [&'static str],
    /// Which of the results it is.
    pub(super) result: usize,
    /// What follows the variable in a statement that gives it back; `$` stands for the producer's
    /// first argument.
    pub(super) back: &'static str,
}

/// Whose a producer is.
#[derive(Debug)]
pub(super) enum Of {
    /// A function of this package.
    Package(&'static str),
    /// A method of one of these types of a package; versions of its path count as it.
    Types(&'static str, &'static [&'static str]),
    /// A method of an interface that the package under review declares, by the type of its first
    /// result, or what that points to.
    Gives(&'static str, &'static str),
    /// What the package under review declares, whatever its name, by the types of its results:
    /// this one, or a pointer to it, and an error.
    Opens(&'static str, &'static str),
}

/// What most resources do not have.
pub(super) const PLAIN: Resource = Resource {
    producers: &[],
    releases: &[],
    exhausts: None,
    idle: &[],
    drains: &[],
    copies: &[],
    borrowers: &[],
    wrappers: &[],
    through: false,
    keeps: &[],
};

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
            back: "()",
        },
        Producer {
            of: Of::Package("golang.org/x/net/context"),
            names: &["WithCancel", "WithTimeout", "WithDeadline"],
            result: 1,
            back: "()",
        },
        Producer { of: Of::Package("os/signal"), names: &["NotifyContext"], result: 1, back: "()" },
    ],
    releases: &[&[]],
    ..PLAIN
};

const BODY_BACK: &str = ".Body.Close()";

/// Not `Head`, whose responses have no body.
const SENDING: &[&str] = &["Do", "Get", "Post", "PostForm"];

/// Responses of HTTP servers, by their body.
pub(in crate::rules) const BODY: Resource = Resource {
    producers: &[
        Producer {
            of: Of::Package("net/http"),
            names: &["Get", "Post", "PostForm"],
            result: 0,
            back: BODY_BACK,
        },
        Producer {
            of: Of::Types("net/http", &["Client"]),
            names: SENDING,
            result: 0,
            back: BODY_BACK,
        },
        Producer {
            of: Of::Types("net/http", &["RoundTripper", "Transport"]),
            names: &["RoundTrip"],
            result: 0,
            back: BODY_BACK,
        },
        Producer {
            of: Of::Types("github.com/hashicorp/go-retryablehttp", &["Client"]),
            names: SENDING,
            result: 0,
            back: BODY_BACK,
        },
        Producer {
            of: Of::Gives("net/http", "Response"),
            names: &["Do", "RoundTrip"],
            result: 0,
            back: BODY_BACK,
        },
    ],
    // `Write` closes the body that it has written.
    releases: &[&["Body", "Close"], &["Write"]],
    idle: &[
        Idle {
            field: "StatusCode",
            with: &["http.StatusNoContent", "204", "http.StatusNotModified", "304"],
            equal: true,
        },
        Idle { field: "Body", with: &["nil", "http.NoBody"], equal: true },
    ],
    drains: &[("io", &["ReadAll"]), ("io/ioutil", &["ReadAll"])],
    copies: &[("io", &["Copy", "CopyBuffer"])],
    borrowers: &[
        ("io", &["CopyN", "ReadFull", "ReadAtLeast"]),
        ("fmt", &["Errorf", "Printf", "Println", "Sprintf", "Sprint", "Fprintf", "Fprintln"]),
        ("log", &["Printf", "Println", "Print"]),
    ],
    wrappers: &[
        ("encoding/json", &["NewDecoder"]),
        ("encoding/xml", &["NewDecoder"]),
        ("bufio", &["NewReader", "NewReaderSize", "NewScanner"]),
        ("io", &["LimitReader", "TeeReader"]),
    ],
    ..PLAIN
};

/// The rows of a query. Those of a transaction end with it; those of pgx close themselves when
/// `Scan` fails.
pub(in crate::rules) const ROWS: Resource = Resource {
    producers: &[
        Producer {
            of: Of::Types("database/sql", &["DB", "Conn", "Stmt"]),
            names: &["Query", "QueryContext"],
            result: 0,
            back: ".Close()",
        },
        Producer {
            of: Of::Types("github.com/jmoiron/sqlx", &["DB", "Conn", "Stmt", "NamedStmt"]),
            names: &[
                "Query",
                "QueryContext",
                "Queryx",
                "QueryxContext",
                "NamedQuery",
                "NamedQueryContext",
            ],
            result: 0,
            back: ".Close()",
        },
        Producer {
            of: Of::Types("gorm.io/gorm", &["DB"]),
            names: &["Rows"],
            result: 0,
            back: ".Close()",
        },
    ],
    releases: &[&["Close"]],
    exhausts: Some("Next"),
    ..PLAIN
};

/// Transactions.
pub(in crate::rules) const TX: Resource = Resource {
    producers: &[
        Producer {
            of: Of::Types("database/sql", &["DB", "Conn"]),
            names: &["Begin", "BeginTx"],
            result: 0,
            back: ".Rollback()",
        },
        Producer {
            of: Of::Types("github.com/jmoiron/sqlx", &["DB", "Conn"]),
            names: &["Begin", "BeginTx", "Beginx", "BeginTxx", "MustBegin", "MustBeginTx"],
            result: 0,
            back: ".Rollback()",
        },
        Producer {
            of: Of::Types("github.com/jackc/pgx", &["Conn"]),
            names: PGX_BEGIN,
            result: 0,
            back: ".Rollback($)",
        },
        Producer {
            of: Of::Types("github.com/jackc/pgx/pgxpool", &["Pool", "Conn"]),
            names: PGX_BEGIN,
            result: 0,
            back: ".Rollback($)",
        },
        Producer {
            of: Of::Types("gorm.io/gorm", &["DB"]),
            names: &["Begin"],
            result: 0,
            back: ".Rollback()",
        },
        Producer {
            of: Of::Types("github.com/jinzhu/gorm", &["DB"]),
            names: &["Begin", "BeginTx"],
            result: 0,
            back: ".Rollback()",
        },
    ],
    releases: &[&["Commit"], &["Rollback"], &["RollbackUnlessCommitted"]],
    // `gorm` has the error of `Begin` there.
    idle: &[Idle { field: "Error", with: &["nil"], equal: false }],
    borrowers: &[("fmt", &["Errorf", "Printf", "Println", "Sprintf"])],
    ..PLAIN
};

const PGX_BEGIN: &[&str] = &["Begin", "BeginTx"];
