use auraxis::prelude::*;

one_of! {
    enum Fight { Death, auraxis::event::VehicleDestroy }
}

fn main() {}
