//! Messages that the broker has not confirmed, in order.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use auraxis_core::time::Timestamp;

use crate::outgoing::Outgoing;

/// The limits of a backlog.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) messages: usize,
    pub(crate) bytes: usize,
    /// The age of a message at which it must not be published any more.
    pub(crate) age: Duration,
}

/// A bounded queue whose first messages are in flight: published, and not confirmed.
#[derive(Debug)]
pub(crate) struct Backlog {
    pub(crate) limits: Limits,
    messages: VecDeque<Outgoing>,
    bytes: usize,
    in_flight: usize,
}

impl Backlog {
    pub(crate) const fn new(limits: Limits) -> Self {
        Self { limits, messages: VecDeque::new(), bytes: 0, in_flight: 0 }
    }

    /// When the first event of the game was received.
    pub(crate) fn first_received(&self) -> Option<Timestamp> {
        let first = self.messages.iter().find(|message| message.kind.is_from_game())?;
        Some(first.delivery.received_at.into())
    }

    pub(crate) fn len(&self) -> usize {
        self.messages.len()
    }

    pub(crate) fn in_flight(&self) -> usize {
        self.in_flight
    }

    pub(crate) fn is_full(&self) -> bool {
        self.messages.len() >= self.limits.messages || self.bytes >= self.limits.bytes
    }

    /// Removes the oldest message if there are too many and none is in flight.
    pub(crate) fn overflow(&mut self) -> Option<Outgoing> {
        let too_many = self.messages.len() > self.limits.messages || self.bytes > self.limits.bytes;
        if too_many && self.in_flight == 0 { self.remove(0) } else { None }
    }

    /// Adds a message at the end, even if the backlog is full.
    pub(crate) fn push(&mut self, message: Outgoing) {
        self.bytes += message.size();
        self.messages.push_back(message);
    }

    /// Adds a message before all others. None must be in flight.
    pub(crate) fn push_front(&mut self, message: Outgoing) {
        debug_assert_eq!(self.in_flight, 0, "the first message would not be in flight");
        self.bytes += message.size();
        self.messages.push_front(message);
    }

    /// Removes the oldest message if it is too old and none is in flight.
    pub(crate) fn expire(&mut self, now: Instant) -> Option<Outgoing> {
        let is_old = self.in_flight == 0 && self.messages.front().is_some_and(|message| self.is_old(message, now));
        if is_old { self.remove(0) } else { None }
    }

    /// The next message to publish, unless it is too old: then those in flight have to be confirmed first, after which it
    /// expires.
    pub(crate) fn next(&self, now: Instant) -> Option<&Outgoing> {
        self.messages.get(self.in_flight).filter(|message| !self.is_old(message, now))
    }

    /// The next message has been published.
    pub(crate) fn published(&mut self) {
        debug_assert!(self.in_flight < self.messages.len(), "only messages can be published");
        self.in_flight += 1;
    }

    /// Removes the next message, which cannot be published.
    pub(crate) fn skip(&mut self) -> Option<Outgoing> {
        self.remove(self.in_flight)
    }

    /// The oldest message in flight.
    pub(crate) fn oldest(&self) -> Option<&Outgoing> {
        self.messages.front()
    }

    /// Removes the oldest message in flight, which is confirmed or refused.
    pub(crate) fn settled(&mut self) -> Option<Outgoing> {
        self.in_flight = self.in_flight.saturating_sub(1);
        self.remove(0)
    }

    /// Nothing is in flight any more: all messages have to be published again.
    pub(crate) fn rewind(&mut self) {
        self.in_flight = 0;
    }

    fn is_old(&self, message: &Outgoing, now: Instant) -> bool {
        now.saturating_duration_since(message.since) >= self.limits.age
    }

    fn remove(&mut self, at: usize) -> Option<Outgoing> {
        let removed = self.messages.remove(at)?;
        self.bytes -= removed.size();
        Some(removed)
    }
}

#[cfg(test)]
mod tests {
    use std::{iter::from_fn, time::SystemTime};

    use auraxis_core::{
        delivery::{Delivery, Origin},
        environment::Environment,
        event::{Event, PlayerLogin, sample::Sample},
    };

    use super::*;

    fn message(id: usize, since: Instant) -> Outgoing {
        let delivery = Delivery::new(SystemTime::UNIX_EPOCH, Origin::Live);
        let event = Event::from(PlayerLogin::sample());
        let message = Outgoing::new(Environment::Pc, &event, None, id.to_string(), &delivery).unwrap();
        Outgoing { since, ..message }
    }

    fn backlog(messages: usize) -> Backlog {
        Backlog::new(Limits { messages, bytes: usize::MAX, age: Duration::from_secs(10) })
    }

    fn ids(backlog: &Backlog) -> Vec<&str> {
        backlog.messages.iter().map(|message| message.id.as_str()).collect()
    }

    #[test]
    fn the_oldest_is_dropped_unless_it_is_in_flight() {
        let now = Instant::now();
        let mut backlog = backlog(3);
        (0..5).for_each(|id| backlog.push(message(id, now)));
        let dropped: Vec<_> = from_fn(|| backlog.overflow()).map(|dropped| dropped.id).collect();
        assert_eq!(dropped, ["0", "1"]);
        assert!(backlog.is_full());
        backlog.published();
        (5..7).for_each(|id| backlog.push(message(id, now)));
        assert!(backlog.overflow().is_none());
        assert_eq!(backlog.settled().unwrap().id, "2");
        assert_eq!(backlog.overflow().unwrap().id, "3");
        assert_eq!((ids(&backlog), backlog.in_flight()), (vec!["4", "5", "6"], 0));
    }

    #[test]
    fn what_is_not_confirmed_is_published_again_in_order() {
        let now = Instant::now();
        let mut backlog = backlog(10);
        (0..4).for_each(|id| backlog.push(message(id, now)));
        (0..3).for_each(|_| backlog.published());
        backlog.settled();
        assert_eq!(backlog.next(now).unwrap().id, "3");
        backlog.rewind();
        assert_eq!(backlog.next(now).unwrap().id, "1");
        backlog.published();
        assert_eq!(backlog.skip().unwrap().id, "2");
        assert_eq!(ids(&backlog), ["1", "3"]);
    }

    #[test]
    fn old_messages_expire_but_not_while_others_are_in_flight() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut backlog = backlog(10);
        (0..3).for_each(|id| backlog.push(message(id, at(id as u64 * 5))));
        assert!(backlog.expire(at(9)).is_none());
        backlog.published();
        assert!(backlog.expire(at(20)).is_none(), "it is in flight");
        assert!(backlog.next(at(20)).is_none(), "the next one is too old, and must not be published");
        backlog.rewind();
        assert_eq!(backlog.expire(at(15)).unwrap().id, "0");
        assert_eq!(backlog.expire(at(15)).unwrap().id, "1");
        assert!(backlog.expire(at(15)).is_none());
        assert_eq!(backlog.next(at(15)).unwrap().id, "2");
    }

    #[test]
    fn the_size_is_bounded_too_and_forgotten_with_its_messages() {
        let now = Instant::now();
        let size = message(0, now).size();
        let mut backlog = Backlog::new(Limits { messages: 100, bytes: size * 3, age: Duration::MAX });
        (0..9).for_each(|id| backlog.push(message(id, now)));
        assert_eq!(from_fn(|| backlog.overflow()).count(), 6);
        assert_eq!((backlog.len(), backlog.bytes), (3, size * 3));
        (0..3).for_each(|_| drop(backlog.settled()));
        assert_eq!((backlog.len(), backlog.bytes), (0, 0));
    }
}
