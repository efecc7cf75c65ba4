use auraxis::prelude::*;

#[trigger(Death)]
async fn on_death(_: Death) -> auraxis::Result {
    std::fs::write("last-death", "")?;
    Ok(())
}

fn main() {}
