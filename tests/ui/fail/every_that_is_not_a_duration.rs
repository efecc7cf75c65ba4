use auraxis::prelude::*;

#[every(seconds())]
fn report(_: Client) {}

fn seconds() -> u64 {
    5
}

fn main() {}
