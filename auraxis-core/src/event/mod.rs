//! Events, as the game sends them.
//!
//! [`Event`] has a variant for each struct below; what this version does not know, or cannot read, is an
//! [`UnknownEvent`], never an error. All of it comes from one table, in `catalogue.rs`.
//!
//! Events read and write themselves with serde as the payloads that the server sends; a whole frame is read by
//! [`Frame::parse`](crate::frame::Frame::parse) and written by [`Event::to_frame`].

#[macro_use]
mod define;
#[macro_use]
mod catalogue;
mod class;
mod extra;
mod fault;
mod payload;
pub(crate) mod rates;
#[cfg(feature = "test")]
pub mod sample;
mod selector;
pub mod signal;
mod similar;
mod unknown;
pub(crate) mod wire;

pub use catalogue::*;
pub use class::EventClass;
pub use extra::Extra;
pub use fault::FieldFault;
pub(crate) use fault::excerpt;
pub use payload::Payload;
pub(crate) use selector::ALL;
pub use selector::Selector;
#[doc(no_inline)]
pub use signal::*;
pub use unknown::UnknownEvent;
