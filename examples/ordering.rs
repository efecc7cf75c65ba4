//! Ordering and limits for handlers that wait.

use std::time::Duration;

use auraxis::prelude::*;
use tokio::time::sleep;

/// Stands for a call to a chat service or a database.
const SLOW: Duration = Duration::from_millis(300);

/// One run at a time, in order of arrival. If more than 10 events wait, the oldest is dropped and counted.
#[trigger(Death, sequential, queue = 10, overflow = drop_oldest)]
async fn one_by_one(death: Death) {
    sleep(SLOW).await;
    println!("one by one: {}", death.timestamp);
}

/// In order for each character; different characters run at the same time.
#[trigger(GainExperience, key = |experience| experience.character_id, concurrency = 64)]
async fn by_character(experience: GainExperience) {
    sleep(SLOW).await;
    if experience.amount > 100 {
        println!("by character: {} gained {}", experience.character_id, experience.amount);
    }
}

/// Blocking code, on a thread pool, where it delays nothing else.
#[trigger(VehicleDestroy, blocking, concurrency = 2)]
fn to_disk(destroy: VehicleDestroy) {
    std::thread::sleep(SLOW);
    println!("written: {}", destroy.vehicle_id.name().unwrap_or("something"));
}

/// A run that takes too long is canceled and counted as failed.
#[trigger(PlayerLogin, timeout = Duration::from_millis(100))]
async fn in_time(login: PlayerLogin) {
    if login.character_id.0.is_multiple_of(3) {
        sleep(SLOW).await;
    }
}

#[trigger(Overflow)]
fn on_overflow(overflow: Overflow) {
    println!("{} dropped {} events", overflow.trigger, overflow.dropped);
}

fn main() -> auraxis::Result {
    auraxis::run!()
}
