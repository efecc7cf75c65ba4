use auraxis::prelude::*;

trait Bot {
    #[trigger(Death)]
    fn on_death(_: Death) {}
}

fn main() {}
