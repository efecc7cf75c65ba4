use auraxis::prelude::*;

trait Sink {}

#[trigger(Death)]
fn on_death(_: Death, _: State<dyn Sink>) {}

fn main() {}
