//! Subscribes only to some kinds of experience. Most of the stream is experience, and the server omits the other kinds.

use auraxis::prelude::*;

#[trigger(
    GainExperience::filter_experience(ExperienceId::REVIVE),
    GainExperience::filter_experience(ExperienceId::SQUAD_REVIVE)
)]
fn on_revive(revive: GainExperience) {
    let medic = revive.character_id;
    if let Some(patient) = revive.other_id.and_then(EntityId::character) {
        println!("{medic} revived {patient} for {} points", revive.amount);
    }
}

fn main() -> auraxis::Result {
    auraxis::run!()
}
