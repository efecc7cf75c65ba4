//! Some kinds of experience only. Most of the stream is experience, and the server does not send the rest.

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
