use auraxis::prelude::*;

use std::cell::Cell;

#[trigger(Death)]
fn on_death(_: Death, _: State<Cell<u32>>) {}

fn main() {}
