//! Rooms: the folders of a crate's sources, one above the other.

use super::{circle::join, resolve::Arrows};

/// The rooms of the runtime, from below. A file names files of its own room and of those before it.
///
/// The ground is every file that stands beside the folders: what all rooms share, such as errors, addresses and the
/// clock. `lib.rs` lies above all.
pub(crate) const RUNTIME: &[&str] =
    &[GROUND, "rest", "dispatch", "recording", "source", "stream", "trigger", "client", "test", ROOT];

const GROUND: &str = "the ground";
const ROOT: &str = "lib.rs";

/// The arrows that run upwards, and the files in no known room, one per line.
pub(crate) fn violations(arrows: &Arrows, rooms: &[&str]) -> String {
    let height = |file: &str| rooms.iter().position(|it| *it == room(file));
    let violation = |((from, to), names): (&(String, String), _)| match (height(from), height(to)) {
        (Some(from_height), Some(to_height)) if from_height < to_height => {
            Some(format!("  {from} → {to} ({}) runs upwards\n", join(names)))
        }
        (Some(_), Some(_)) => None,
        (None, _) => Some(format!("  {from} is in no known room\n")),
        (_, None) => Some(format!("  {to} is in no known room\n")),
    };
    arrows.iter().filter_map(violation).collect()
}

fn room(file: &str) -> &str {
    match file.split_once('/') {
        Some((folder, _)) => folder,
        None if file == ROOT => ROOT,
        None => GROUND,
    }
}
