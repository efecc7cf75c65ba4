use auraxis::prelude::*;

#[trigger(Death)]
fn on_death(_: Death, #[cfg(unix)] _: Client) {}

fn main() {}
