use auraxis::prelude::*;

#[trigger(PlayerLogin, zones = [ZoneId(2)])]
async fn on_login(_: PlayerLogin) {}

fn main() {}
