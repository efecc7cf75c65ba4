//! The copies of a bot, which tell each other what they take.
//!
//! While a bot is replaced by a new version with other triggers, its durable consumer delivers what either version takes, to
//! any copy. A copy that does not take an event asks the others, and gives it back as long as one of them takes it.

use std::{
    collections::BTreeSet,
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

/// How long their answers are used.
const FRESH: Duration = Duration::from_secs(5);

/// The maximum number of answers that are read, against a flood.
const MAX_ANSWERS: usize = 1_000;

/// What this copy knows of the others.
#[derive(Debug)]
pub(super) struct Copies {
    subject: String,
    own: BTreeSet<String>,
    requests: Option<Subscriber>,
    is_asking: bool,
    /// The filters of each copy, and when they were asked for.
    answers: Option<(Instant, Vec<BTreeSet<String>>)>,
    /// When a copy last said that it takes the events of a subject that this one does not take.
    claimed: FxHashMap<String, Instant>,
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
            answers: None,
            claimed: FxHashMap::default(),
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

    /// Returns whether this copy takes events of this subject.
    pub(super) fn takes(&self, subject: &str) -> bool {
        is_match(&self.own, subject)
    }

    /// Decides about an event that this copy does not take, and has been given.
    pub(super) fn foreign(&mut self, subject: &str, unclaimed_for: Duration, now: Instant) -> Foreign {
        let claimed_at = *self.claimed.entry(subject.to_owned()).or_insert(now);
        if now.saturating_duration_since(claimed_at) < unclaimed_for { Foreign::Return } else { Foreign::Drop }
    }

    /// Returns whether every copy takes events of this subject, so that none gives them back; `None` if they have to be asked
    /// first.
    pub(super) fn all_take(&mut self, subject: &str, now: Instant) -> Option<bool> {
        let answers = self.fresh(now)?;
        Some(answers.iter().all(|filters| is_match(filters, subject)))
    }

    fn fresh(&self, now: Instant) -> Option<&[BTreeSet<String>]> {
        let (at, answers) = self.answers.as_ref()?;
        (now.saturating_duration_since(*at) < FRESH).then_some(answers)
    }

    /// Returns the question that has to be asked now, if any.
    pub(super) fn to_ask(&mut self, is_wanted: bool, now: Instant) -> Option<String> {
        let is_due = (is_wanted || !self.claimed.is_empty()) && !self.is_asking && self.fresh(now).is_none();
        self.is_asking |= is_due;
        is_due.then(|| self.subject.clone())
    }

    /// A question could not be asked, or its session has ended.
    pub(super) fn forget_question(&mut self) {
        self.is_asking = false;
        self.requests = None;
    }

    /// Takes the answers. Returns the filters of all copies together if no copy takes some of what the consumer delivers.
    pub(super) fn answered(
        &mut self,
        answers: Vec<BTreeSet<String>>,
        unclaimed_for: Duration,
        now: Instant,
    ) -> Option<BTreeSet<String>> {
        self.is_asking = false;
        for (subject, claimed_at) in &mut self.claimed {
            if answers.iter().any(|filters| is_match(filters, subject)) {
                *claimed_at = now;
            }
        }
        let is_unclaimed = |at: &Instant| now.saturating_duration_since(*at) >= unclaimed_for;
        let has_unclaimed = self.claimed.values().any(is_unclaimed);
        let all: BTreeSet<_> = answers.iter().flatten().chain(&self.own).cloned().collect();
        self.answers = Some((now, answers));
        has_unclaimed.then_some(all)
    }

    /// The consumer delivers only what a copy takes.
    pub(super) fn filters_replaced(&mut self, unclaimed_for: Duration, now: Instant) {
        // What had been delivered before can still come back.
        self.claimed.retain(|_, at| now.saturating_duration_since(*at) < unclaimed_for.saturating_mul(4));
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
        assert!(copies.takes("ps2.ps2.1.Death") && !copies.takes(login));
        assert!(copies.to_ask(false, at(0)).is_none(), "there is nothing to ask");

        assert_eq!(copies.foreign(login, KEEP, at(0)), Foreign::Return);
        assert!(copies.to_ask(false, at(0)).is_some());
        assert!(copies.to_ask(false, at(0)).is_none(), "it is being asked");
        let other = set(&["ps2.ps2.1.*"]);
        assert_eq!(copies.answered(vec![other], KEEP, at(20)), None);
        assert_eq!(copies.foreign(login, KEEP, at(49)), Foreign::Return);

        assert!(copies.to_ask(false, at(49)).is_some());
        assert_eq!(copies.answered(vec![set(&["ps2.ps2.*.Death"])], KEEP, at(49)), None);
        assert_eq!(copies.foreign(login, KEEP, at(50)), Foreign::Drop);
        assert!(copies.to_ask(false, at(55)).is_some());
        let left = copies.answered(vec![set(&["ps2.ps2.*.Death"])], KEEP, at(55)).unwrap();
        assert_eq!(left, set(&["ps2.ps2.*.Death"]));
    }

    #[test]
    fn an_event_that_comes_back_too_often_is_blamed_only_if_no_copy_gives_it_back() {
        let now = Instant::now();
        let mut copies = Copies::new(Environment::Pc, "bot", set(&["ps2.ps2.*.Death"]));
        assert_eq!(copies.all_take("ps2.ps2.1.Death", now), None);
        assert!(copies.to_ask(true, now).is_some());
        copies.answered(vec![set(&["ps2.ps2.*.Death"]), set(&["ps2.ps2.17.*"])], KEEP, now);
        assert_eq!(copies.all_take("ps2.ps2.1.Death", now), Some(false));
        assert_eq!(copies.all_take("ps2.ps2.17.Death", now), Some(true));
        assert_eq!(copies.all_take("ps2.ps2.17.Death", now + FRESH), None);
    }
}
