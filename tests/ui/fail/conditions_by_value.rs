use auraxis::prelude::*;

use auraxis::Conditions;

#[trigger(Death, condition = Conditions::new())]
async fn on_death(_: Death) {}

fn main() {}
