use auraxis::prelude::*;

#[every(5)]
fn report(_: Client) {}

fn main() {}
