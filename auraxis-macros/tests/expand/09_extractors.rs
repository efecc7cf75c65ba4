use auraxis::prelude::*;
use std::sync::atomic::{AtomicU64, Ordering};

#[derive(Default)]
pub(crate) struct Tally(AtomicU64);

#[trigger(Death)]
async fn count_deaths(_: Death, tally: State<Tally>, _client: Client) -> auraxis::Result {
    tally.0.fetch_add(1, Ordering::Relaxed);
    Ok(())
}
