//! How the server selects the connections that receive an event.

/// How the server decides whether a connection receives an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum EventClass {
    /// By character.
    Character,
    /// By character or attacker.
    Attack,
    /// By character or world.
    Login,
    /// By world.
    World,
    /// Unknown, like the event.
    Unknown,
    /// Not applicable: it is derived from events that the server sends.
    Derived,
    /// Not applicable: the server does not send it.
    Signal,
}
