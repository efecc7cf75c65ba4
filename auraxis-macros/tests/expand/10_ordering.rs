use auraxis::prelude::*;

#[trigger(Death, sequential)]
async fn one_by_one(_: Death) {}

#[trigger(Death, key = |d| d.character_id, concurrency = 8)]
async fn one_by_one_per_victim(_: Death) {}
