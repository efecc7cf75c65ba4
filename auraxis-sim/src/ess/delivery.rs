//! Faults that change when, how often and in which order the frames of a link are sent.

use std::{collections::VecDeque, time::Duration};

use axum::extract::ws::Message;
use tokio::time::Instant;

use crate::faults::{Fault, take_one};

/// The maximum time that a frame is held back for other frames.
const MAX_HOLD: Duration = Duration::from_secs(2);

/// The last stage before a frame is written. Holds frames back, or duplicates them.
#[derive(Debug, Default)]
pub(super) struct Delivery {
    /// How many more events are duplicated, and the number of events before each duplicate.
    duplicate: (u32, u32),
    /// How many more events are moved back, and by how many events.
    reorder: (u32, u32),
    /// How many more events are late, and by how much.
    late: (u32, Duration),
    /// The delay of all frames, and when it ends.
    delay: Option<(Duration, Instant)>,
    held: VecDeque<Held>,
    /// The frames that are delayed in order, and when each is due.
    delayed: VecDeque<(Instant, Message)>,
}

/// A frame that is held back until `others` more events are sent, but at most until `until`.
#[derive(Debug)]
struct Held {
    message: Message,
    others: u32,
    until: Instant,
}

impl Delivery {
    /// Starts a fault. Faults of other components are ignored.
    pub(super) fn start_fault(&mut self, fault: &Fault, now: Instant) {
        match *fault {
            Fault::Duplicate { next, after } => self.duplicate = (next, after),
            Fault::Reorder { next, by } => self.reorder = (next, by),
            Fault::Late { next, by } => self.late = (next, by),
            Fault::Delay { by, duration } => self.delay = Some((by, now + duration)),
            _ => {}
        }
    }

    /// Returns whether frames pass unchanged and immediately.
    pub(super) fn is_passthrough(&self) -> bool {
        self.duplicate.0 == 0
            && self.reorder.0 == 0
            && self.late.0 == 0
            && self.delay.is_none()
            && self.held.is_empty()
            && self.delayed.is_empty()
    }

    /// Returns when the next waiting frame is due.
    pub(super) fn next(&self) -> Option<Instant> {
        let held = self.held.iter().map(|held| held.until);
        held.chain(self.delayed.front().map(|(due, _)| *due)).min()
    }

    /// Accepts an event. Frames that can be sent now are added to `out`.
    pub(super) fn push_event(&mut self, message: Message, now: Instant, out: &mut Vec<Message>) {
        let is_duplicated = take_one(&mut self.duplicate.0);
        let duplicate =
            is_duplicated.then(|| Held { message: message.clone(), others: self.duplicate.1, until: now + MAX_HOLD });
        if self.held.is_empty() && take_one(&mut self.reorder.0) {
            self.held.push_back(Held { message, others: self.reorder.1, until: now + MAX_HOLD });
        } else if take_one(&mut self.late.0) {
            self.held.push_back(Held { message, others: u32::MAX, until: now + self.late.1 });
        } else {
            self.pass(message, now, out);
            for held in &mut self.held {
                held.others = held.others.saturating_sub(1);
            }
        }
        self.held.extend(duplicate);
        self.release(now, out);
    }

    /// Accepts any other frame. It can be delayed, but does not count as one of the next events.
    pub(super) fn push_other(&mut self, message: Message, now: Instant, out: &mut Vec<Message>) {
        self.pass(message, now, out);
    }

    /// Adds all due frames to `out`.
    pub(super) fn release(&mut self, now: Instant, out: &mut Vec<Message>) {
        let mut at = 0;
        while let Some(held) = self.held.get(at) {
            if held.others > 0 && held.until > now {
                at += 1;
            } else if let Some(held) = self.held.remove(at) {
                self.pass(held.message, now, out);
            }
        }
        while self.delayed.front().is_some_and(|(due, _)| *due <= now) {
            out.extend(self.delayed.pop_front().map(|(_, message)| message));
        }
    }

    fn pass(&mut self, message: Message, now: Instant, out: &mut Vec<Message>) {
        self.delay = self.delay.filter(|(_, until)| *until > now);
        let due = self.delay.map_or(now, |(by, _)| now + by);
        // Delayed frames keep their order.
        let due = self.delayed.back().map_or(due, |(last, _)| due.max(*last));
        if due > now {
            self.delayed.push_back((due, message));
        } else {
            out.push(message);
        }
    }
}

/// Invalid text frames.
const GARBAGE: &[&str] = &[
    r#"{"payload":{"character_id":"5428010618015189713","event_na"#,
    "the gates are closed",
    "[]",
    r#"{"weather":"rain"}"#,
    r#"{"payload":"nothing","service":"event","type":"serviceMessage"}"#,
    "",
];

/// Returns this number of invalid frames. Every seventh is binary.
pub(super) fn garbage(many: u32) -> impl Iterator<Item = Message> {
    let all = GARBAGE.iter().map(|text| Message::Text((*text).into()));
    let all = all.chain([Message::Binary(vec![0, 159, 146, 150].into())]);
    let all: Vec<_> = all.collect();
    all.into_iter().cycle().take(many as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Link {
        delivery: Delivery,
        now: Instant,
        out: Vec<Message>,
    }

    impl Link {
        fn with(fault: &str) -> Self {
            let mut delivery = Delivery::default();
            let now = Instant::now();
            delivery.start_fault(&fault.parse().unwrap(), now);
            Self { delivery, now, out: Vec::new() }
        }

        fn send(mut self, texts: &str) -> Self {
            for text in texts.chars() {
                self.delivery.push_event(Message::Text(text.to_string().into()), self.now, &mut self.out);
            }
            self
        }

        fn wait(mut self, millis: u64) -> Self {
            self.now += Duration::from_millis(millis);
            self.delivery.release(self.now, &mut self.out);
            self
        }

        fn got(&self) -> String {
            self.out.iter().map(|message| message.to_text().unwrap()).collect()
        }
    }

    #[test]
    fn duplicates_follow_after_other_frames() {
        assert_eq!(Link::with("duplicate next 2 after 0").send("abc").got(), "aabbc");
        let link = Link::with("duplicate next 1 after 2").send("abcd");
        assert_eq!(link.got(), "abcad");
        assert!(link.delivery.is_passthrough());
        assert_eq!(Link::with("duplicate next 1 after 2").send("a").wait(2_000).got(), "aa");
    }

    #[test]
    fn frames_are_reordered() {
        let link = Link::with("reorder next 2 by 1").send("abcdef");
        assert_eq!(link.got(), "badcef");
        assert!(link.delivery.is_passthrough());
        assert_eq!(Link::with("reorder next 1 by 3").send("abcde").got(), "bcdae");
        assert_eq!(Link::with("reorder next 1 by 9").send("ab").wait(2_000).got(), "ba");
    }

    #[test]
    fn late_frames_are_sent_after_later_ones_and_delayed_ones_in_order() {
        let link = Link::with("late next 2 by 1s").send("abc");
        assert_eq!(link.delivery.next(), Some(link.now + Duration::from_secs(1)));
        assert_eq!(link.wait(1_000).send("d").got(), "cabd");

        let link = Link::with("delay by 3s for 1s").send("a").wait(900).send("b").wait(200).send("c");
        assert_eq!(link.got(), "");
        let link = link.wait(1_900);
        assert_eq!(link.got(), "a");
        let link = link.wait(900);
        assert_eq!(link.got(), "abc");
        assert!(link.delivery.is_passthrough());
    }

    #[test]
    fn garbage_is_never_a_valid_frame() {
        for message in garbage(14) {
            if let Message::Text(text) = message {
                assert!(auraxis_core::frame::Frame::parse(&text).is_err(), "{text}");
            }
        }
    }
}
