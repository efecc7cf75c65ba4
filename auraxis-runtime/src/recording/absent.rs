//! Replaces this module in builds without the feature `replay`.
#![allow(clippy::unnecessary_wraps, clippy::unused_self)] // The signatures are those of the real module.

use crate::error::Result;

#[derive(Default)]
pub(crate) struct Settings {}

impl Settings {
    pub(crate) const fn replay(&self) -> Option<Replay> {
        None
    }

    pub(crate) const fn recorder(&self, _is_replay: bool) -> Result<Option<Recorder>> {
        Ok(None)
    }
}

#[derive(Clone, Debug)]
pub(crate) enum Replay {}

pub(crate) enum Recorder {}

impl Recorder {
    pub(crate) fn frame(&self, _at_ms: u64, _link: u32, _frame: &str) {
        match *self {}
    }

    pub(crate) fn connected(&self, _at_ms: u64, _link: u32, _count: u64) {
        match *self {}
    }

    pub(crate) fn disconnected(&self, _at_ms: u64, _link: u32, _reason: &str, _heard_ms: u64) {
        match *self {}
    }

    pub(crate) fn finish(&self) {
        match *self {}
    }
}
