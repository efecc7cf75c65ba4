use auraxis::prelude::*;

#[trigger(Death)]
fn on_death(_: Death) -> auraxis::Result {
    let _: u8 = "5".parse()?;
    Ok(())
}

fn main() {}
