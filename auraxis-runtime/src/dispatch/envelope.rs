//! An event on its way to the triggers.

use auraxis_core::{delivery::Delivery, event::Event};

use super::ticket::Ticket;

/// An event on its way to the triggers.
#[derive(Clone, Copy)]
pub(crate) struct Envelope<'a> {
    pub(crate) event: &'a Event,
    pub(crate) delivery: &'a Delivery,
    pub(crate) ticket: &'a Ticket,
    pub(crate) audience: Audience,
}

/// The triggers that an event is for, by the range of their numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Audience {
    pub(crate) from: u64,
    pub(crate) to: u64,
}

impl Audience {
    pub(crate) const ALL: Self = Self { from: 0, to: u64::MAX };

    pub(crate) const fn includes(self, number: u64) -> bool {
        self.from <= number && number <= self.to
    }
}

static NO_TICKET: &Ticket = &Ticket::NONE;

impl<'a> Envelope<'a> {
    /// An event for all triggers, whose source does not need its outcome.
    pub(crate) const fn new(event: &'a Event, delivery: &'a Delivery) -> Self {
        Self { event, delivery, ticket: NO_TICKET, audience: Audience::ALL }
    }
}
