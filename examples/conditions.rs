//! Every kind of condition. All conditions of a trigger must hold. They get a reference to the event.

use std::sync::atomic::{AtomicBool, Ordering};

use auraxis::{Conditions, prelude::*};

/// A switch that turns a trigger off.
static QUIET: AtomicBool = AtomicBool::new(true);

/// A list of conditions that grows while the program runs.
static WATCHED: Conditions<Death> = Conditions::new();

fn by_enemy(death: &Death) -> bool {
    death.attacker_team_id.is_some() && death.attacker_team_id != death.team_id
}

#[trigger(Death, condition = by_enemy, condition = |death| death.is_headshot, condition = &WATCHED)]
fn on_headshot(death: Death) {
    println!("{} was shot in the head", death.character_id);
    // Ignore this character from now on.
    WATCHED.push(move |other: &Death| other.character_id != death.character_id);
}

#[trigger(PlayerLogin, condition = &QUIET, name = "first login")]
fn on_first_login(login: PlayerLogin) {
    println!("{} logged in; further logins are ignored", login.character_id);
    QUIET.store(false, Ordering::Relaxed);
}

fn main() -> auraxis::Result {
    auraxis::run!()
}
