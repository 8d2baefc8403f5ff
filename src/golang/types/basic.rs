//! Predeclared types.

macro_rules! basics {
    ($($variant:ident = $name:literal),+ $(,)?) => {
        /// A type that Go declares itself; the untyped ones are those of constants.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Basic {
            $(
                #[doc = concat!("`", $name, "`")]
                $variant,
            )+
        }

        impl Basic {
            const ALL: &[Self] = &[$(Self::$variant),+];

            /// Go's name; that of untyped ones begins with `untyped `.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }
        }
    };
}

basics! {
    Bool = "bool",
    String = "string",
    Int = "int",
    Int8 = "int8",
    Int16 = "int16",
    Int32 = "int32",
    Int64 = "int64",
    Uint = "uint",
    Uint8 = "uint8",
    Uint16 = "uint16",
    Uint32 = "uint32",
    Uint64 = "uint64",
    Uintptr = "uintptr",
    Float32 = "float32",
    Float64 = "float64",
    Complex64 = "complex64",
    Complex128 = "complex128",
    UnsafePointer = "unsafe.Pointer",
    UntypedBool = "untyped bool",
    UntypedInt = "untyped int",
    UntypedRune = "untyped rune",
    UntypedFloat = "untyped float",
    UntypedComplex = "untyped complex",
    UntypedString = "untyped string",
}

impl Basic {
    /// The predeclared type of this name; `byte` and `rune` are names of others.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "byte" => Some(Self::Uint8),
            "rune" => Some(Self::Int32),
            "unsafe.Pointer" => None,
            _ => Self::ALL.iter().copied().find(|it| it.name() == name),
        }
    }

    /// The type of a constant that is not given one.
    pub(super) fn untyped(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|it| it.name().strip_prefix("untyped ") == Some(name))
    }

    /// Whether it is the type of a constant that has not been given one.
    pub fn is_untyped(self) -> bool {
        self.name().starts_with("untyped ")
    }

    /// The type that a variable gets from a constant of this type.
    pub fn default(self) -> Self {
        match self {
            Self::UntypedBool => Self::Bool,
            Self::UntypedInt => Self::Int,
            Self::UntypedRune => Self::Int32,
            Self::UntypedFloat => Self::Float64,
            Self::UntypedComplex => Self::Complex128,
            Self::UntypedString => Self::String,
            it => it,
        }
    }

    /// Whether it is an integer type, untyped ones included.
    pub fn is_integer(self) -> bool {
        self.bits().is_some() || matches!(self, Self::UntypedInt | Self::UntypedRune)
    }

    /// Whether it is a string type, the untyped one included.
    pub fn is_string(self) -> bool {
        matches!(self, Self::String | Self::UntypedString)
    }

    /// How many bits an integer type has on a platform of 64 bit, and whether it is signed.
    pub fn bits(self) -> Option<(u32, bool)> {
        Some(match self {
            Self::Int | Self::Int64 => (64, true),
            Self::Int32 => (32, true),
            Self::Int16 => (16, true),
            Self::Int8 => (8, true),
            Self::Uint | Self::Uint64 | Self::Uintptr => (64, false),
            Self::Uint32 => (32, false),
            Self::Uint16 => (16, false),
            Self::Uint8 => (8, false),
            _ => return None,
        })
    }

    /// The larger of two untyped kinds, which an operation on both has.
    pub(super) fn wider(self, other: Self) -> Option<Self> {
        let rank = |it| {
            let all =
                [Self::UntypedInt, Self::UntypedRune, Self::UntypedFloat, Self::UntypedComplex];
            all.iter().position(|kind| *kind == it)
        };
        match (rank(self), rank(other)) {
            (Some(a), Some(b)) => Some(if a >= b { self } else { other }),
            _ => (self == other).then_some(self),
        }
    }
}
