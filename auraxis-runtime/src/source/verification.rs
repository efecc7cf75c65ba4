//! Verification of a connection's subscription.
//!
//! The game's servers have been seen to lose parts of a subscription while connected, without any notice. The server
//! answers every command with its complete state, an *echo*, and an empty `subscribe` changes nothing. So an echo is
//! requested once per interval, and every echo is compared with what was requested.

use std::{collections::VecDeque, time::Duration};

use auraxis_core::{
    command::{Command, Echo, Lists},
    server_state::{Drift, ServerState},
};

/// The maximum number of different repairs without a matching echo before the connection is replaced.
const MAX_REPAIRS: u32 = 3;

/// The maximum number of echoes that can be outstanding. A server that sends none must not fill the memory.
const MAX_EXPECTED: usize = 1_024;

/// The result of comparing an echo.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It answers an earlier command, and proves nothing about the current state.
    Outdated,
    /// The server's subscription is the requested one.
    Match {
        /// Whether it differed before.
        is_repaired: bool,
    },
    /// The server's subscription is another one. Send these commands to repair it.
    Drift(Drift, Vec<Command>),
    /// The repair has made no difference, so this is all that the server can hold.
    Capacity(Drift),
    /// Repairs do not help: replace the connection.
    Unrepairable,
}

/// Compares echoes with the requested subscription.
#[derive(Debug)]
pub(super) struct Verification {
    interval: Duration,
    since_last: Duration,
    /// The states that the outstanding echoes should report; `None` for those that other commands followed immediately.
    expected: VecDeque<Option<ServerState>>,
    repairs: u32,
    /// The last difference that was repaired.
    drift: Option<Drift>,
    /// A difference that the server cannot repair.
    capacity: Option<Drift>,
    /// Whether to request the ids of the characters instead of their number.
    list_characters: bool,
}

impl Verification {
    pub(super) const fn new(interval: Duration) -> Self {
        Self {
            interval,
            since_last: Duration::ZERO,
            expected: VecDeque::new(),
            repairs: 0,
            drift: None,
            capacity: None,
            list_characters: false,
        }
    }

    /// Records that this many commands were sent, after which the server should have this state.
    pub(super) fn sent(&mut self, commands: usize, state: &ServerState) {
        let Some(before) = commands.checked_sub(1) else { return };
        self.expected.extend(std::iter::repeat_n(None, before));
        self.expected.push_back(Some(state.clone()));
        let surplus = self.expected.len().saturating_sub(MAX_EXPECTED);
        self.expected.drain(..surplus);
    }

    /// Advances the time since the last verification. Returns whether the next one is due.
    pub(super) fn advance(&mut self, elapsed: Duration) -> bool {
        self.since_last += elapsed;
        let is_due = self.since_last >= self.interval;
        if is_due {
            self.since_last = Duration::ZERO;
            // Echoes that were not received by now were not sent.
            self.expected.clear();
        }
        is_due
    }

    /// Returns the command that requests an echo.
    pub(super) fn request(&self) -> Command {
        Command::Subscribe {
            lists: Lists::default(),
            characters_and_worlds: None,
            list_characters: self.list_characters,
        }
    }

    /// Compares an echo with the requested state.
    pub(super) fn compare(&mut self, echo: &Echo, requested: &ServerState) -> Verdict {
        // A server can skip echoes, but it does not reorder them.
        let is_answered = |state: &Option<ServerState>| state.as_ref().is_some_and(|state| state.drift(echo).is_none());
        let answered = self.expected.iter().position(is_answered);
        match answered {
            Some(at) => drop(self.expected.drain(..=at)),
            None => drop(self.expected.pop_front()),
        }
        let Some(drift) = requested.drift(echo) else {
            let is_repaired = self.drift.take().is_some();
            (self.repairs, self.capacity, self.list_characters) = (0, None, false);
            return Verdict::Match { is_repaired };
        };
        if !self.expected.is_empty() {
            return Verdict::Outdated;
        }
        if self.capacity.as_ref() == Some(&drift) {
            return Verdict::Outdated;
        }
        if self.drift.as_ref() == Some(&drift) && drift.characters.is_none() {
            self.capacity = Some(drift.clone());
            return Verdict::Capacity(drift);
        }
        self.repairs += 1;
        if self.repairs > MAX_REPAIRS {
            return Verdict::Unrepairable;
        }
        let commands = self.repair(&drift, requested);
        self.drift = Some(drift.clone());
        Verdict::Drift(drift, commands)
    }

    /// Returns the commands that repair a difference.
    fn repair(&mut self, drift: &Drift, requested: &ServerState) -> Vec<Command> {
        if drift.characters.is_some() {
            // Which characters are missing is not known before they are listed.
            self.list_characters = true;
            let missing = Lists { characters: requested.lists.characters.clone(), ..drift.missing.clone() };
            return subscribe(missing, Some(requested.characters_and_worlds)).chain([self.request()]).collect();
        }
        let flag = drift.flag.then_some(requested.characters_and_worlds);
        let adds = !drift.missing.is_empty() || flag.is_some();
        let added = adds.then(|| subscribe(drift.missing.clone(), flag)).into_iter().flatten();
        let removed = drift.extra.clone();
        let removed =
            (!removed.is_empty()).then(|| removed.chunks().map(Command::ClearSubscribe)).into_iter().flatten();
        added.chain(removed).collect()
    }
}

/// Returns the commands that add these lists.
pub(super) fn subscribe(lists: Lists, flag: Option<bool>) -> impl Iterator<Item = Command> {
    lists.chunks().enumerate().map(move |(at, lists)| Command::Subscribe {
        lists,
        characters_and_worlds: flag.filter(|_| at == 0),
        list_characters: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(events: &[&str], characters: usize) -> ServerState {
        let texts = |texts: &[&str]| texts.iter().map(ToString::to_string).collect();
        ServerState {
            lists: Lists {
                event_names: texts(events),
                characters: (0..characters).map(|id| id.to_string()).collect(),
                worlds: texts(&["1"]),
            },
            characters_and_worlds: false,
        }
    }

    /// A server that applies commands, or only some of them.
    struct Server(ServerState);

    impl Server {
        fn apply(&mut self, commands: &[Command]) -> Echo {
            for command in commands {
                self.0.apply(command);
            }
            let listed = matches!(commands.last(), Some(Command::Subscribe { list_characters: true, .. }));
            self.0.echo(listed)
        }
    }

    #[test]
    fn a_lost_event_is_repaired_and_proved() {
        let (requested, mut server) = (state(&["Death", "PlayerLogin"], 3), Server(state(&["Death"], 3)));
        let mut verification = Verification::new(Duration::from_mins(1));
        let echo = server.apply(&[verification.request()]);
        let Verdict::Drift(drift, commands) = verification.compare(&echo, &requested) else { panic!("no drift") };
        assert_eq!(drift.missing.event_names, ["PlayerLogin".to_owned()].into());
        let echo = server.apply(&commands);
        assert_eq!(verification.compare(&echo, &requested), Verdict::Match { is_repaired: true });
        assert_eq!(verification.compare(&echo, &requested), Verdict::Match { is_repaired: false });
    }

    #[test]
    fn lost_characters_are_repaired_though_only_their_number_is_known() {
        let (requested, mut server) = (state(&["Death"], 1_200), Server(state(&["Death"], 1_199)));
        let mut verification = Verification::new(Duration::from_mins(1));
        let echo = server.apply(&[verification.request()]);
        let Verdict::Drift(drift, commands) = verification.compare(&echo, &requested) else { panic!("no drift") };
        assert_eq!((drift.characters, commands.len()), (Some((1_200, 1_199)), 4));
        let echo = server.apply(&commands);
        assert_eq!(verification.compare(&echo, &requested), Verdict::Match { is_repaired: true });
    }

    #[test]
    fn what_a_server_cannot_hold_is_reported_once() {
        let (requested, server) = (state(&["Death", "PlayerLogin"], 3), Server(state(&["Death"], 3)));
        let mut verification = Verification::new(Duration::from_mins(1));
        let echo = server.0.echo(false);
        assert!(matches!(verification.compare(&echo, &requested), Verdict::Drift(..)));
        assert!(matches!(verification.compare(&echo, &requested), Verdict::Capacity(_)));
        assert_eq!(verification.compare(&echo, &requested), Verdict::Outdated);
    }

    #[test]
    fn a_subscription_that_keeps_changing_is_given_up() {
        let requested = state(&["Death", "PlayerLogin", "PlayerLogout"], 3);
        let mut verification = Verification::new(Duration::from_mins(1));
        let echoes =
            [&["Death"][..], &["PlayerLogin"], &["PlayerLogout"], &[]].map(|events| state(events, 3).echo(false));
        let verdicts: Vec<_> = echoes.iter().map(|echo| verification.compare(echo, &requested)).collect();
        assert!(matches!(verdicts[2], Verdict::Drift(..)));
        assert_eq!(verdicts[3], Verdict::Unrepairable);
    }

    #[test]
    fn answers_to_earlier_commands_prove_nothing() {
        let mut verification = Verification::new(Duration::from_mins(1));
        let (first, second) = (state(&["Death"], 0), state(&["Death", "PlayerLogin"], 0));
        verification.sent(1, &first);
        verification.sent(1, &second);
        assert_eq!(verification.compare(&first.echo(false), &second), Verdict::Outdated);
        assert_eq!(verification.compare(&second.echo(false), &second), Verdict::Match { is_repaired: false });
        // An echo was lost: the next one still counts.
        verification.sent(1, &first);
        verification.sent(1, &second);
        assert_eq!(verification.compare(&second.echo(false), &second), Verdict::Match { is_repaired: false });
    }

    #[test]
    fn a_verification_is_due_once_per_interval() {
        let mut verification = Verification::new(Duration::from_mins(1));
        let due = (0..121).filter(|_| verification.advance(Duration::from_secs(1))).count();
        assert_eq!(due, 2);
    }
}
