//! What a server answers.

use auraxis_core::census::Reply;

/// What came back.
#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) location: Option<String>,
    pub(crate) body: Vec<u8>,
}

impl Response {
    pub(super) fn reply(&self) -> Reply<'_> {
        Reply { status: self.status, location: self.location.as_deref(), body: &self.body }
    }
}
