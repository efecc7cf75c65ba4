use auraxis::prelude::*;

#[derive(Clone)]
enum Fight {
    Death(Death),
    Vehicle(VehicleDestroy),
}

impl From<Death> for Fight {
    fn from(death: Death) -> Self {
        Self::Death(death)
    }
}

impl From<VehicleDestroy> for Fight {
    fn from(destroy: VehicleDestroy) -> Self {
        Self::Vehicle(destroy)
    }
}

#[derive(Clone)]
struct Seen<E>(E);

impl<E> From<E> for Seen<E> {
    fn from(event: E) -> Self {
        Self(event)
    }
}

impl From<BattleRankUp> for Box<Fight> {
    fn from(_: BattleRankUp) -> Self {
        unreachable!()
    }
}

#[trigger(Death, VehicleDestroy)]
fn on_fight(fight: Fight) {
    match fight {
        Fight::Death(_) | Fight::Vehicle(_) => {}
    }
}

#[trigger(Death)]
fn on_seen(seen: Seen<Death>) {
    let Seen(_) = seen;
}

#[trigger(BattleRankUp)]
fn on_rank_up(_: Box<Fight>) {}

fn main() {
    let client = Client::builder().registered().build().unwrap();
    assert_eq!(client.triggers().len(), 3);
}
