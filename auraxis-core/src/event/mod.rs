//! Events of the game, events derived from them, and signals of auraxis itself.
//!
//! [`Event`] has a variant for each struct below. An event that this version does not know, or cannot parse, is an
//! [`UnknownEvent`], never an error. All of them are generated from one table, in `catalogue.rs`.
//!
//! With serde, events serialize and deserialize as the payloads that the server sends. To parse and write whole frames,
//! see [`Frame::parse`](crate::frame::Frame::parse) and [`Event::to_frame`]; for events that travel through a message
//! broker, see [`message`](crate::message).

#[macro_use]
mod about;
#[macro_use]
mod define;
#[macro_use]
mod catalogue;
mod class;
mod custom;
pub mod derived;
mod fault;
mod fingerprint;
mod identity;
mod kind_set;
mod made_of;
mod payload;
pub(crate) mod rates;
#[cfg(any(feature = "test", test))]
pub mod sample;
mod selector;
pub mod signal;
mod similar;
mod unknown;
pub(crate) mod wire;

pub use crate::extra::Extra;
pub use about::{AboutCharacter, AboutWorld, InZone};
pub use catalogue::*;
pub use class::EventClass;
pub use custom::{Custom, CustomEvent, CustomType};
#[doc(no_inline)]
pub use derived::*;
pub use fault::FieldFault;
pub(crate) use fault::excerpt;
pub use kind_set::KindSet;
pub use payload::Payload;
pub use selector::Selector;
#[doc(no_inline)]
pub use signal::*;
pub use unknown::UnknownEvent;
