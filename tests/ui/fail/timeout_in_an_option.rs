use auraxis::prelude::*;

use std::time::Duration;

#[trigger(Death, timeout = Some(Duration::from_secs(5)))]
async fn on_death(_: Death) {}

fn main() {}
