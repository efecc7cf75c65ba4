//! The subjects of the events that the triggers of the start take.

use std::collections::BTreeSet;

use auraxis_core::message::is_match;
use rustc_hash::FxHashMap;

/// The maximum number of subjects that are remembered: more than there are worlds times kinds, and a bound if somebody
/// publishes others.
const MAX_KNOWN: usize = 4_096;

/// Filters of subjects, and which subjects they match.
#[derive(Debug)]
pub(super) struct Subjects {
    filters: BTreeSet<String>,
    known: FxHashMap<Box<str>, bool>,
}

impl Subjects {
    pub(super) fn new(filters: BTreeSet<String>) -> Self {
        Self { filters, known: FxHashMap::default() }
    }

    pub(super) fn filters(&self) -> &BTreeSet<String> {
        &self.filters
    }

    /// Returns whether a filter matches the subject.
    pub(super) fn contains(&mut self, subject: &str) -> bool {
        if let Some(is_known) = self.known.get(subject) {
            return *is_known;
        }
        if self.known.len() == MAX_KNOWN {
            self.known.clear();
        }
        let is_match = is_match(&self.filters, subject);
        self.known.insert(subject.into(), is_match);
        is_match
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subjects_match_alike_whether_they_are_known_or_not() {
        let mut subjects = Subjects::new(["ps2.ps2.*.Death", "ps2.ps2.17.*"].map(String::from).into());
        for _ in 0..2 {
            assert!(subjects.contains("ps2.ps2.1.Death") && subjects.contains("ps2.ps2.17.PlayerLogin"));
            assert!(!subjects.contains("ps2.ps2.1.PlayerLogin"));
            (0..2 * MAX_KNOWN).for_each(|world| assert!(subjects.contains(&format!("ps2.ps2.{world}.Death"))));
            assert!(subjects.known.len() <= MAX_KNOWN);
        }
    }
}
