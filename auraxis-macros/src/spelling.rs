//! Which word a misspelt one was meant to be.

/// The nearest of `words`, if one is near at all: two letters off at most, and fewer for short words.
pub(crate) fn nearest<'a>(misspelt: &str, words: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let misspelt = misspelt.to_lowercase();
    words
        .into_iter()
        .map(|word| (distance(&misspelt, word), word))
        .filter(|(distance, word)| *distance <= (word.len() / 2).min(2))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, word)| word)
}

/// How many letters to add, remove or replace on the way from one word to the other.
fn distance(from: &str, to: &str) -> usize {
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
    use super::{distance, nearest};

    #[test]
    fn distance_counts_letters() {
        for (from, to, expected) in [
            ("worlds", "worlds", 0),
            ("wrlds", "worlds", 1),
            ("worldss", "worlds", 1),
            ("wprlds", "worlds", 1),
            ("qeuue", "queue", 2),
            ("", "key", 3),
        ] {
            assert_eq!(distance(from, to), expected, "{from} → {to}");
        }
    }

    #[test]
    fn only_near_words_are_suggested() {
        let words = ["key", "name", "concurrency", "condition"];
        assert_eq!(nearest("conditon", words), Some("condition"));
        assert_eq!(nearest("Name", words), Some("name"));
        assert_eq!(nearest("kye", words), None);
        assert_eq!(nearest("foo", words), None);
    }
}
