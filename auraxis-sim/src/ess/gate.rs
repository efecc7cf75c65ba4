//! What is wrong with the order and the moment in which a link gets its frames.

use std::{collections::VecDeque, time::Duration};

use axum::extract::ws::Message;
use tokio::time::Instant;

use crate::trouble::{Fault, take};

/// A frame that waits for others waits no longer than this.
const PATIENCE: Duration = Duration::from_secs(2);

/// The last thing that a frame passes before it is written.
#[derive(Debug, Default)]
pub(super) struct Gate {
    duplicate: (u32, u32),
    reorder: (u32, u32),
    late: (u32, Duration),
    /// How late everything is, and up to when.
    delay: Option<(Duration, Instant)>,
    held: VecDeque<Held>,
    /// What is late in order, and when it is due.
    delayed: VecDeque<(Instant, Message)>,
}

/// A frame that waits until so many others have passed, or for a moment.
#[derive(Debug)]
struct Held {
    message: Message,
    others: u32,
    until: Instant,
}

impl Gate {
    /// Lets a fault begin, unless it is none of the gate's.
    pub(super) fn begin(&mut self, fault: &Fault, now: Instant) {
        match *fault {
            Fault::Duplicate { next, after } => self.duplicate = (next, after),
            Fault::Reorder { next, by } => self.reorder = (next, by),
            Fault::Late { next, by } => self.late = (next, by),
            Fault::Delay { by, lasting } => self.delay = Some((by, now + lasting)),
            _ => {}
        }
    }

    /// Whether everything passes at once.
    pub(super) fn is_open(&self) -> bool {
        self.duplicate.0 == 0
            && self.reorder.0 == 0
            && self.late.0 == 0
            && self.delay.is_none()
            && self.held.is_empty()
            && self.delayed.is_empty()
    }

    /// When something that waits is due.
    pub(super) fn next(&self) -> Option<Instant> {
        let held = self.held.iter().map(|held| held.until);
        held.chain(self.delayed.front().map(|(due, _)| *due)).min()
    }

    /// An event arrives. What may pass now is added to `out`.
    pub(super) fn event(&mut self, message: Message, now: Instant, out: &mut Vec<Message>) {
        let is_copied = take(&mut self.duplicate.0);
        let copy =
            is_copied.then(|| Held { message: message.clone(), others: self.duplicate.1, until: now + PATIENCE });
        if self.held.is_empty() && take(&mut self.reorder.0) {
            self.held.push_back(Held { message, others: self.reorder.1, until: now + PATIENCE });
        } else if take(&mut self.late.0) {
            self.held.push_back(Held { message, others: u32::MAX, until: now + self.late.1 });
        } else {
            self.pass(message, now, out);
            for held in &mut self.held {
                held.others = held.others.saturating_sub(1);
            }
        }
        self.held.extend(copy);
        self.release(now, out);
    }

    /// Anything else arrives; it is not counted, but delayed like everything.
    pub(super) fn other(&mut self, message: Message, now: Instant, out: &mut Vec<Message>) {
        self.pass(message, now, out);
    }

    /// What has waited long enough is added to `out`.
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
        // Never before what is already under way.
        let due = self.delayed.back().map_or(due, |(last, _)| due.max(*last));
        if due > now {
            self.delayed.push_back((due, message));
        } else {
            out.push(message);
        }
    }
}

/// Frames that are none.
const GARBAGE: &[&str] = &[
    r#"{"payload":{"character_id":"5428010618015189713","event_na"#,
    "the gates are closed",
    "[]",
    r#"{"weather":"rain"}"#,
    r#"{"payload":"nothing","service":"event","type":"serviceMessage"}"#,
    "",
];

/// So many different frames that are none, one of them binary.
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
        gate: Gate,
        now: Instant,
        out: Vec<Message>,
    }

    impl Link {
        fn with(fault: &str) -> Self {
            let mut gate = Gate::default();
            let now = Instant::now();
            gate.begin(&fault.parse().unwrap(), now);
            Self { gate, now, out: Vec::new() }
        }

        fn send(mut self, texts: &str) -> Self {
            for text in texts.chars() {
                self.gate.event(Message::Text(text.to_string().into()), self.now, &mut self.out);
            }
            self
        }

        fn wait(mut self, millis: u64) -> Self {
            self.now += Duration::from_millis(millis);
            self.gate.release(self.now, &mut self.out);
            self
        }

        fn got(&self) -> String {
            self.out.iter().map(|message| message.to_text().unwrap()).collect()
        }
    }

    #[test]
    fn duplicates_come_after_so_many_others() {
        assert_eq!(Link::with("duplicate next 2 after 0").send("abc").got(), "aabbc");
        let link = Link::with("duplicate next 1 after 2").send("abcd");
        assert_eq!(link.got(), "abcad");
        assert!(link.gate.is_open());
        assert_eq!(Link::with("duplicate next 1 after 2").send("a").wait(2_000).got(), "aa");
    }

    #[test]
    fn frames_change_places() {
        let link = Link::with("reorder next 2 by 1").send("abcdef");
        assert_eq!(link.got(), "badcef");
        assert!(link.gate.is_open());
        assert_eq!(Link::with("reorder next 1 by 3").send("abcde").got(), "bcdae");
        assert_eq!(Link::with("reorder next 1 by 9").send("ab").wait(2_000).got(), "ba");
    }

    #[test]
    fn late_frames_come_after_later_ones_and_delayed_ones_in_order() {
        let link = Link::with("late next 2 by 1s").send("abc");
        assert_eq!(link.gate.next(), Some(link.now + Duration::from_secs(1)));
        assert_eq!(link.wait(1_000).send("d").got(), "cabd");

        let link = Link::with("delay by 3s for 1s").send("a").wait(900).send("b").wait(200).send("c");
        assert_eq!(link.got(), "");
        let link = link.wait(1_900);
        assert_eq!(link.got(), "a");
        let link = link.wait(900);
        assert_eq!(link.got(), "abc");
        assert!(link.gate.is_open());
    }

    #[test]
    fn garbage_is_none_of_the_frames_that_a_client_reads() {
        for message in garbage(14) {
            if let Message::Text(text) = message {
                assert!(auraxis_core::frame::Frame::parse(&text).is_err(), "{text}");
            }
        }
    }
}
