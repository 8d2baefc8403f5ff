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
    /// The import path of the package whose function it is.
    pub(super) path: &'static str,
    /// The names.
    pub(super) names: &'static [&'static str],
    /// Which of the results it is.
    pub(super) result: usize,
}

/// The functions that cancel contexts.
pub(in crate::rules) const CANCEL: Resource = Resource {
    producers: &[
        Producer {
            path: "context",
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
        Producer { path: "os/signal", names: &["NotifyContext"], result: 1 },
    ],
    releases: &[&[]],
    exhausts: None,
    borrowers: &[],
    wrappers: &[],
};
