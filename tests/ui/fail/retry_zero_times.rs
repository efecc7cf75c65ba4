use auraxis::prelude::*;

#[trigger(Death, retry = 0)]
fn on_death(_: Death) -> auraxis::Result {
    Ok(())
}

fn main() {}
