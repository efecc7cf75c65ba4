//! One trigger for several events, as an enum that is matched exhaustively.

use auraxis::prelude::*;

one_of! {
    /// A character logged in or out.
    enum Presence { PlayerLogin, PlayerLogout }
}

#[trigger(PlayerLogin, PlayerLogout)]
fn on_presence(presence: Presence) {
    match presence {
        Presence::PlayerLogin(login) => println!("{} logged in on world {}", login.character_id, login.world_id),
        Presence::PlayerLogout(logout) => println!("{} logged out of world {}", logout.character_id, logout.world_id),
    }
}

/// `Event` holds every event, so it needs an arm for the rest.
#[trigger(FacilityControl, ContinentLock, MetagameEvent)]
fn on_world_news(event: Event) {
    match event {
        Event::FacilityControl(control) if control.new_faction_id == control.old_faction_id => {
            println!("facility {} was defended", control.facility_id);
        }
        Event::FacilityControl(control) => println!("facility {} was captured", control.facility_id),
        other => println!("{} in zone {:?}", other.name(), other.zone_id()),
    }
}

fn main() -> auraxis::Result {
    auraxis::run!()
}
