//! The war as an iterator of events.

use std::{collections::BTreeSet, time::Duration};

use auraxis_core::{environment::Environment, time::Timestamp};

use super::{
    event::{Draft, WarEvent},
    roster::Roster,
    scene,
    schedule::Task,
    state::State,
};

/// A war on the worlds of one environment: an endless iterator of events.
///
/// ```
/// use auraxis_core::time::Timestamp;
/// use auraxis_sim::War;
///
/// let first = |seed| War::new(seed, Timestamp(1_700_000_000)).take(100).map(|event| event.frame).collect::<Vec<_>>();
/// assert_eq!(first(1), first(1));
/// assert_ne!(first(1), first(2));
/// ```
#[derive(Clone, Debug)]
pub struct War {
    state: State,
    this_second: ThisSecond,
}

impl War {
    /// The average number of events per second of the war's own clock.
    pub const RATE: f64 = 50.0;

    /// Creates a war on the PC worlds that starts at `start`.
    #[must_use]
    pub fn new(seed: u64, start: Timestamp) -> Self {
        Self::with_environment(Environment::Pc, seed, start)
    }

    /// Creates a war on the worlds of this environment that starts at `start`.
    #[must_use]
    pub fn with_environment(environment: Environment, seed: u64, start: Timestamp) -> Self {
        Self::at_hour(environment, seed, start, None)
    }

    /// Creates a war whose worlds are populated as at this hour in UTC, whatever `start` is.
    pub(crate) fn at_hour(environment: Environment, seed: u64, start: Timestamp, hour: Option<u8>) -> Self {
        let mut state = State::new(environment, seed, start, hour);
        scene::open(&mut state);
        Self { state, this_second: ThisSecond::default() }
    }

    /// Returns the time of the last event.
    #[must_use]
    pub fn clock(&self) -> Timestamp {
        self.state.clock()
    }

    /// Returns the environment whose worlds it is fought on.
    #[must_use]
    pub fn environment(&self) -> Environment {
        self.state.environment
    }

    /// Returns the milliseconds from the start to the last event.
    pub(crate) fn elapsed(&self) -> u64 {
        self.state.now
    }

    pub(crate) fn roster(&self) -> &Roster {
        &self.state.roster
    }

    /// Returns when the next task is due, in milliseconds of the war.
    pub(crate) fn due(&self) -> Option<u64> {
        self.state.schedule.next()
    }

    /// Returns the next event, if it happens by `until`, in milliseconds of the war.
    pub(crate) fn next_until(&mut self, until: u64) -> Option<WarEvent> {
        let state = &mut self.state;
        loop {
            let (at, task) = state.schedule.take(until)?;
            state.now = at;
            match task {
                Task::Scene(scene) => scene::play(state, scene),
                Task::Event(draft) => {
                    if !state.is_possible(&draft) || !self.this_second.allows(at / 1_000, &draft) {
                        continue;
                    }
                    let effect = draft.effect;
                    let text = draft.render(state.clock());
                    if !self.this_second.is_new(&text) {
                        continue;
                    }
                    if let Some(effect) = effect {
                        state.apply(effect);
                    }
                    if let Some(event) = WarEvent::parse(Duration::from_millis(at), text) {
                        return Some(event);
                    }
                }
            }
        }
    }
}

impl Iterator for War {
    type Item = WarEvent;

    /// Returns the next event. Never returns `None`.
    fn next(&mut self) -> Option<WarEvent> {
        self.next_until(u64::MAX)
    }
}

/// The events of the current second. Within a second, no frame occurs twice, and no character gains the same experience
/// twice.
#[derive(Clone, Debug, Default)]
struct ThisSecond {
    second: u64,
    texts: BTreeSet<String>,
    gains: BTreeSet<(usize, String)>,
}

impl ThisSecond {
    fn allows(&mut self, second: u64, draft: &Draft) -> bool {
        if self.second != second {
            self.second = second;
            self.texts.clear();
            self.gains.clear();
        }
        draft.experience_gain().is_none_or(|(soldier, id)| self.gains.insert((soldier, id.to_owned())))
    }

    fn is_new(&mut self, text: &str) -> bool {
        self.texts.insert(text.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_an_hour_the_same_characters_do_the_same_whatever_the_start_is() {
        let (midnight, evening) = (1_700_006_400, 20);
        let actions = |war: War| {
            let action = |it: WarEvent| (it.offset, it.event.kind(), it.event.character_ids().collect::<Vec<_>>());
            war.take(2_000).map(action).collect::<Vec<_>>()
        };
        let of_evening = actions(War::new(1, Timestamp(midnight + 20 * 3_600)));
        let morning = Timestamp(midnight + 7 * 3_600 + 1_234);
        assert!(actions(War::at_hour(Environment::Pc, 1, morning, Some(evening))) == of_evening);
        assert!(actions(War::new(1, morning)) != of_evening);
        let first = War::at_hour(Environment::Pc, 1, morning, Some(evening)).next();
        assert_eq!(first.and_then(|first| first.event.timestamp()), Some(morning));
    }
}
