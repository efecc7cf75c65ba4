//! The kinds of scenes.

/// Something that happens again and again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scene {
    /// A kill.
    Kill,
    /// Two kill each other.
    MutualKill,
    /// A death by the environment or by one's own weapon.
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
    /// Somebody gets an item.
    Item,
    /// Somebody learns a skill.
    Skill,
    /// Somebody earns a ribbon.
    Ribbon,
    /// Somebody scans a fish.
    Fish,
    /// A facility is captured or defended.
    Base,
    /// An alert starts on this front.
    Alert(usize),
    /// The alert on this front ends, and the continent is locked. Scheduled by [`Scene::Alert`].
    AlertEnd(usize),
}
