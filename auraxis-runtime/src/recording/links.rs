//! Which links a recording has connected, and where a run broke off without saying so.

use std::{collections::BTreeMap, mem};

use super::{line::Record, reader::Entry};

/// Why a link is disconnected that no line disconnects.
const BROKEN_OFF: &str = "the recording breaks off here";

/// The links of recordings that are read one after the other.
#[derive(Debug, Default)]
pub(crate) struct Links {
    links: BTreeMap<u32, Link>,
    /// When the last line came, in milliseconds since 1970.
    last_ms: i64,
}

#[derive(Debug)]
struct Link {
    /// How often it was connected in its run.
    count: u64,
    connected: bool,
}

impl Links {
    /// Takes the next line, and returns what goes before it: the end of the links that were connected when an earlier
    /// run crashed. A link whose count does not rise belongs to another run.
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
            record: Ok(Record::Disconnected { reason: BROKEN_OFF.into(), heard_ms: last_ms }),
        };
        lost.into_iter().map(disconnected).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Which links have broken off, and when, with each of these lines.
    fn broken_off(lines: &[(i64, u32, Record)]) -> Vec<Vec<(u32, i64)>> {
        let mut state = Links::default();
        let follow = |(at_ms, link, record): &(i64, u32, Record)| {
            let entry = Entry { number: 1, at_ms: Some(*at_ms), link: *link, record: Ok(record.clone()) };
            state.follow(&entry).iter().map(|entry| (entry.link, entry.at_ms.unwrap())).collect()
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
    fn a_run_that_ends_in_order_breaks_nothing_off() {
        let lines = [(1, 0, connected(1)), (2, 0, disconnected()), (3, 0, connected(2)), (4, 0, disconnected())];
        let again = [(5, 0, connected(1)), (6, 1, connected(1))];
        assert!(broken_off(&[&lines[..], &again].concat()).iter().all(Vec::is_empty));
    }

    #[test]
    fn a_crash_ends_all_links_of_its_run_with_its_last_line() {
        let run = [(1, 0, connected(1)), (2, 1, connected(1)), (9, 1, disconnected())];
        let one = broken_off(&[&run[..], &[(20, 0, connected(1))]].concat());
        assert_eq!(one.last().unwrap(), &[(0, 9)]);
        // Link 1 was lost already, but it counts anew.
        let other = broken_off(&[&run[..], &[(20, 1, connected(1)), (21, 0, connected(1))]].concat());
        assert_eq!(other[3..], [vec![(0, 9)], vec![]]);
    }

    #[test]
    fn a_link_that_is_connected_twice_was_lost_in_between() {
        let lines = [(1, 0, connected(1)), (2, 1, connected(1)), (9, 0, connected(2))];
        assert_eq!(broken_off(&lines)[2], [(0, 2)]);
    }
}
