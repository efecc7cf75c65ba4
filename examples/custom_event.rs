//! Events of your own: one trigger counts, another announces. `cargo run --example custom_event -- --sim`.

use std::{collections::HashMap, sync::Mutex};

use auraxis::prelude::*;

/// A character killed several others without dying.
#[derive(Clone, Debug, CustomEvent)]
pub(crate) struct KillingSpree {
    pub(crate) character_id: CharacterId,
    pub(crate) kills: u32,
}

#[derive(Default)]
pub(crate) struct Kills(Mutex<HashMap<CharacterId, u32>>);

#[trigger(Death)]
fn count(death: Death, kills: State<Kills>, client: Client) -> auraxis::Result {
    let mut kills = kills.0.lock().expect("no run panics with the lock");
    kills.remove(&death.character_id);
    let Some(character_id) = death.attacker_character_id.filter(|attacker| *attacker != death.character_id) else {
        return Ok(());
    };
    let count = kills.entry(character_id).or_default();
    *count += 1;
    if *count >= 3 {
        client.emit(KillingSpree { character_id, kills: *count })?;
    }
    Ok(())
}

#[trigger(condition = |spree| spree.kills.is_multiple_of(3))]
fn announce(spree: KillingSpree) {
    println!("{} killed {} without dying", spree.character_id, spree.kills);
}

// Generic handlers take any of several events.
#[trigger(PlayerLogin, PlayerLogout, cooldown = std::time::Duration::from_secs(10))]
fn presence<E: AboutCharacter>(event: E) {
    println!("{} on {}: {event:?}", event.timestamp(), event.world_id());
}

fn main() -> auraxis::Result {
    auraxis::run!(service_id = "s:example", state = Kills::default())
}
