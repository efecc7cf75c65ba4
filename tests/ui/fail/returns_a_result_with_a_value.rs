use auraxis::prelude::*;

#[trigger(Death)]
async fn on_death(_: Death) -> auraxis::Result<u32> {
    Ok(1)
}

fn main() {}
