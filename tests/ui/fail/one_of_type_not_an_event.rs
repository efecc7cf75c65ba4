use auraxis::prelude::*;

#[derive(Clone, Debug)]
struct Obituary;

one_of! {
    enum Sad { Death, Obituary }
}

#[trigger(Death, Obituary)]
async fn on_sad(_: Sad) {}

fn main() {}
