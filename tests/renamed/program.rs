#![deny(warnings)]

use my::prelude::*;

struct Squad(Vec<CharacterId>);

one_of! {
    enum Fight { Death, my::event::VehicleDestroy }
}

my::one_of! {
    enum Rank { BattleRankUp, SkillAdded }
}

#[trigger(Death, VehicleDestroy, condition = |fight| matches!(fight, Fight::Death(_)), crate = my)]
async fn on_fight(fight: Fight, client: Client, squad: State<Squad>) -> my::Result {
    if let Fight::Death(death) = &fight
        && squad.0.contains(&death.character_id)
    {
        client.remove("on_fight")?;
    }
    Ok(())
}

#[my::trigger(BattleRankUp, SkillAdded, overflow = drop_newest, queue = 1, crate = ::my)]
fn on_rank(_: Rank) {}

#[my::trigger("DirectiveCompleted", blocking, crate = my)]
fn on_directive(_: UnknownEvent, _: Shutdown) {}

#[trigger(GainExperience::filter_experience(7), name = "revives", key = |gain| gain.character_id, crate = my)]
fn on_revive(_: GainExperience, _: TriggerHandle) {}

fn run() -> my::Result {
    my::run!(service_id = "s:example", state = Squad(vec![]))
}

fn main() {
    let _: fn() -> my::Result = run;
    let client = Client::builder().registered().state(Squad(vec![])).build().unwrap();
    let names: Vec<_> = client.triggers().iter().map(|trigger| trigger.name().to_owned()).collect();
    assert_eq!(names, ["on_fight", "on_rank", "on_directive", "revives"]);
}
