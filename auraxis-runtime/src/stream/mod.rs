//! The one loop that everything comes through.
//!
//! [`stream`] owns the sources, the dispatcher and the counters, and nobody else touches them: there is no lock. Once
//! it is [`ready`](stream::Stream::ready), it takes a [`turn`](stream::Stream::turn), in which nothing waits.
//! [`driver`] lets it do so, on a thread of its own; before the client runs, whoever dispatches an event by hand takes
//! the [`slot`] for that. [`status`] is what it tells others.

pub(crate) mod driver;
mod faults;
pub(crate) mod slot;
pub(crate) mod status;
pub(crate) mod stream;
