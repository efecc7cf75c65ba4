//! What runs beside a client.

use std::any::Any;

use super::client::Client;
use crate::error::Result;

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
