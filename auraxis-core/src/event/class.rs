//! How the server decides who gets an event.

/// How the server decides whether a connection gets an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum EventClass {
    /// By its character.
    Character,
    /// By its character or the attacker.
    Attack,
    /// By its character or its world.
    Login,
    /// By its world.
    World,
    /// Not known, as the event is not.
    Unknown,
    /// Not at all: it does not come from the server.
    Signal,
}
