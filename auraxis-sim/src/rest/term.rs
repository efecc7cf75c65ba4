//! Search terms: a field, an operator and alternative values.

use std::cmp::Ordering;

use super::{error::RestError, field, row::Row};

/// A search term.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Term {
    pub(crate) field: String,
    pub(crate) operator: Operator,
    pub(crate) values: Vec<String>,
}

/// How a field is compared with a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    StartsWith,
    Contains,
}

impl Term {
    /// Parses a term. The first character of `value` can be an operator; commas separate alternatives.
    pub(crate) fn parse(field: &str, value: &str) -> Result<Self, RestError> {
        let operator = match value.chars().next() {
            Some('!') => Operator::NotEqual,
            Some('<') => Operator::Less,
            Some('[') => Operator::LessOrEqual,
            Some('>') => Operator::Greater,
            Some(']') => Operator::GreaterOrEqual,
            Some('^') => Operator::StartsWith,
            Some('*') => Operator::Contains,
            _ => Operator::Equal,
        };
        let value = if operator == Operator::Equal { value } else { &value[1..] };
        let values: Vec<String> = value.split(',').map(str::to_owned).collect();
        let is_pattern = matches!(operator, Operator::StartsWith | Operator::Contains);
        if is_pattern && values.iter().any(|value| value.chars().count() < 3) {
            return Err(RestError::PatternTooShort(field.to_owned()));
        }
        if !is_pattern && is_number(field) && values.iter().any(|value| value.parse::<f64>().is_err()) {
            return Err(RestError::NotANumber(field.to_owned()));
        }
        Ok(Self { field: field.to_owned(), operator, values })
    }

    /// Returns whether the row matches. A row without the field matches only if the operator is "not equal".
    pub(crate) fn matches(&self, row: &Row, case_sensitive: bool) -> bool {
        let (mut passes, mut differs) = (false, true);
        field::visit(row, &self.field, &mut |found| {
            if self.operator == Operator::NotEqual {
                differs &= !self.values.iter().any(|value| compare(found, value, case_sensitive) == Ordering::Equal);
            } else {
                passes |= self.values.iter().any(|value| self.operator.holds(found, value, case_sensitive));
            }
        });
        if self.operator == Operator::NotEqual { differs } else { passes }
    }
}

impl Operator {
    fn holds(self, found: &str, value: &str, case_sensitive: bool) -> bool {
        let order = || compare(found, value, case_sensitive);
        match self {
            Self::Equal => order() == Ordering::Equal,
            Self::NotEqual => order() != Ordering::Equal,
            Self::Less => order() == Ordering::Less,
            Self::LessOrEqual => order() != Ordering::Greater,
            Self::Greater => order() == Ordering::Greater,
            Self::GreaterOrEqual => order() != Ordering::Less,
            Self::StartsWith if case_sensitive => found.starts_with(value),
            Self::StartsWith => found.to_lowercase().starts_with(&value.to_lowercase()),
            Self::Contains if case_sensitive => found.contains(value),
            Self::Contains => found.to_lowercase().contains(&value.to_lowercase()),
        }
    }
}

fn compare(found: &str, value: &str, case_sensitive: bool) -> Ordering {
    if case_sensitive {
        field::compare(found, value)
    } else {
        field::compare(&found.to_lowercase(), &value.to_lowercase())
    }
}

/// Returns whether this field accepts numbers only.
fn is_number(field: &str) -> bool {
    field.ends_with("_id") && !field.contains('.')
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn values_are_compared_by_operator() {
        let Value::Object(row) = json!({
            "rank": "42", "name": { "first": "Higby", "first_lower": "higby" }, "list": [{ "id": "1" }, { "id": "2" }],
        }) else {
            panic!()
        };
        for (field, value, case, expected) in [
            ("rank", "42", true, true),
            ("rank", "42.0", true, true),
            ("rank", "7,42", true, true),
            ("rank", "<100", true, true),
            ("rank", "<42", true, false),
            ("rank", "[42", true, true),
            ("rank", ">9", true, true),
            ("rank", "]43", true, false),
            ("rank", "!42", true, false),
            ("rank", "!7,8", true, true),
            ("none", "!7", true, true),
            ("none", "7", true, false),
            ("name.first", "higby", true, false),
            ("name.first", "higby", false, true),
            ("name.first", "^Hig", true, true),
            ("name.first", "^hig", true, false),
            ("name.first_lower", "*igb", true, true),
            ("list.id", "2", true, true),
            ("list.id", "3", true, false),
        ] {
            let term = Term::parse(field, value).unwrap();
            assert_eq!(term.matches(&row, case), expected, "{field}={value}");
        }
    }

    #[test]
    fn short_patterns_and_words_for_numbers_are_errors() {
        assert_eq!(Term::parse("name.en", "*VS"), Err(RestError::PatternTooShort("name.en".into())));
        assert_eq!(Term::parse("item_id", "bogus"), Err(RestError::NotANumber("item_id".into())));
        assert_eq!(Term::parse("item_id", ""), Err(RestError::NotANumber("item_id".into())));
    }
}
