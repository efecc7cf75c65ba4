use auraxis::prelude::*;

#[trigger(Death, condition = async |d| d.is_headshot)]
async fn on_death(_: Death) {}

fn main() {}
