use auraxis::prelude::*;

#[trigger(Death)]
fn on_death(_: Death) -> ! {
    loop {}
}

fn main() {}
