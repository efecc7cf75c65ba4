//! The official server.

/// The address of the official server.
pub const OFFICIAL: &str = "https://census.daybreakgames.com";
