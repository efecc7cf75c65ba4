//! Signals: events of auraxis itself, handled like any other.

use auraxis::prelude::*;

/// Once, before any other event: set things up here.
#[trigger(Started)]
fn on_start(_: Started) {
    println!("started");
}

/// After every reconnection, cached state may be out of date.
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

/// A handler that returned an error, panicked or took too long.
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
