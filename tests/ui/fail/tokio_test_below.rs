use auraxis::prelude::*;

#[trigger(Death)]
#[tokio::test]
async fn on_death(_: Death) {}

fn main() {}
