use std::time::Duration;

use auraxis::prelude::*;

#[every("1h30m")]
async fn report(_: Client, _: State<bool>) {}

#[every(Duration::from_secs(10), name = "ping", concurrency = 2, timeout = Duration::from_secs(5), retry = 1)]
fn ping(tick: Tick, _: Client) -> std::io::Result<()> {
    println!("{}", tick.timestamp);
    Ok(())
}

#[every(cron = "0 4 * * *", on_error = |e| eprintln!("{e}"), blocking)]
fn clean_up() {}
