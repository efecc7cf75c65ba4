use auraxis::prelude::*;

unsafe extern "C" {
    #[trigger(Death)]
    fn on_death(death: Death);
}

fn main() {}
