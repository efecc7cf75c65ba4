use auraxis::prelude::*;

#[trigger(Death, MetagameEvent)]
fn log<E: AboutCharacter>(event: E) {
    println!("{:?}", event.character_id());
}

fn main() {}
