//! One name of a package of the table, and the members of a type.

/// What a package declares under a name. Types are spelt nearly as in Go, see `tools/signatures`.
#[derive(Debug, Clone, Copy)]
pub enum Entry {
    /// A constant, with its value where that is an integer.
    Const(&'static str, Option<i128>),
    /// A variable.
    Var(&'static str),
    /// A function: `(parameters)results`, and what calling it does.
    Func(&'static str, Flags),
    /// Another name of a type.
    Alias(&'static str),
    /// A type.
    Type(TypeEntry),
}

/// A type that a package declares.
#[derive(Debug, Clone, Copy)]
pub struct TypeEntry {
    /// How many type parameters it has.
    pub parameters: usize,
    /// `struct`, `interface`, or a type.
    pub underlying: &'static str,
    /// What holds for all its values.
    pub flags: Flags,
    members: &'static str,
}

/// A field or a method of a type, or what it embeds.
#[derive(Debug, Clone, Copy)]
pub struct Member {
    /// What it is.
    pub kind: MemberKind,
    /// Its name; `_` for an interface that is embedded in another.
    pub name: &'static str,
    /// The type of a field, the `(parameters)results` of a method.
    pub text: &'static str,
    /// What calling a method does.
    pub flags: Flags,
}

/// What a member is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemberKind {
    /// A field that others can reach.
    Field,
    /// An embedded field, exported or not, or an interface's embedded one.
    Embedded,
    /// A method that values have too, or one of an interface.
    Method,
    /// A method that only pointers have.
    PointerMethod,
}

impl Entry {
    /// Reads the entry on a line; of `rest`, what follows the line, it takes a type's members.
    pub(super) fn read(
        line: &'static str,
        rest: &mut &'static str,
    ) -> Option<(&'static str, Self)> {
        let (line, flags) = Flags::split(line);
        let name_end = line.find([' ', '(', '[']).unwrap_or(line.len());
        let (name, text) = (line.get(1..name_end)?, line[name_end..].trim_start_matches(' '));
        let entry = match line.as_bytes().first()? {
            b'c' => match text.split_once('=') {
                Some((of, value)) => Self::Const(of, value.parse().ok()),
                None => Self::Const(text, None),
            },
            b'v' => Self::Var(text),
            b'f' => Self::Func(text, flags),
            b'a' => Self::Alias(text),
            b't' => {
                let parameters = text.strip_prefix('[').and_then(|it| it.split_once("] "));
                let (parameters, underlying) = match parameters {
                    Some((count, underlying)) => (count.parse().ok()?, underlying),
                    None => (0, text),
                };
                let members = take_members(rest);
                Self::Type(TypeEntry { parameters, underlying, flags, members })
            }
            _ => return None,
        };
        Some((name, entry))
    }
}

/// Takes the lines that belong to the type above them.
fn take_members(rest: &mut &'static str) -> &'static str {
    let all = *rest;
    let mut end = 0;
    while all[end..].starts_with(['.', '+', 'm', 'p']) {
        end += all[end..].find('\n').map_or(all.len() - end, |it| it + 1);
    }
    *rest = &all[end..];
    &all[..end]
}

impl TypeEntry {
    /// The fields, the methods and what is embedded.
    pub fn members(&self) -> impl Iterator<Item = Member> + use<> {
        self.members.lines().filter_map(|line| {
            let (line, flags) = Flags::split(line);
            let kind = match line.as_bytes().first()? {
                b'.' => MemberKind::Field,
                b'+' => MemberKind::Embedded,
                b'm' => MemberKind::Method,
                _ => MemberKind::PointerMethod,
            };
            let name_end = line.find([' ', '(']).unwrap_or(line.len());
            let text = line[name_end..].trim_start_matches(' ');
            Some(Member { kind, name: line.get(1..name_end)?, text, flags })
        })
    }

    /// The size and the alignment in bytes, of structs and arrays without type parameters.
    pub fn layout(&self, wide: bool) -> Option<(u64, u64)> {
        let both = self.flags.0.split(' ').find(|it| it.contains('/') && !it.contains('='))?;
        let (on_64, on_32) = both.split_once(',')?;
        let (size, align) = if wide { on_64 } else { on_32 }.split_once('/')?;
        Some((size.parse().ok()?, align.parse().ok()?))
    }

    /// The lock that a copy of a value would copy, by the definition of vet's copylocks.
    pub fn lock(&self) -> Option<&'static str> {
        self.flags.value("lock=")
    }
}

/// What is known of a call or of a type's values beside its types; every flag is a fact of the
/// documentation, and one that is missing says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Flags(&'static str);

impl Flags {
    fn split(line: &'static str) -> (&'static str, Self) {
        let (line, flags) = line.split_once('\t').unwrap_or((line, ""));
        (line, Self(flags))
    }

    fn has(self, flag: &str) -> bool {
        self.0.split(' ').any(|it| it == flag)
    }

    fn value(self, name: &str) -> Option<&'static str> {
        self.0.split(' ').find_map(|it| it.strip_prefix(name))
    }

    /// It may wait for another goroutine, a process, a peer or the clock.
    pub fn blocks(self) -> bool {
        self.has("blocks")
    }

    /// It reads or writes outside of the process.
    pub fn is_io(self) -> bool {
        self.has("io")
    }

    /// It does not return to its caller.
    pub fn never_returns(self) -> bool {
        self.has("noreturn")
    }

    /// How the caller gives the result back: the name of its method, `Body.Close` for a response,
    /// `()` where the result itself is to be called.
    pub fn release(self) -> Option<&'static str> {
        self.value("release=")
    }

    /// It takes over an argument: it, or what it returns, closes that.
    pub fn takes_ownership(self) -> bool {
        self.has("owns")
    }

    /// It writes its result into its receiver.
    pub fn mutates_receiver(self) -> bool {
        self.has("mutates")
    }

    /// It calls a function argument on another goroutine.
    pub fn starts_goroutine(self) -> bool {
        self.has("go")
    }

    /// It calls its function arguments only before it returns.
    pub fn calls_back_before_return(self) -> bool {
        self.has("sync")
    }

    /// It does nothing but give a result.
    pub fn result_must_be_used(self) -> bool {
        self.has("use")
    }

    /// Several goroutines may call the methods of one value at a time.
    pub fn is_concurrent_safe(self) -> bool {
        self.has("safe")
    }

    /// The type's methods only queue what their flags say they do.
    pub fn only_queues(self) -> bool {
        self.has("queues")
    }
}
