use std::time::Duration;

use auraxis::prelude::*;

#[trigger(Death, check = is_enemy, retry = 3, timeout = Duration::from_secs(5), on_error = |e| eprintln!("{e}"))]
async fn post(_: Death) -> std::io::Result<()> {
    Ok(())
}

#[trigger(Death, check = |d, on: State<bool>| d.is_headshot && *on)]
fn with_a_closure(_: Death) {}

async fn is_enemy(_: Death, _: Client) -> auraxis::Result<bool> {
    Ok(true)
}
