//! How an event was received.

use std::time::{Duration, SystemTime};

/// How an event was received: when, over which link, how late, and from where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Delivery {
    /// When the event was received, by the local clock.
    pub received_at: SystemTime,
    /// The number of the link that received it; 0 for events without a link.
    pub link: u32,
    /// The time between the event and its receipt, by the server's clock; zero if the event is from the future.
    pub lag: Duration,
    /// Whether this is the first event of its kind and world after a [`Gap`](crate::event::signal::Gap).
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
    Future,
}

/// An event with its [`Delivery`].
#[derive(Clone, Debug)]
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

impl<E> Delivered<E> {
    /// Combines an event with its delivery.
    #[must_use]
    pub const fn new(event: E, delivery: Delivery) -> Self {
        Self { event, delivery }
    }
}
