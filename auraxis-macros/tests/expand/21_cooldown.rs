use std::time::Duration;

use auraxis::prelude::*;

#[trigger(Death, cooldown = Duration::from_secs(60), per = |d| d.attacker_character_id)]
async fn at_most_once_a_minute_per_attacker(_: Death) {}
