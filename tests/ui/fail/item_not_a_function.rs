use auraxis::prelude::*;

#[trigger(Death)]
struct OnDeath;

fn main() {}
