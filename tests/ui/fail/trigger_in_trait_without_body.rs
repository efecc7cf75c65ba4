use auraxis::prelude::*;

trait Bot {
    #[trigger(Death)]
    fn on_death(death: Death);
}

fn main() {}
