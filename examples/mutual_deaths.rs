//! Prints whenever two players kill each other at (nearly) the same time.

use std::{collections::VecDeque, sync::Mutex, time::Duration};

use auraxis::prelude::*;

/// The longest time between two kills for them to be mutual.
const WINDOW: Duration = Duration::from_secs(5);

/// Deaths whose victim has not yet killed the killer.
#[derive(Default)]
pub(crate) struct Unanswered(Mutex<VecDeque<Death>>);

impl Unanswered {
    /// Removes and returns the earlier death in which the roles were reversed, or stores this one if there is none.
    fn answered_by(&self, death: &Death) -> Option<Death> {
        let mut deaths = self.0.lock().expect("no run panics with the lock");
        deaths.retain(|earlier| death.timestamp.since(earlier.timestamp) <= WINDOW);
        let answered = deaths.iter().position(|earlier| {
            earlier.attacker_character_id == Some(death.character_id)
                && death.attacker_character_id == Some(earlier.character_id)
                && death.timestamp.abs_diff(earlier.timestamp) <= WINDOW
        });
        if answered.is_none() {
            deaths.push_back(death.clone());
        }
        answered.and_then(|at| deaths.remove(at))
    }
}

fn by_another_player(death: &Death) -> bool {
    death.attacker_character_id.is_some_and(|attacker| attacker != death.character_id)
}

#[trigger(Death, condition = by_another_player)]
async fn on_death(death: Death, unanswered: State<Unanswered>, client: Client) -> auraxis::Result {
    let (victim, Some(killer)) = (death.character_id, death.attacker_character_id) else { return Ok(()) };
    if unanswered.answered_by(&death).is_none() {
        return Ok(());
    }

    let pair = client.get_by_ids::<Character>(&[victim, killer]).await?;
    let by_id = |id| pair.iter().find(|character| character.character_id == id);
    let (Some(victim), Some(killer)) = (by_id(victim), by_id(killer)) else {
        // Brand-new characters may not be available in the API yet.
        return Ok(());
    };
    let Some(server) = victim.world(&client).await? else { return Ok(()) };

    println!("{}: [{server}] - Mutual death between {victim} and {killer}", death.timestamp);
    Ok(())
}

fn main() -> auraxis::Result {
    auraxis::run!(service_id = "s:example", state = Unanswered::default())
}
