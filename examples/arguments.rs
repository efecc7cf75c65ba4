//! A bot with flags of its own: `cargo run --example arguments -- --sim --headshots --limit 3`.

use std::sync::atomic::{AtomicU32, Ordering};

use auraxis::{clap, prelude::*};

/// Announces deaths.
#[derive(clap::Parser)]
struct Arguments {
    /// Only headshots
    #[arg(long)]
    headshots: bool,

    /// Stop after so many deaths
    #[arg(long, value_name = "N", default_value_t = 10)]
    limit: u32,
}

#[trigger(Death)]
fn announce(death: Death, arguments: State<Arguments>, announced: State<AtomicU32>, client: Client) {
    if arguments.headshots && !death.is_headshot {
        return;
    }
    let count = announced.fetch_add(1, Ordering::Relaxed) + 1;
    if count <= arguments.limit {
        println!("{count}: {} died", death.character_id);
    }
    if count >= arguments.limit {
        client.shutdown();
    }
}

fn main() -> auraxis::Result {
    auraxis::run!(args = Arguments, state = AtomicU32::new(0))
}
