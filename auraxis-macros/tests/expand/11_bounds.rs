use auraxis::prelude::*;
use std::time::Duration;

#[trigger(Death, queue = 256, overflow = drop_newest, timeout = Duration::from_secs(5))]
async fn patient(_: Death) {}
