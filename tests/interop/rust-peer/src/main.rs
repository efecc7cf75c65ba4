//! Notes down what the crate `auraxis` of the public registry receives from the simulator:
//! `EVENT_STREAM SECONDS FILE`.
//!
//! Nothing of it is changed but its endpoint. It is asked for every event that it has fields for, except those that it
//! cannot read: it takes `outfit_id` for a number, so the three events about facilities are errors to it.

use std::{
    env,
    fs::File,
    io::{BufWriter, Write as _},
    time::Duration,
};

use auraxis::realtime::{
    client::{RealtimeClient, RealtimeClientConfig},
    event::{Event, EventNames},
    subscription::{CharacterSubscription, EventSubscription, SubscriptionSettings, WorldSubscription},
};
use serde_json::{Value, json};
use tokio::time::{Instant, timeout_at};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// The fields of an event as they were on the wire. It writes them otherwise itself.
macro_rules! row {
    ($name:literal $event:ident: $($number:ident)*; $($closed:ident)*; $($text:ident)*) => {
        json!({
            "event_name": $name,
            "timestamp": $event.timestamp.timestamp(),
            "world_id": $event.world_id as i16,
            $(stringify!($number): $event.$number.to_string(),)*
            $(stringify!($closed): $event.$closed as i16,)*
            $(stringify!($text): $event.$text,)*
        })
    };
}

fn row(event: &Event) -> Option<Value> {
    Some(match event {
        Event::PlayerLogin(e) => row!("PlayerLogin" e: character_id; ;),
        Event::PlayerLogout(e) => row!("PlayerLogout" e: character_id; ;),
        Event::Death(e) => row!("Death" e:
            attacker_character_id attacker_fire_mode_id attacker_vehicle_id attacker_weapon_id character_id zone_id;
            attacker_loadout_id character_loadout_id; is_headshot),
        Event::VehicleDestroy(e) => row!("VehicleDestroy" e:
            attacker_character_id attacker_vehicle_id attacker_weapon_id character_id facility_id vehicle_id zone_id;
            attacker_loadout_id faction_id;),
        Event::GainExperience(e) => row!("GainExperience" e:
            amount character_id experience_id other_id zone_id; loadout_id team_id;),
        Event::ContinentLock(e) => row!("ContinentLock" e:
            metagame_event_id nc_population tr_population vs_population zone_id;
            previous_faction triggering_faction;),
        Event::MetagameEvent(e) => row!("MetagameEvent" e:
            experience_bonus faction_nc faction_tr faction_vs instance_id metagame_event_id metagame_event_state
            zone_id; ; metagame_event_state_name),
        Event::ItemAdded(e) => row!("ItemAdded" e: character_id item_count item_id zone_id; ; context),
        _ => return None,
    })
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let [_, url, seconds, path] = &*env::args().collect::<Vec<_>>() else { return Err("EVENT_STREAM SECONDS FILE".into()) };
    let end = Instant::now() + Duration::from_secs_f64(seconds.parse()?);
    let mut file = BufWriter::new(File::create(path)?);

    let mut client = RealtimeClient::new(RealtimeClientConfig {
        service_id: "interop".to_owned(),
        realtime_url: Some(url.clone()),
        ..RealtimeClientConfig::default()
    });
    client.subscribe(SubscriptionSettings {
        event_names: Some(EventSubscription::Ids(vec![
            EventNames::PlayerLogin,
            EventNames::PlayerLogout,
            EventNames::Death,
            EventNames::VehicleDestroy,
            EventNames::GainExperience,
            EventNames::ContinentLock,
            EventNames::MetagameEvent,
            EventNames::ItemAdded,
        ])),
        characters: Some(CharacterSubscription::All),
        worlds: Some(WorldSubscription::All),
        ..SubscriptionSettings::empty()
    });
    let mut events = client.connect().await?;
    while let Ok(Some(event)) = timeout_at(end, events.recv()).await {
        if let Some(row) = row(&event) {
            writeln!(file, "{row}")?;
        }
    }
    file.flush()?;
    if Instant::now() < end {
        return Err("the stream ended too early".into());
    }
    Ok(())
}
