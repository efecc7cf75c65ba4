//! What events have in common, for generic handlers.

use super::payload::Payload;
use crate::{
    id::{CharacterId, WorldId, ZoneId},
    time::Timestamp,
};

/// An event on one world: every event of the game and every derived event.
///
/// A generic handler can take any of several events:
///
/// ```ignore
/// #[trigger(Death, BattleRankUp, SessionEnd)]
/// fn log<E: AboutCharacter>(event: E) {
///     println!("{} {}: {event:?}", event.timestamp(), event.world_id());
/// }
/// ```
pub trait AboutWorld: Payload {
    /// Returns when it happened.
    fn timestamp(&self) -> Timestamp;

    /// Returns on which world it happened.
    fn world_id(&self) -> WorldId;
}

/// An event about a character, and possibly about an attacker.
pub trait AboutCharacter: AboutWorld {
    /// Returns the character, such as the victim of a [`Death`](super::Death). `None` if there was none, as in the
    /// destruction of a vehicle without an owner.
    fn character_id(&self) -> Option<CharacterId>;
}

/// An event in one zone.
pub trait InZone: AboutWorld {
    /// Returns the zone, if it is known.
    fn zone_id(&self) -> Option<ZoneId>;
}

/// Implements the traits for an event with these fields.
macro_rules! about {
    ($name:ident: $($field:ident)*) => {
        impl $crate::event::AboutWorld for $name {
            fn timestamp(&self) -> $crate::time::Timestamp {
                self.timestamp
            }

            fn world_id(&self) -> $crate::id::WorldId {
                self.world_id
            }
        }

        $( about!(@$field $name); )*
    };
    (@character_id $name:ident) => {
        impl $crate::event::AboutCharacter for $name {
            fn character_id(&self) -> Option<$crate::id::CharacterId> {
                Option::from(self.character_id)
            }
        }
    };
    (@zone_id $name:ident) => {
        impl $crate::event::InZone for $name {
            fn zone_id(&self) -> Option<$crate::id::ZoneId> {
                Option::from(self.zone_id)
            }
        }
    };
    (@$other:ident $name:ident) => {};
}
