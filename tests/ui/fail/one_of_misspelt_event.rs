use auraxis::prelude::*;

one_of! {
    enum Fight { Deth, VehicleDestroy }
}

fn main() {}
