//! Scenes: what happens in the war, and how often.

mod alert;
mod base;
mod career;
mod combat;
mod kind;
mod play;
mod presence;
mod support;

pub(crate) use kind::Scene;
pub(crate) use play::{open, play};
