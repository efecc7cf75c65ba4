use auraxis::prelude::*;

use std::sync::Mutex;

#[trigger(Death)]
fn on_death(_: Mutex<Death>) {}

fn main() {}
