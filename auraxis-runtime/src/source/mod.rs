//! Where frames come from.
//!
//! A [`Source`] hands over [batches](Batch): what one read brought, over which link, and when. [`link`] is a connection
//! to the event stream that is kept open; [`session`] is one connection of it, from the first subscription to the end,
//! over a [`socket`] that [`connect`] has opened. [`recording`] reads files instead.

mod backoff;
mod batch;
mod connect;
mod feed;
#[cfg(feature = "test")]
pub(crate) mod idle;
pub(crate) mod link;
mod proxy;
pub(crate) mod recording;
mod session;
mod socket;
mod tls;

pub use self::{
    batch::Batch,
    feed::{Feed, Running, Source},
};
pub(crate) use self::batch::Content;
