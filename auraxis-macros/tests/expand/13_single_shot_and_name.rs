use auraxis::prelude::*;

#[trigger(Death, name = "first blood", single_shot)]
async fn announce(_: Death) {}
