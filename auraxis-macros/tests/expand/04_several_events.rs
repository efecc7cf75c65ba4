use auraxis::prelude::*;

one_of! {
    enum Fight { Death, VehicleDestroy }
}

#[trigger(Death, auraxis::event::VehicleDestroy)]
async fn fight(fight: Fight) {
    match fight {
        Fight::Death(_) => println!("someone died"),
        Fight::VehicleDestroy(_) => println!("something blew up"),
    }
}

#[trigger(Event)]
async fn everything(_: Event) {}
