use auraxis::prelude::*;

#[tokio::test]
#[trigger(Death)]
async fn on_death(_: Death) {}

fn main() {}
