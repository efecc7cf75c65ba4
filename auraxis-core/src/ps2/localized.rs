//! Localized texts.

use std::fmt;

use super::{define::object, locale::Locale};

object! {
    /// A text in several languages. [`Display`](fmt::Display) writes the English text, or the first existing one.
    Localized {
        /// German.
        de: Option<Box<str>>,
        /// English.
        en: Option<Box<str>>,
        /// Spanish.
        es: Option<Box<str>>,
        /// French.
        fr: Option<Box<str>>,
        /// Italian.
        it: Option<Box<str>>,
        /// Turkish; discontinued, and missing from newer texts.
        tr: Option<Box<str>>,
    }
}

impl Localized {
    /// Returns the text in a language.
    #[must_use]
    pub fn get(&self, locale: Locale) -> Option<&str> {
        match locale {
            Locale::De => self.de.as_deref(),
            Locale::En => self.en.as_deref(),
            Locale::Es => self.es.as_deref(),
            Locale::Fr => self.fr.as_deref(),
            Locale::It => self.it.as_deref(),
            Locale::Tr => self.tr.as_deref(),
        }
    }

    /// Returns `true` if the text in this language equals `text`, ignoring case.
    #[must_use]
    pub fn is(&self, text: &str, locale: Locale) -> bool {
        self.get(locale).is_some_and(|own| own.to_lowercase() == text.to_lowercase())
    }

    /// Returns the English text, or the first existing one.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        self.get(Locale::En).or_else(|| Locale::ALL.into_iter().find_map(|locale| self.get(locale)))
    }
}

impl fmt::Display for Localized {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.text().unwrap_or_default())
    }
}
