//! The kinds of scenes.

/// A recurring scene.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scene {
    /// A kill.
    Kill,
    /// Two characters kill each other.
    MutualKill,
    /// A death by the environment or by the character's own weapon.
    Accident,
    /// A vehicle, turret or deployable is destroyed.
    VehicleDestroy,
    /// A character heals, repairs, resupplies, spots, and so on.
    Support,
    /// A login.
    Login,
    /// A logout, sometimes followed by another login.
    Logout,
    /// A new character logs in and soon gains its first ranks.
    NewCharacter,
    /// An experienced character gains a rank.
    RankUp,
    /// A character receives an item.
    Item,
    /// A character learns a skill.
    Skill,
    /// A character earns a ribbon.
    Ribbon,
    /// A character scans a fish.
    Fish,
    /// A facility is captured or defended.
    Capture,
    /// An alert starts on the world with this index.
    Alert(usize),
    /// The alert on the world with this index ends, and the continent is locked. Scheduled by [`Scene::Alert`].
    AlertEnd(usize),
}
