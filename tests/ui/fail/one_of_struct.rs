use auraxis::prelude::*;

one_of! {
    struct Fight { Death, VehicleDestroy }
}

fn main() {}
