//! Suggestions for misspelled names.

/// Returns the most similar of `names`: one that differs in at most two letters, or fewer if it is short.
pub(crate) fn find_similar<'a>(misspelled: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let misspelled = misspelled.to_lowercase();
    names
        .into_iter()
        .map(|name| (edit_distance(&misspelled, name), name))
        .filter(|(distance, name)| *distance <= (name.len() / 2).min(2))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// The Levenshtein distance: how many letters to insert, delete or replace.
fn edit_distance(from: &str, to: &str) -> usize {
    let mut distances: Vec<usize> = (0..=to.chars().count()).collect();
    for (done, letter) in from.chars().enumerate() {
        let mut above_left = done;
        let mut left = done + 1;
        for (cell, other) in distances.iter_mut().skip(1).zip(to.chars()) {
            left = (above_left + usize::from(letter != other)).min(left + 1).min(*cell + 1);
            above_left = std::mem::replace(cell, left);
        }
    }
    distances.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{edit_distance, find_similar};

    #[test]
    fn edit_distance_counts_letters() {
        for (from, to, expected) in [
            ("worlds", "worlds", 0),
            ("wrlds", "worlds", 1),
            ("worldss", "worlds", 1),
            ("wprlds", "worlds", 1),
            ("qeuue", "queue", 2),
            ("", "key", 3),
        ] {
            assert_eq!(edit_distance(from, to), expected, "{from} → {to}");
        }
    }

    #[test]
    fn only_similar_names_are_suggested() {
        let names = ["key", "name", "concurrency", "condition"];
        assert_eq!(find_similar("conditon", names), Some("condition"));
        assert_eq!(find_similar("Name", names), Some("name"));
        assert_eq!(find_similar("kye", names), None);
        assert_eq!(find_similar("foo", names), None);
    }
}
