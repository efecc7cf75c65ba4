//! Signals: events from auraxis itself, handled like any other.

use auraxis::prelude::*;

/// Runs once, before any other event: set things up here.
#[trigger(Started)]
fn on_start(_: Started) {
    println!("started");
}

/// Events are missed while disconnected, so state that is built from events may be out of date.
#[trigger(Connected, Disconnected)]
fn on_line(event: Event) {
    match event {
        Event::Connected(connected) => println!("connected; this is connection {}", connected.count),
        Event::Disconnected(gone) => println!("disconnected: {}", gone.reason),
        _ => {}
    }
}

#[trigger(WorldStateChanged)]
fn on_world(world: WorldStateChanged) {
    let name = world.world_id.name().unwrap_or("a new world");
    println!("{name} is {}", if world.online { "up" } else { "down" });
}

#[trigger(Death, condition = |death| death.attacker_character_id.is_none())]
fn on_accident(death: Death) -> anyhow::Result<()> {
    anyhow::bail!("nobody is to blame for the death of {}", death.character_id)
}

/// Runs when a handler has returned an error, panicked or exceeded its timeout.
#[trigger(TriggerFailed)]
fn on_failure(failed: TriggerFailed) {
    println!("{} failed: {}", failed.trigger, failed.message);
}

#[trigger(Stopping)]
fn on_stop(_: Stopping) {
    println!("stopping");
}

fn main() -> auraxis::Result {
    auraxis::run!()
}
