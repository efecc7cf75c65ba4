//! The event stream.
//!
//! [`admission`] accepts or refuses a new connection. Each one has two tasks in [`client`]: one reads commands, the
//! other writes what is queued. [`clients`] knows all of them and queues each event for those whose subscription admits
//! it. Nobody waits for a slow client: it is disconnected when its queue is full.
//!
//! [`inject`] begins faults. Where a fault acts depends on what it changes: whether a link gets an event is decided in
//! [`clients`], so that the truth knows it; when and how often, behind the queue in [`delivery`]; and bytes are held
//! back by the socket itself.

mod admission;
mod client;
mod clients;
mod delivery;
mod frames;
mod hub;
mod inject;
mod recent;
mod refusal;

pub(crate) use admission::admit;
pub(crate) use hub::Hub;
