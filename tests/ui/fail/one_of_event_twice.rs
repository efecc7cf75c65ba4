use auraxis::prelude::*;

one_of! {
    enum Fight { Death, VehicleDestroy, Death }
}

fn main() {}
