use auraxis::prelude::*;

#[trigger(Death, condition = |d| d.team_id)]
async fn on_death(_: Death) {}

fn main() {}
