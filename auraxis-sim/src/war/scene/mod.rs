//! Scenes: what happens in the war and how often.

mod alert;
mod capture;
mod combat;
mod kind;
mod play;
mod presence;
mod progression;
mod support;

pub(crate) use kind::Scene;
pub(crate) use play::{open, play};
