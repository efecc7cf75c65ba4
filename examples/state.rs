//! State shared by handlers, and a custom extractor.

use std::{collections::HashMap, sync::Mutex};

use auraxis::{Context, FromContext, FromContextError, prelude::*};

/// Kills by character.
#[derive(Default)]
pub(crate) struct Kills(Mutex<HashMap<CharacterId, u32>>);

impl Kills {
    pub(crate) fn count(&self, character: CharacterId) -> u32 {
        let mut kills = self.0.lock().expect("no run panics with the lock");
        let count = kills.entry(character).or_default();
        *count += 1;
        *count
    }
}

pub(crate) struct Settings {
    pub(crate) every: u32,
}

/// Prints every n-th kill of a character. Extracted once, when the trigger is added.
#[derive(Clone, Copy)]
struct Every(u32);

impl FromContext for Every {
    fn from_context(context: &Context) -> Result<Self, FromContextError> {
        let settings = State::<Settings>::from_context(context)?;
        Ok(Self(settings.every))
    }
}

#[trigger(Death)]
fn on_death(death: Death, kills: State<Kills>, every: Every) {
    let Some(killer) = death.attacker_character_id.filter(|killer| *killer != death.character_id) else { return };
    let count = kills.count(killer);
    if count.is_multiple_of(every.0) {
        println!("{killer} has killed {count}");
    }
}

fn main() -> auraxis::Result {
    auraxis::run!(state = Kills::default(), state = Settings { every: 2 })
}
