//! Evaluating queries against given rows, for tests.

use serde_json::{Map, Value};

use super::{
    query::Query,
    term::{Modifier, Test},
};

impl Query {
    /// Returns the rows that the server would return from these. Applies terms, `start` and the limit (if the
    /// collection supports it), and ignores everything else. For tests.
    #[must_use]
    pub fn select<'a>(&self, rows: impl IntoIterator<Item = &'a Map<String, Value>>) -> Vec<&'a Map<String, Value>> {
        let found = rows.into_iter().filter(|row| self.admits(row));
        let limit = self.limit_per_db.or(self.limit).unwrap_or(1);
        let limit = if self.supports("c:limit") { limit as usize } else { usize::MAX };
        found.skip(self.start as usize).take(limit).collect()
    }

    /// Returns `true` if all terms match this row. For tests.
    #[must_use]
    pub fn admits(&self, row: &Map<String, Value>) -> bool {
        let matches = |field: &str, test: &Test| {
            let mut texts = Vec::new();
            let path: Vec<_> = field.split('.').collect();
            texts_at(row, &path, &mut texts);
            match test.modifier {
                Modifier::NotEqual => {
                    !texts.is_empty() && texts.iter().all(|text| test.matches(text, self.ignore_case))
                }
                _ => texts.iter().any(|text| test.matches(text, self.ignore_case)),
            }
        };
        self.terms.iter().all(|(field, test)| matches(field, test))
            && self.has.iter().all(|field| {
                let mut texts = Vec::new();
                texts_at(row, &field.split('.').collect::<Vec<_>>(), &mut texts);
                row.get(field).is_some_and(|value| value.is_object() || value.is_array())
                    || texts.iter().any(|text| text != "NULL")
            })
    }
}

impl Test {
    fn matches(&self, text: &str, ignore_case: bool) -> bool {
        let fold = |text: &str| if ignore_case { text.to_lowercase() } else { text.to_owned() };
        let text = fold(text);
        self.values.iter().any(|value| {
            let value = fold(value);
            let order = match (text.parse::<f64>(), value.parse::<f64>()) {
                (Ok(number), Ok(bound)) => number.total_cmp(&bound),
                _ => text.cmp(&value),
            };
            match self.modifier {
                Modifier::Equal => text == value,
                Modifier::NotEqual => text != value,
                Modifier::Less => order.is_lt(),
                Modifier::LessOrEqual => order.is_le(),
                Modifier::Greater => order.is_gt(),
                Modifier::GreaterOrEqual => order.is_ge(),
                Modifier::StartsWith => text.starts_with(&value),
                Modifier::Contains => text.contains(&value),
            }
        })
    }
}

/// The values at the end of the path; in lists, of every item.
fn texts_at(row: &Map<String, Value>, path: &[&str], texts: &mut Vec<String>) {
    let Some((first, rest)) = path.split_first() else { return };
    if let Some(value) = row.get(*first) {
        return texts_of(value, rest, texts);
    }
    // The server stores names in lower case too.
    let name = first.strip_suffix("_lower").and_then(|first| row.get(first)).and_then(Value::as_str);
    texts.extend(name.filter(|_| rest.is_empty()).map(str::to_lowercase));
}

fn texts_of(value: &Value, path: &[&str], texts: &mut Vec<String>) {
    match value {
        Value::Object(object) => texts_at(object, path, texts),
        Value::Array(list) => list.iter().for_each(|value| texts_of(value, path, texts)),
        Value::String(text) if path.is_empty() => texts.push(text.clone()),
        Value::Number(number) if path.is_empty() => texts.push(number.to_string()),
        Value::Bool(value) if path.is_empty() => texts.push(u8::from(*value).to_string()),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::term::{any_of, contains, ge, lt, ne, starts_with};
    use super::*;

    #[test]
    fn terms_hold_as_they_do_on_the_server() {
        let row = json!({
            "character_id": 5,
            "name": { "first": "Higby" },
            "battle_rank": { "value": "100" },
            "title_id": "NULL",
            "items": [{ "item_id": "1" }, { "item_id": "2" }],
        });
        let Value::Object(row) = row else { unreachable!("it is one") };
        let query = || Query::new("character");
        for query in [
            query(),
            query().filter("character_id", 5),
            query().filter("character_id", any_of([4, 5])),
            query().filter("name.first_lower", "higby"),
            query().filter("name.first", "HIGBY").ignore_case(),
            query().filter("name.first", starts_with("Hig")).filter("name.first", contains("gby")),
            query().filter("battle_rank.value", ge(99)).filter("battle_rank.value", lt(1_000)),
            query().filter("items.item_id", 2),
            query().filter("name.first", ne("Smedley")).has("items").has("name.first").has("items.item_id"),
        ] {
            assert!(query.admits(&row), "{query:?}");
        }
        for fails in [
            query().filter("character_id", 6),
            query().filter("name.first", "higby"),
            query().filter("outfit_id", ne(1)),
            query().filter("items", 1),
            query().has("outfit"),
            query().has("name.last"),
            query().has("title_id"),
        ] {
            assert!(!fails.admits(&row), "{fails:?}");
        }
        assert_eq!(query().limit(2).start(1).select([&row, &row]).len(), 1);
    }
}
