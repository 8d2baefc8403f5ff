//! How bad, how sure, and in which language.

/// An enum whose values have words in files, flags and output.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[derive(::serde::Serialize, ::serde::Deserialize)]
        pub enum $name {
            $($(#[$vdoc])* #[serde(rename = $text)] $variant),+
        }

        impl $name {
            /// Every value, least first.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word that stands for it in files, flags and output.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text),+
                }
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}

pub(crate) use words;

words! {
    /// How bad a finding is when it is true.
    Severity {
        /// Worth doing; nothing breaks without it.
        Advice = "advice",
        /// Wrong or costly under conditions that will come.
        Warning = "warning",
        /// Breaks production: a crash, a hang, a leak, corrupted data.
        Critical = "critical",
    }
}

words! {
    /// How sure the analysis is. `Low` never becomes an inline comment.
    Confidence {
        /// A candidate: told in the summary at most.
        Low = "low",
        /// Right in at least eight of ten cases.
        Medium = "medium",
        /// Right unless the code does something the analysis cannot see and hardly anyone writes.
        High = "high",
    }
}

words! {
    /// A language that the reviewer speaks.
    Language {
        /// English.
        En = "en",
        /// Simplified Chinese.
        Zh = "zh-CN",
    }
}

impl Language {
    /// The language somebody writes in: Chinese when at least one letter in five is a Han character.
    pub fn of(text: &str) -> Self {
        let (mut han, mut letters) = (0_usize, 0_usize);
        // A pull request's body can be 64 KiB; its beginning is enough to tell.
        for c in text.chars().take(4_000).filter(|c| c.is_alphabetic()) {
            letters += 1;
            if ('\u{4e00}'..='\u{9fff}').contains(&c) {
                han += 1;
            }
        }
        if han > 0 && han * 5 >= letters { Self::Zh } else { Self::En }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn language_follows_the_writer() {
        assert_eq!(Language::of("修复 goroutine 泄漏"), Language::Zh);
        assert_eq!(Language::of("Fix goroutine leak"), Language::En);
        assert_eq!(Language::of("Support the 中 character in names of accounts"), Language::En);
        assert_eq!(Language::of(""), Language::En);
    }
}
