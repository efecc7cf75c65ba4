use auraxis::prelude::*;

#[trigger("")]
async fn on_event(_: UnknownEvent) {}

fn main() {}
