//! Suggestions for misspelled event names.

use super::{catalogue::EventKind, selector::EXPERIENCE};

impl EventKind {
    /// Returns the known event or signal that a name most likely means, or `None` if the game does send that name or it
    /// resembles no other.
    ///
    /// A name resembles a known one if they differ only in case, in one letter, or in two swapped letters. The names of
    /// signals and derived events, and names that start like an experience filter but are not one, are never sent by the game.
    ///
    /// ```
    /// use auraxis_core::event::EventKind;
    ///
    /// assert_eq!(EventKind::similar_to("BattleRankup"), Some(EventKind::BattleRankUp));
    /// assert_eq!(EventKind::similar_to("BattleRankUp"), None);
    /// assert_eq!(EventKind::similar_to("RelicCaptured"), None);
    /// ```
    #[must_use]
    pub fn similar_to(name: &str) -> Option<Self> {
        if Self::from_name(name).is_some() {
            return None;
        }
        let experience = name.get(..Self::GainExperience.name().len() + 1);
        if experience.is_some_and(|start| start.eq_ignore_ascii_case(&EXPERIENCE[..start.len()])) {
            let id = name.strip_prefix(EXPERIENCE).and_then(|id| id.parse::<u32>().ok());
            return id.is_none().then_some(Self::GainExperience);
        }
        let known = Self::ALL.iter().chain(Self::SIGNALS).chain(Self::DERIVED);
        known.copied().find(|kind| is_close(name, kind.name()))
    }
}

/// Whether the two differ by at most one inserted, removed, replaced or swapped letter, ignoring case.
fn is_close(one: &str, other: &str) -> bool {
    let same = |(one, other): &(u8, u8)| one.eq_ignore_ascii_case(other);
    let (mut one, mut other) = (one.as_bytes(), other.as_bytes());
    let start = one.iter().copied().zip(other.iter().copied()).take_while(same).count();
    (one, other) = (&one[start..], &other[start..]);
    let end = one.iter().rev().copied().zip(other.iter().rev().copied()).take_while(same).count();
    (one, other) = (&one[..one.len() - end], &other[..other.len() - end]);
    match (one, other) {
        ([a, b], [c, d]) => a.eq_ignore_ascii_case(d) && b.eq_ignore_ascii_case(c),
        _ => one.len() <= 1 && other.len() <= 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_nearly_known_finds_what_was_meant() {
        for (name, meant) in [
            ("BattleRankup", EventKind::BattleRankUp),
            ("battlerankup", EventKind::BattleRankUp),
            ("DEATH", EventKind::Death),
            ("Deth", EventKind::Death),
            ("Deaths", EventKind::Death),
            ("Daeth", EventKind::Death),
            ("Beath", EventKind::Death),
            ("eath", EventKind::Death),
            ("PlayerLogon", EventKind::PlayerLogin),
            ("PlayerLogn", EventKind::PlayerLogin),
            ("PlayerLogotu", EventKind::PlayerLogout),
            ("GainExperience_experience_id_", EventKind::GainExperience),
            ("gainExperience_experience_id_7", EventKind::GainExperience),
            ("GainExperience_experience_7", EventKind::GainExperience),
            ("GainExperience_7", EventKind::GainExperience),
            ("gain_experience", EventKind::GainExperience),
            ("Connected", EventKind::Connected),
            ("connected", EventKind::Connected),
            ("SessionEnds", EventKind::SessionEnd),
            ("FacilityDefense", EventKind::FacilityDefence),
        ] {
            assert_eq!(EventKind::similar_to(name), Some(meant), "{name}");
        }
    }

    #[test]
    fn what_the_game_sends_and_what_is_like_nothing_is_left_alone() {
        for name in ["", "D", "RelicCaptured", "Deathmatch", "PlayerLog", "GainExperience_experience_id_7", "Tödlich"]
        {
            assert_eq!(EventKind::similar_to(name), None, "{name}");
        }
        for kind in EventKind::ALL {
            assert_eq!(EventKind::similar_to(kind.name()), None);
            assert_eq!(EventKind::similar_to(&kind.name().to_ascii_lowercase()), Some(*kind));
            for at in 0..kind.name().len() {
                let mut name = kind.name().to_owned();
                name.remove(at);
                // `ContinentLock` and `ContinentUnlock` share a neighbour.
                assert!(EventKind::similar_to(&name).is_some(), "{name}");
            }
        }
    }
}
