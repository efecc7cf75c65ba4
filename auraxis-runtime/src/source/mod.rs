//! Where frames come from.
//!
//! A [`Source`] hands over [batches](Batch): what one read brought, over which link, and when. `link` is a connection
//! to the event stream that is kept open; `session` is one connection of it, from the first subscription to the end,
//! over a `socket` that `connect` has opened, and within its `limits`. `recording` reads files instead.

mod batch;
mod causes;
mod connect;
mod delays;
mod feed;
#[cfg(feature = "test")]
pub(crate) mod idle;
mod limits;
pub(crate) mod link;
#[cfg(feature = "replay")]
pub(crate) mod recording;
mod session;
mod socket;
#[cfg(test)]
mod tests;
mod tls;

pub(crate) use self::batch::Content;
pub use self::{
    batch::Batch,
    feed::{Feed, Running, Source},
};
