//! What runs beside a client.

use std::any::Any;

use super::{client::Client, run_config::Start};
use crate::{
    error::{Error, Result},
    trigger::context::Context,
};

/// Something that runs beside a client, such as an HTTP server.
///
/// Pass it to [`ClientBuilder::configure_companion`](crate::ClientBuilder::configure_companion).
pub trait Companion: Any + Send {
    /// Called when the client starts to run, before it connects. The returned value is dropped when the client has
    /// stopped, which must stop the companion.
    ///
    /// # Errors
    ///
    /// If it returns an error, so does [`Client::run`].
    fn start(self: Box<Self>, client: &Client) -> Result<Box<dyn Send>>;
}

/// Returns what starts the companion with the client of a context.
pub(super) fn start(companion: Box<dyn Companion>) -> Start {
    Box::new(|context: &Context| {
        let client: Client = context.part().map_err(|missing| Error::setup(missing.to_string()))?;
        companion.start(&client)
    })
}
