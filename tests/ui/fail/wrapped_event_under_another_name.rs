use auraxis::prelude::*;

use std::sync::Arc;

type Shared = Arc<Death>;

#[trigger(Death)]
fn on_death(_: Shared) {}

fn main() {}
