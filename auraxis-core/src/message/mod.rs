//! Events as messages of a broker, from a relay to bots of the same version, or of one slightly older or newer.
//!
//! The body of a message is the frame of its event: [`encode`] and [`decode`]. Its subject is a [`Subject`], and
//! [`filters`] computes which subjects a bot has to receive. A [`MessageId`] is the same in every relay.
//!
//! The last token of the subject decides what the body is. Only it makes a message a signal or a derived event; the
//! server cannot forge one with an event of that name, which has another token.

mod body;
mod filters;
mod id;
mod subject;

pub use self::{
    body::{decode, encode},
    filters::{MAX_FILTERS, filters, is_match, merge_filters, signal_filters},
    id::MessageId,
    subject::{Subject, escape, unescape},
};

#[cfg(test)]
mod tests;
