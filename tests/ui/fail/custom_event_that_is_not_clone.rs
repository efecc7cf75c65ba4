use auraxis::prelude::*;

#[derive(Debug, CustomEvent)]
struct Spree {
    kills: u32,
}

fn main() {}
