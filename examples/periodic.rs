//! A periodic report, batches with retries, and a cooldown: `cargo run --example periodic -- --sim`.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use auraxis::{HandlerError, prelude::*};
use tokio::time::sleep;

/// The number of rows in the database, which is only pretended here.
#[derive(Default)]
pub(crate) struct Rows(pub(crate) AtomicUsize);

impl Rows {
    async fn insert(&self, deaths: &[Death]) -> anyhow::Result<()> {
        sleep(Duration::from_millis(20)).await;
        self.0.fetch_add(deaths.len(), Ordering::Relaxed);
        Ok(())
    }
}

#[every("10s")]
fn report(rows: State<Rows>, client: Client) {
    println!("{} rows; {}", rows.0.load(Ordering::Relaxed), client.health());
}

#[trigger(Death, batch = 100, within = Duration::from_secs(5), retry = 3, on_error = lost)]
async fn insert(deaths: Vec<Death>, rows: State<Rows>) -> anyhow::Result<()> {
    rows.insert(&deaths).await?;
    Ok(())
}

fn lost(failed: HandlerError<'_, Vec<Death>>) {
    eprintln!("{} deaths are lost: {:#}", failed.event.len(), failed.error);
}

#[trigger(FacilityControl, cooldown = Duration::from_secs(30), per = |control| control.world_id)]
fn front_line(control: FacilityControl) {
    println!("{}: {} was captured", control.world_id, control.facility_id);
}

fn main() -> auraxis::Result {
    auraxis::run!(service_id = "s:example", state = Rows::default())
}
