use auraxis::prelude::*;

#[trigger("DirectiveCompleted")]
async fn on_directive(_: Death) {}

fn main() {}
