//! The kinds of scenes.

/// Something that comes up again and again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scene {
    /// Somebody kills somebody.
    Kill,
    /// Two kill each other.
    MutualKill,
    /// The environment or a mistake kills somebody.
    Mishap,
    /// A vehicle, turret or deployable is destroyed.
    Wreck,
    /// Somebody heals, repairs, resupplies, spots.
    Support,
    /// Somebody logs in.
    Arrival,
    /// Somebody logs out, and perhaps in again.
    Departure,
    /// A new character logs in and soon gains its first ranks.
    Recruit,
    /// An experienced character gains a rank.
    Promotion,
    /// Somebody gets or uses an item.
    Item,
    /// Somebody learns a skill.
    Skill,
    /// Somebody earns a ribbon.
    Ribbon,
    /// Somebody scans a fish.
    Fish,
    /// A facility is captured or defended.
    Base,
    /// On this front an alert starts.
    Alert(usize),
    /// The alert on this front ends, and with it the fight for the continent. Follows from [`Scene::Alert`].
    AlertEnd(usize),
}
