//! How an event was received.
//!
//! A trigger whose first parameter is [`Delivered<E>`](Delivered) gets each event with its [`Delivery`].

use std::{
    ops::Deref,
    time::{Duration, SystemTime},
};

/// How an event was received: when, over which link, how late, and from where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Delivery {
    /// When the event was received, by the local clock; in a replay, the recorded time.
    pub received_at: SystemTime,
    /// The number of the link that received it; 0 for events without a link.
    pub link: u32,
    /// The time between the event and its receipt, by the server's clock; zero if the event is from the future.
    ///
    /// Events have timestamps in whole seconds, so the lag is accurate to about a second. Zero for events from the
    /// program itself and from recordings that do not contain times.
    pub lag: Duration,
    /// Whether this is the first event of its kind and world after a [`Gap`](crate::event::signal::Gap) that concerns
    /// both. Totals over time, such as who owns a facility, may be outdated.
    pub after_gap: bool,
    /// Whether the event was received long after it happened, or is from the future.
    pub punctuality: Punctuality,
    /// Where the event was received from.
    pub origin: Origin,
}

/// Where an event was received from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Origin {
    /// The event stream.
    Live,
    /// The REST API, after a gap.
    Backfill,
    /// A recording.
    Replay,
    /// A message broker that has delivered the event before.
    Redelivery,
    /// The program itself, such as a signal, an event passed to `Client::dispatch`, or one of a custom source.
    #[default]
    Program,
}

/// Whether an event was received when it happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Punctuality {
    /// The event was received within a minute.
    #[default]
    OnTime,
    /// The event was received more than a minute after it happened.
    Late,
    /// The event's timestamp is more than ten seconds ahead of the server's clock.
    Early,
}

/// An event with its [`Delivery`].
///
/// It dereferences to the event, so fields and methods of the event can be used directly. As the first parameter of a
/// trigger, it contains any type that the trigger can take without it: the struct of one event,
/// [`Event`](crate::event::Event), or an enum declared with `one_of!`.
///
/// ```
/// use auraxis_core::{delivery::{Delivered, Origin, Punctuality}, event::Death};
///
/// fn on_death(death: Delivered<Death>) {
///     if death.origin() == Origin::Replay || death.punctuality() != Punctuality::OnTime {
///         return;
///     }
///     println!("{} died {:?} ago", death.character_id, death.lag());
/// }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Delivered<E> {
    event: E,
    delivery: Delivery,
}

impl Delivery {
    /// A delivery over link 0 at this time, without lag.
    #[must_use]
    pub const fn new(received_at: SystemTime, origin: Origin) -> Self {
        let (lag, punctuality) = (Duration::ZERO, Punctuality::OnTime);
        Self { received_at, link: 0, lag, after_gap: false, punctuality, origin }
    }
}

impl Punctuality {
    const LATE_MS: i64 = 60_000;
    const EARLY_MS: i64 = -10_000;

    /// Classifies an event by its age at its receipt in milliseconds, which is negative for events from the future.
    #[must_use]
    pub const fn of_age(ms: i64) -> Self {
        match ms {
            ..Self::EARLY_MS => Self::Early,
            Self::EARLY_MS..=Self::LATE_MS => Self::OnTime,
            _ => Self::Late,
        }
    }
}

impl<E> Delivered<E> {
    /// Combines an event with its delivery. In a program's own tests, it is the argument of a handler.
    ///
    /// ```
    /// use std::time::SystemTime;
    ///
    /// use auraxis_core::delivery::{Delivered, Delivery, Origin};
    ///
    /// let mut delivery = Delivery::new(SystemTime::now(), Origin::Live);
    /// delivery.after_gap = true;
    /// assert!(Delivered::new("an event", delivery).after_gap());
    /// ```
    #[must_use]
    pub const fn new(event: E, delivery: Delivery) -> Self {
        Self { event, delivery }
    }

    /// Returns how the event was received.
    pub const fn delivery(&self) -> &Delivery {
        &self.delivery
    }

    /// Returns when the event was received: see [`Delivery::received_at`].
    pub const fn received_at(&self) -> SystemTime {
        self.delivery.received_at
    }

    /// Returns the number of the link that received the event: see [`Delivery::link`].
    pub const fn link(&self) -> u32 {
        self.delivery.link
    }

    /// Returns the time between the event and its receipt: see [`Delivery::lag`].
    pub const fn lag(&self) -> Duration {
        self.delivery.lag
    }

    /// Returns whether this is the first event of its kind and world after a gap: see [`Delivery::after_gap`].
    pub const fn after_gap(&self) -> bool {
        self.delivery.after_gap
    }

    /// Returns whether the event is late or from the future: see [`Delivery::punctuality`].
    pub const fn punctuality(&self) -> Punctuality {
        self.delivery.punctuality
    }

    /// Returns where the event was received from: see [`Delivery::origin`].
    pub const fn origin(&self) -> Origin {
        self.delivery.origin
    }

    /// Returns the event alone.
    pub fn into_inner(self) -> E {
        self.event
    }
}

impl<E> Deref for Delivered<E> {
    type Target = E;

    fn deref(&self) -> &E {
        &self.event
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_late_after_a_minute_and_from_the_future_beyond_ten_seconds() {
        let cases = [
            (i64::MIN, Punctuality::Early),
            (-10_001, Punctuality::Early),
            (-10_000, Punctuality::OnTime),
            (60_000, Punctuality::OnTime),
            (60_001, Punctuality::Late),
            (i64::MAX, Punctuality::Late),
        ];
        for (ms, expected) in cases {
            assert_eq!(Punctuality::of_age(ms), expected, "{ms} ms");
        }
    }

    #[test]
    fn a_delivered_event_derefs_to_the_event() {
        let delivery = Delivery { link: 3, ..Delivery::new(SystemTime::UNIX_EPOCH, Origin::Backfill) };
        let delivered = Delivered::new(String::from("event"), delivery);
        assert_eq!((delivered.len(), delivered.link(), delivered.origin()), (5, 3, Origin::Backfill));
        assert_eq!(delivered.delivery(), &delivery);
        assert_eq!(delivered.into_inner(), "event");
    }
}
