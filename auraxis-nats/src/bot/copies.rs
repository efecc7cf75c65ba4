//! The copies of a bot, which tell each other what they take.
//!
//! While a bot is replaced by a new version with other triggers, its durable consumer delivers what either version takes, to
//! any copy. A copy that does not take an event asks the others, and gives it back as long as one of them takes it.

use std::{
    collections::{BTreeSet, VecDeque},
    time::{Duration, Instant},
};

use async_nats::{Client, Message, Subscriber};
use auraxis_core::{environment::Environment, message::is_match};
use futures_util::StreamExt as _;
use rustc_hash::FxHashMap;
use tokio::time::{sleep_until, timeout};

use crate::{Error, ErrorKind, Result, connect::chain};

/// How long copies can take to answer.
const PATIENCE: Duration = Duration::from_millis(500);

/// How long they are not asked again.
const INTERVAL: Duration = Duration::from_secs(2);

/// How many times in a row no copy must have given an event back before the event itself is blamed, because a busy copy may
/// not answer in time.
const ROUNDS: usize = 3;

/// The maximum number of answers that are read, against a flood.
const MAX_ANSWERS: usize = 1_000;

/// What this copy knows of the others.
#[derive(Debug)]
pub(super) struct Copies {
    subject: String,
    own: BTreeSet<String>,
    requests: Option<Subscriber>,
    is_asking: bool,
    asked_at: Option<Instant>,
    /// The filters of each copy, as answered in the last rounds.
    rounds: VecDeque<Vec<BTreeSet<String>>>,
    /// The subjects of events that this copy does not take, and was given.
    foreign: FxHashMap<String, Claim>,
}

/// What is known of a subject that this copy does not take.
#[derive(Clone, Copy, Debug)]
struct Claim {
    /// When a copy last said that it takes it.
    claimed_at: Instant,
    /// The number of rounds since when no copy has said so for a while.
    unclaimed_rounds: usize,
}

/// What to do with an event that this copy does not take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Foreign {
    /// Give it back: another copy may take it.
    Return,
    /// No copy has taken such events for a while.
    Drop,
}

impl Copies {
    pub(super) fn new(environment: Environment, durable: &str, own: BTreeSet<String>) -> Self {
        Self {
            subject: format!("auraxis.copies.{environment}.{durable}"),
            own,
            requests: None,
            is_asking: false,
            asked_at: None,
            rounds: VecDeque::new(),
            foreign: FxHashMap::default(),
        }
    }

    /// Begins to answer the questions of other copies.
    pub(super) async fn listen(&mut self, client: &Client) -> Result {
        let requests = client.subscribe(self.subject.clone()).await.map_err(|error| failed(&error))?;
        self.requests = Some(requests);
        Ok(())
    }

    /// Waits for a question.
    pub(super) async fn question(&mut self) -> Option<Message> {
        match &mut self.requests {
            Some(requests) => requests.next().await,
            None => std::future::pending().await,
        }
    }

    /// The answer to a question.
    pub(super) fn answer(&self) -> String {
        self.own.iter().map(String::as_str).collect::<Vec<_>>().join(" ")
    }

    /// Decides about an event that this copy does not take, and was given.
    pub(super) fn foreign(&mut self, subject: &str, now: Instant) -> Foreign {
        let unknown = Claim { claimed_at: now, unclaimed_rounds: 0 };
        let claim = self.foreign.entry(subject.to_owned()).or_insert(unknown);
        if claim.unclaimed_rounds > 0 { Foreign::Drop } else { Foreign::Return }
    }

    /// Returns whether every copy takes events of this subject, so that none gives them back; `None` if they have to be asked
    /// first.
    pub(super) fn all_take(&self, subject: &str) -> Option<bool> {
        let mut answers = self.rounds.iter().flatten();
        let is_returned = answers.any(|filters| !is_match(filters, subject));
        if is_returned { Some(false) } else { (self.rounds.len() == ROUNDS).then_some(true) }
    }

    /// Returns the question that has to be asked now, if any.
    pub(super) fn next_question(&mut self, is_wanted: bool, now: Instant) -> Option<String> {
        let is_late = self.asked_at.is_none_or(|at| now.saturating_duration_since(at) >= INTERVAL);
        let is_due = (is_wanted || !self.foreign.is_empty()) && !self.is_asking && is_late;
        if is_due {
            self.is_asking = true;
            self.asked_at = Some(now);
        }
        is_due.then(|| self.subject.clone())
    }

    /// A question could not be asked, or its session has ended.
    pub(super) fn forget_question(&mut self) {
        self.is_asking = false;
        self.requests = None;
    }

    /// Takes the answers. Returns the filters of all copies together if these should replace those of the consumer, because no
    /// copy takes some of what it delivers.
    pub(super) fn answered(
        &mut self,
        answers: Vec<BTreeSet<String>>,
        unclaimed_for: Duration,
        now: Instant,
    ) -> Option<BTreeSet<String>> {
        self.is_asking = false;
        for (subject, claim) in &mut self.foreign {
            let is_claimed = answers.iter().any(|filters| is_match(filters, subject));
            if is_claimed {
                claim.claimed_at = now;
            }
            let is_unclaimed = now.saturating_duration_since(claim.claimed_at) >= unclaimed_for;
            claim.unclaimed_rounds = if is_unclaimed { claim.unclaimed_rounds + 1 } else { 0 };
        }
        // What has been given back is dropped first: the server does not deliver again what its filters no longer match, nor
        // forget it.
        let is_drained = self.foreign.values().any(|claim| claim.unclaimed_rounds > 1);
        let all = is_drained.then(|| answers.iter().flatten().chain(&self.own).cloned().collect());
        self.rounds.truncate(ROUNDS - 1);
        self.rounds.push_front(answers);
        all
    }

    /// The consumer delivers only what a copy takes. What had been delivered before can still come back, and is then known
    /// again after a while.
    pub(super) fn filters_replaced(&mut self) {
        self.foreign.retain(|_, claim| claim.unclaimed_rounds <= 1);
    }
}

/// Asks all copies, including this one, what they take.
pub(super) async fn ask(client: Client, subject: String) -> Result<Vec<BTreeSet<String>>> {
    let inbox = client.new_inbox();
    let mut answers = client.subscribe(inbox.clone()).await.map_err(|error| failed(&error))?;
    client.publish_with_reply(subject, inbox, "".into()).await.map_err(|error| failed(&error))?;
    let deadline = tokio::time::Instant::now() + PATIENCE;
    let mut filters = Vec::new();
    while filters.len() < MAX_ANSWERS {
        let answer = tokio::select! {
            answer = answers.next() => answer,
            () = sleep_until(deadline) => None,
        };
        let Some(answer) = answer else { break };
        // Without any copy, the server says so.
        if answer.status.is_none() {
            let text = String::from_utf8_lossy(&answer.payload);
            filters.push(text.split_whitespace().map(String::from).collect());
        }
    }
    let _ = timeout(PATIENCE, answers.unsubscribe()).await;
    Ok(filters)
}

fn failed(error: &(dyn std::error::Error + 'static)) -> Error {
    Error::new(ErrorKind::Broker, format!("cannot ask the copies of the bot: {}", chain(error)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEEP: Duration = Duration::from_secs(30);

    fn set(filters: &[&str]) -> BTreeSet<String> {
        filters.iter().copied().map(String::from).collect()
    }

    #[test]
    fn what_another_copy_takes_is_returned_and_what_none_takes_is_dropped_after_a_while() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut copies = Copies::new(Environment::Pc, "bot", set(&["ps2.ps2.*.Death"]));
        let login = "ps2.ps2.1.PlayerLogin";
        assert!(copies.next_question(false, at(0)).is_none(), "there is nothing to ask");

        assert_eq!(copies.foreign(login, at(0)), Foreign::Return);
        assert!(copies.next_question(false, at(0)).is_some());
        assert!(copies.next_question(false, at(9)).is_none(), "it is being asked");
        let other = set(&["ps2.ps2.1.*"]);
        assert_eq!(copies.answered(vec![other], KEEP, at(20)), None);
        assert_eq!(copies.foreign(login, at(90)), Foreign::Return, "nobody has been asked since");

        let deaths = || vec![set(&["ps2.ps2.*.Death"])];
        assert!(copies.next_question(false, at(49)).is_some());
        assert_eq!(copies.answered(deaths(), KEEP, at(49)), None);
        assert_eq!(copies.foreign(login, at(50)), Foreign::Return);
        assert!(copies.next_question(false, at(50)).is_none(), "it was asked a second ago");
        assert!(copies.next_question(false, at(51)).is_some());
        assert_eq!(copies.answered(deaths(), KEEP, at(51)), None);
        assert_eq!(copies.foreign(login, at(51)), Foreign::Drop);
        assert_eq!(copies.answered(deaths(), KEEP, at(53)).unwrap(), set(&["ps2.ps2.*.Death"]));
        copies.filters_replaced();
        assert_eq!(copies.foreign(login, at(54)), Foreign::Return);
    }

    #[test]
    fn an_event_that_comes_back_too_often_is_blamed_only_if_no_copy_gives_it_back() {
        let now = Instant::now();
        let mut copies = Copies::new(Environment::Pc, "bot", set(&["ps2.ps2.*.Death"]));
        let (ours, other) = (set(&["ps2.ps2.*.Death"]), set(&["ps2.ps2.17.*"]));
        assert_eq!(copies.all_take("ps2.ps2.17.Death"), None);
        assert!(copies.next_question(true, now).is_some());
        copies.answered(vec![ours.clone(), other], KEEP, now);
        assert_eq!(copies.all_take("ps2.ps2.1.Death"), Some(false));
        assert_eq!(copies.all_take("ps2.ps2.17.Death"), None);
        for is_blamed in [false, false, true] {
            copies.answered(vec![ours.clone()], KEEP, now);
            assert_eq!(copies.all_take("ps2.ps2.1.Death"), Some(is_blamed));
        }
    }
}
