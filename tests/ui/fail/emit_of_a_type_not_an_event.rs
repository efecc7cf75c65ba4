use auraxis::prelude::*;

#[derive(Clone, Debug)]
struct Spree;

#[trigger(Death)]
fn count(_: Death, client: Client) -> auraxis::Result {
    client.emit(Spree)
}

fn main() {}
