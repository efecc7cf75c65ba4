use auraxis::prelude::*;

fn is_headshot(death: Death) -> bool {
    death.is_headshot
}

#[trigger(Death, condition = is_headshot)]
async fn on_death(_: Death) {}

fn main() {}
