use auraxis::prelude::*;

#[trigger(condition = |death| death.is_headshot, key = |death| death.character_id)]
fn on_death(death: Delivered<Death>) {
    println!("{:?} ago", death.lag());
}

#[trigger(Death, BattleRankUp)]
fn on_event(event: Delivered<Event>) {
    println!("{} over link {}", event.name(), event.link());
}
