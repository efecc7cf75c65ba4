use auraxis::prelude::*;

fn by_enemy(death: &Death) -> bool {
    death.attacker_team_id != death.team_id
}

#[trigger(Death, condition = by_enemy)]
fn on_death(_: Delivered<Death>) {}

fn main() {}
