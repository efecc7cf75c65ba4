//! The game's languages.

use std::fmt;

/// A language of the game's texts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Locale {
    /// German.
    De,
    /// English. The only language in which every text exists.
    #[default]
    En,
    /// Spanish.
    Es,
    /// French.
    Fr,
    /// Italian.
    It,
    /// Turkish. Discontinued, and missing from newer texts.
    Tr,
}

impl Locale {
    /// All locales, in alphabetical order.
    pub const ALL: [Self; 6] = [Self::De, Self::En, Self::Es, Self::Fr, Self::It, Self::Tr];

    /// The name on the wire, such as `en`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::De => "de",
            Self::En => "en",
            Self::Es => "es",
            Self::Fr => "fr",
            Self::It => "it",
            Self::Tr => "tr",
        }
    }
}

impl fmt::Display for Locale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
