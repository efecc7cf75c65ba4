use auraxis::prelude::*;

#[every("5m")]
fn report(_: Client, _: u32) {}

fn main() {}
