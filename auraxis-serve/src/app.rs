//! What all routes share.

use auraxis_runtime::Client;

use crate::{hub::Hub, readers::Readers, settings::Settings};

/// What all routes share.
#[derive(Debug)]
pub(crate) struct App {
    pub(crate) client: Client,
    pub(crate) hub: Hub,
    /// The readers of `/events`.
    pub(crate) events: Readers,
    pub(crate) settings: Settings,
}
