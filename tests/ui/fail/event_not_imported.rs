use auraxis::trigger;

#[trigger]
async fn on_death(_: Death) {}

fn main() {}
