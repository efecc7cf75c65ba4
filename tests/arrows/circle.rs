//! Circles of arrows.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::resolve::Arrows;

/// The largest number of circles in a message.
const TOLD: usize = 12;

/// A circle, from each file to the next with the names that lead there; back to the first at the end.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Circle {
    files: Vec<String>,
    names: Vec<BTreeSet<String>>,
}

/// The shortest circle through each arrow that is part of one, the shortest first.
pub(crate) fn find(arrows: &Arrows) -> Vec<Circle> {
    let mut next: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (from, to) in arrows.keys() {
        next.entry(from).or_default().push(to);
    }
    let mut circles = BTreeSet::new();
    for (from, to) in arrows.keys() {
        if let Some(mut files) = way(&next, to, from) {
            let first = files.iter().enumerate().min_by_key(|(_, file)| **file).map_or(0, |(at, _)| at);
            files.rotate_left(first);
            circles.insert((files.len(), files));
        }
    }
    let names = |from: &str, to: &str| arrows[&(from.to_owned(), to.to_owned())].clone();
    let circle = |files: Vec<&str>| {
        let after = files.iter().cycle().skip(1);
        let names = files.iter().zip(after).map(|(from, to)| names(from, to)).collect();
        Circle { files: files.into_iter().map(str::to_owned).collect(), names }
    };
    circles.into_iter().map(|(_, files)| circle(files)).collect()
}

/// The files on the shortest way, both ends included.
fn way<'a>(next: &BTreeMap<&'a str, Vec<&'a str>>, from: &'a str, to: &'a str) -> Option<Vec<&'a str>> {
    let mut before = BTreeMap::from([(from, from)]);
    let mut queue = VecDeque::from([from]);
    while let Some(file) = queue.pop_front() {
        if file == to {
            let mut way = vec![to];
            while way[way.len() - 1] != from {
                way.push(before[way[way.len() - 1]]);
            }
            way.reverse();
            return Some(way);
        }
        for after in next.get(file).into_iter().flatten() {
            before.entry(after).or_insert_with(|| {
                queue.push_back(after);
                file
            });
        }
    }
    None
}

/// The circles, one per line.
pub(crate) fn list(circles: &[Circle]) -> String {
    let line = |Circle { files, names }: &Circle| {
        let next = files.iter().cycle().skip(1).zip(names);
        let arrows: Vec<_> = next.map(|(file, names)| format!(" → {file} ({})", join(names))).collect();
        format!("  {}{}\n", files[0], arrows.concat())
    };
    let more = circles.len().saturating_sub(TOLD);
    let rest = (more > 0).then(|| format!("  and {more} more\n"));
    circles.iter().take(TOLD).map(line).chain(rest).collect()
}

/// Names with commas between them.
pub(crate) fn join(names: &BTreeSet<String>) -> String {
    names.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
}
