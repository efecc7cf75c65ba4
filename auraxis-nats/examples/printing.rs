//! A bot for tests: prints the frame of each event.

use std::io::{self, Write as _};

use auraxis::prelude::*;

#[trigger(Event)]
fn print(event: Event) -> io::Result<()> {
    writeln!(io::stdout(), "{}", event.to_frame())
}

fn main() -> auraxis::Result {
    auraxis::run!(durable = "printing")
}
