//! Counts events by kind, and prints the counts at the end.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard},
};

use auraxis::prelude::*;

#[derive(Default)]
pub(crate) struct Tally(Mutex<HashMap<String, u64>>);

impl Tally {
    pub(crate) fn counts(&self) -> MutexGuard<'_, HashMap<String, u64>> {
        self.0.lock().expect("no run panics with the lock")
    }
}

#[trigger(Event)]
fn count(event: Event, tally: State<Tally>) {
    *tally.counts().entry(event.name().to_owned()).or_default() += 1;
}

#[trigger(Stopping)]
fn print(_: Stopping, tally: State<Tally>) {
    let mut counts: Vec<_> = tally.counts().drain().collect();
    counts.sort_by(|(a, most), (b, more)| more.cmp(most).then_with(|| a.cmp(b)));
    for (kind, count) in &counts {
        println!("{kind} {count}");
    }
    println!("total {}", counts.iter().map(|(_, count)| count).sum::<u64>());
}

fn main() -> auraxis::Result {
    auraxis::run!(state = Tally::default())
}
