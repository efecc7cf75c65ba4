use std::time::Duration;

use auraxis::{HandlerError, prelude::*};

#[trigger(Death, VehicleDestroy, on_error = lost, batch = 500, key = |e| e.world_id(), within = Duration::from_secs(5))]
async fn insert(_: Vec<Event>, _: Client) {}

#[trigger(batch = 10, within = Duration::from_secs(1), blocking)]
fn delivered(_: Vec<Delivered<Death>>) {}

fn lost(error: HandlerError<'_, Vec<Event>>) {
    eprintln!("{} events were not inserted: {error}", error.event.len());
}
