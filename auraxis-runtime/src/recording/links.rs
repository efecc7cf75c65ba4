//! Tracks the links of a recording, to detect where a run was interrupted.

use std::{collections::BTreeMap, mem};

use super::{line::Record, reader::Entry};

/// The reason for the disconnection of links that a crash left connected.
const INTERRUPTED: &str = "the recording was interrupted here";

/// The links of recordings that are read one after another.
#[derive(Debug, Default)]
pub(crate) struct Links {
    links: BTreeMap<u32, Link>,
    /// The time of the last line, in milliseconds since the Unix epoch.
    last_ms: i64,
}

#[derive(Debug)]
struct Link {
    /// How often the link was connected in its run.
    count: u64,
    connected: bool,
}

impl Links {
    /// Tracks the next line, and returns the entries to insert before it: disconnections of the links that were
    /// connected when an earlier run crashed. A link whose count does not increase belongs to a new run.
    pub(crate) fn follow(&mut self, entry: &Entry) -> Vec<Entry> {
        let mut lost = Vec::new();
        match entry.record {
            Ok(Record::Connected { count }) => {
                if self.links.get(&entry.link).is_some_and(|link| count <= link.count) {
                    let earlier = mem::take(&mut self.links).into_iter();
                    lost.extend(earlier.filter(|(_, link)| link.connected).map(|(number, _)| number));
                } else if self.links.get(&entry.link).is_some_and(|link| link.connected) {
                    lost.push(entry.link);
                }
                self.links.insert(entry.link, Link { count, connected: true });
            }
            Ok(Record::Disconnected { .. }) => {
                if let Some(link) = self.links.get_mut(&entry.link) {
                    link.connected = false;
                }
            }
            _ => {}
        }
        let last_ms = self.last_ms;
        self.last_ms = entry.at_ms.unwrap_or(last_ms);
        let disconnected = |link| Entry {
            number: entry.number,
            at_ms: Some(last_ms),
            link,
            record: Ok(Record::Disconnected { reason: INTERRUPTED.into(), heard_ms: last_ms }),
        };
        lost.into_iter().map(disconnected).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the links that each line disconnects, with the time.
    fn interrupted(lines: &[(i64, u32, Record)]) -> Vec<Vec<(u32, i64)>> {
        let mut tracker = Links::default();
        let follow = |(at_ms, link, record): &(i64, u32, Record)| {
            let entry = Entry { number: 1, at_ms: Some(*at_ms), link: *link, record: Ok(record.clone()) };
            tracker.follow(&entry).iter().map(|entry| (entry.link, entry.at_ms.unwrap())).collect()
        };
        lines.iter().map(follow).collect()
    }

    fn connected(count: u64) -> Record {
        Record::Connected { count }
    }

    fn disconnected() -> Record {
        Record::Disconnected { reason: "reset".into(), heard_ms: 0 }
    }

    #[test]
    fn a_run_that_was_finished_is_not_interrupted() {
        let lines = [(1, 0, connected(1)), (2, 0, disconnected()), (3, 0, connected(2)), (4, 0, disconnected())];
        let again = [(5, 0, connected(1)), (6, 1, connected(1))];
        assert!(interrupted(&[&lines[..], &again].concat()).iter().all(Vec::is_empty));
    }

    #[test]
    fn a_crash_disconnects_all_links_of_its_run_at_its_last_line() {
        let run = [(1, 0, connected(1)), (2, 1, connected(1)), (9, 1, disconnected())];
        let one = interrupted(&[&run[..], &[(20, 0, connected(1))]].concat());
        assert_eq!(one.last().unwrap(), &[(0, 9)]);
        // Link 1 was already lost, but its count restarts.
        let other = interrupted(&[&run[..], &[(20, 1, connected(1)), (21, 0, connected(1))]].concat());
        assert_eq!(other[3..], [vec![(0, 9)], vec![]]);
    }

    #[test]
    fn a_link_that_is_connected_twice_was_disconnected_in_between() {
        let lines = [(1, 0, connected(1)), (2, 1, connected(1)), (9, 0, connected(2))];
        assert_eq!(interrupted(&lines)[2], [(0, 2)]);
    }
}
