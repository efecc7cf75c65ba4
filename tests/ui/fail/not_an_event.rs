use auraxis::prelude::*;

#[derive(Clone)]
struct Obituary;

#[trigger(Obituary)]
async fn on_obituary(_: Obituary) {}

fn main() {}
