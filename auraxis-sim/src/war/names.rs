//! Invented names that can be pronounced.

use std::collections::BTreeSet;

use super::dice::Dice;

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

/// Makes unique names, ignoring case.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names(BTreeSet<String>);

impl Names {
    /// A character's name: letters and digits only.
    pub(crate) fn character(&mut self, dice: &mut Dice) -> String {
        self.unique(dice, |dice| {
            let mut name = if dice.percent(30) {
                format!("{}{}", dice.pick(FIRST_HALVES), dice.pick(SECOND_HALVES))
            } else {
                word(dice)
            };
            if dice.percent(12) {
                name += &dice.between(2, 99).to_string();
            } else if dice.percent(6) {
                name = format!("x{name}x");
            }
            name
        })
    }

    /// An outfit's name and tag.
    pub(crate) fn outfit(&mut self, dice: &mut Dice) -> (String, String) {
        let name = self.unique(dice, |dice| match dice.between(0, 2) {
            0 => format!("{} {}", dice.pick(FIRST_HALVES), dice.pick(CLANS)),
            1 => format!("{} {}s", dice.pick(FIRST_HALVES), dice.pick(SECOND_HALVES)),
            _ => format!("{} {}", word(dice), dice.pick(CLANS)),
        });
        let letters: Vec<char> = name.chars().filter(char::is_ascii_alphabetic).collect();
        let tag = self
            .unique(dice, |dice| (0..dice.between(3, 4)).map(|_| dice.pick(&letters).to_ascii_uppercase()).collect());
        (name, tag)
    }

    fn unique(&mut self, dice: &mut Dice, make: impl Fn(&mut Dice) -> String) -> String {
        loop {
            let name = make(dice);
            if name.len() > 2 && self.0.insert(name.to_lowercase()) {
                return name;
            }
        }
    }
}

fn word(dice: &mut Dice) -> String {
    let mut word = format!("{}{}", dice.pick(STARTS), dice.pick(VOWELS));
    for _ in 0..dice.between(1, 2) {
        word += dice.pick(MIDDLES);
        word += dice.pick(VOWELS);
    }
    word += dice.pick(ENDS);
    let (first, rest) = word.split_at(1);
    format!("{}{rest}", first.to_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_of_letters_and_digits() {
        let (mut names, mut dice) = (Names::default(), Dice::new(1));
        let mut seen = BTreeSet::new();
        for _ in 0..2_000 {
            let name = names.character(&mut dice);
            assert!(name.chars().all(|c| c.is_ascii_alphanumeric()), "{name}");
            assert!(seen.insert(name.to_lowercase()), "{name} twice");
        }
    }
}
