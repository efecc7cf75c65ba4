//! The other end of the event stream: what a server of its protocol keeps and sends, without sockets and clocks.
//!
//! A [`Subscriber`] is what the server keeps for one connection: it applies commands, answers them, and decides which events
//! are sent. [`frames`] writes all frames except events, and [`endpoints`] names what they are about. [`RecentCharacters`]
//! answers the commands about characters that were seen recently. A server that gets its events from another one subscribes
//! to the [`interests`] of its connections.
//!
//! The simulator and the stream that a client serves to other programs share this module. Clients of the event stream do not
//! use it, so that the simulator tests them with an idea of the server that is not theirs.

pub mod endpoints;
pub mod frames;
mod interests;
mod recent;
mod subscriber;

pub use interests::interests;
pub use recent::RecentCharacters;
pub use subscriber::Subscriber;
