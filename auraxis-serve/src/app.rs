//! What all routes share.

use auraxis_runtime::Client;

use crate::{hub::Hub, settings::Settings};

/// What all routes share.
#[derive(Debug)]
pub(crate) struct App {
    pub(crate) client: Client,
    pub(crate) hub: Hub,
    pub(crate) settings: Settings,
}
