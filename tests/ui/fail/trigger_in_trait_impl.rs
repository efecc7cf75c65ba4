use auraxis::prelude::*;

trait Bot {
    fn on_death(death: Death);
}

struct Mine;

impl Bot for Mine {
    #[trigger(Death)]
    fn on_death(_: Death) {}
}

fn main() {}
