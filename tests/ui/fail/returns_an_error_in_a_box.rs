use auraxis::prelude::*;

#[trigger(Death)]
async fn on_death(_: Death) -> Result<(), Box<dyn std::error::Error>> {
    Ok(())
}

fn main() {}
