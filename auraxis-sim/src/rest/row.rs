//! Rows and their values, in the format of the API.

use std::fmt::Display;

use auraxis_core::time::Timestamp;
use serde_json::{Map, Value};

/// A row of a collection.
pub(crate) type Row = Map<String, Value>;

/// Returns a row with these fields.
pub(crate) fn row<const N: usize>(fields: [(&str, Value); N]) -> Row {
    fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

/// Returns a value as a string. Nearly all values are strings.
pub(crate) fn text(value: impl Display) -> Value {
    format!("{value}").into()
}

/// The languages of localized texts.
pub(crate) const LANGUAGES: [&str; 5] = ["de", "en", "es", "fr", "it"];

/// Returns a localized text, which is English in all languages.
pub(crate) fn localized(text: &str) -> Value {
    let all: Row = LANGUAGES.iter().map(|language| ((*language).to_owned(), text.into())).collect();
    all.into()
}

/// Returns a date and time, such as `2012-11-20 16:02:37.0`.
pub(crate) fn date(at: Timestamp) -> Value {
    let written = at.to_string();
    match written.strip_suffix('Z') {
        Some(written) => format!("{}.0", written.replace('T', " ")).into(),
        None => written.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_have_the_format_of_the_api() {
        assert_eq!(date(Timestamp(1_353_427_357)), "2012-11-20 16:02:37.0");
    }
}
