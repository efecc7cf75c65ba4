//! Conditions of every sort. All of a trigger must hold; they see what the handler sees.

use std::sync::atomic::{AtomicBool, Ordering};

use auraxis::{Conditions, prelude::*};

/// A switch, thrown by another trigger.
static QUIET: AtomicBool = AtomicBool::new(true);

/// A list that grows while the program runs.
static WATCHED: Conditions<Death> = Conditions::new();

fn by_enemy(death: &Death) -> bool {
    death.attacker_team_id.is_some() && death.attacker_team_id != death.team_id
}

#[trigger(Death, condition = by_enemy, condition = |death| death.is_headshot, condition = &WATCHED)]
fn on_headshot(death: Death) {
    println!("{} was shot in the head", death.character_id);
    // From now on, only others.
    WATCHED.push(move |other: &Death| other.character_id != death.character_id);
}

#[trigger(PlayerLogin, condition = &QUIET, name = "first login")]
fn on_first_login(login: PlayerLogin) {
    println!("{} is here; logins are not told from now on", login.character_id);
    QUIET.store(false, Ordering::Relaxed);
}

fn main() -> auraxis::Result {
    auraxis::run!()
}
