//! A generator of pronounceable names.

use std::collections::BTreeSet;

use super::rng::Rng;

const STARTS: &[&str] = &[
    "B", "Br", "C", "Ch", "D", "Dr", "F", "G", "Gr", "H", "J", "K", "Kr", "L", "M", "N", "P", "R", "S", "Sh", "Sk",
    "St", "T", "Th", "Tr", "V", "W", "Z", "", "",
];
const VOWELS: &[&str] = &["a", "e", "i", "o", "u", "a", "e", "o", "ai", "ei", "ou", "ea", "y"];
const MIDDLES: &[&str] =
    &["b", "d", "g", "k", "l", "ll", "m", "n", "nd", "r", "rr", "rv", "s", "ss", "st", "t", "v", "x", "z", "lk", "mb"];
const ENDS: &[&str] = &["", "", "n", "r", "s", "l", "k", "x", "th", "sh", "rd", "nt", "m", "ck"];
const FIRST_HALVES: &[&str] = &[
    "Iron", "Grim", "Night", "Storm", "Silent", "Dusk", "Red", "Lucky", "Rusty", "Frost", "Blue", "Mad", "Swift",
    "Ghost", "Ember", "Old", "Tin", "Salt", "Copper", "Hollow",
];
const SECOND_HALVES: &[&str] = &[
    "Badger", "Anvil", "Lantern", "Wolf", "Otter", "Hammer", "Raven", "Pilot", "Medic", "Turret", "Comet", "Shovel",
    "Falcon", "Biscuit", "Walrus", "Needle", "Harrier", "Mole", "Piston", "Heron",
];
const CLANS: &[&str] = &[
    "Watch",
    "Guard",
    "Legion",
    "Vanguard",
    "Company",
    "Division",
    "Brigade",
    "Syndicate",
    "Rangers",
    "Irregulars",
    "Regulars",
    "Collective",
    "Cohort",
    "Lancers",
    "Pioneers",
    "Wardens",
];

/// Generates names that are unique, ignoring case.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names(BTreeSet<String>);

impl Names {
    /// Generates the name of a character: letters and digits only.
    pub(crate) fn character(&mut self, rng: &mut Rng) -> String {
        self.unique(rng, |rng| {
            let mut name = if rng.chance(30) {
                format!("{}{}", rng.pick(FIRST_HALVES), rng.pick(SECOND_HALVES))
            } else {
                word(rng)
            };
            if rng.chance(12) {
                name += &rng.between(2, 99).to_string();
            } else if rng.chance(6) {
                name = format!("x{name}x");
            }
            name
        })
    }

    /// Generates the name and tag of an outfit.
    pub(crate) fn outfit(&mut self, rng: &mut Rng) -> (String, String) {
        let name = self.unique(rng, |rng| match rng.between(0, 2) {
            0 => format!("{} {}", rng.pick(FIRST_HALVES), rng.pick(CLANS)),
            1 => format!("{} {}s", rng.pick(FIRST_HALVES), rng.pick(SECOND_HALVES)),
            _ => format!("{} {}", word(rng), rng.pick(CLANS)),
        });
        let letters: Vec<char> = name.chars().filter(char::is_ascii_alphabetic).collect();
        let tag =
            self.unique(rng, |rng| (0..rng.between(3, 4)).map(|_| rng.pick(&letters).to_ascii_uppercase()).collect());
        (name, tag)
    }

    fn unique(&mut self, rng: &mut Rng, make: impl Fn(&mut Rng) -> String) -> String {
        loop {
            let name = make(rng);
            if name.len() > 2 && self.0.insert(name.to_lowercase()) {
                return name;
            }
        }
    }
}

fn word(rng: &mut Rng) -> String {
    let mut word = format!("{}{}", rng.pick(STARTS), rng.pick(VOWELS));
    for _ in 0..rng.between(1, 2) {
        word += rng.pick(MIDDLES);
        word += rng.pick(VOWELS);
    }
    word += rng.pick(ENDS);
    let (first, rest) = word.split_at(1);
    format!("{}{rest}", first.to_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_alphanumeric() {
        let (mut names, mut rng) = (Names::default(), Rng::new(1));
        let mut seen = BTreeSet::new();
        for _ in 0..2_000 {
            let name = names.character(&mut rng);
            assert!(name.chars().all(|c| c.is_ascii_alphanumeric()), "{name}");
            assert!(seen.insert(name.to_lowercase()), "{name} twice");
        }
    }
}
