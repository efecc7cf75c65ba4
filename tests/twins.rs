//! A trigger made by the attribute and its twin made by hand see the same events.

use std::{
    collections::HashMap,
    fmt::Debug,
    sync::{Mutex, PoisonError},
};

use auraxis::{prelude::*, test::*};
use auraxis_core::frame::Frame;
use serde_json::Value;

/// What each trigger was called with, by its name.
#[derive(Debug, Default)]
struct Seen(Mutex<HashMap<String, Vec<String>>>);

impl Seen {
    fn note(&self, trigger: &TriggerHandle, event: impl Debug) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.entry(trigger.name().to_owned()).or_default().push(format!("{event:?}"));
    }

    fn by(&self, name: &str) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned().unwrap_or_default()
    }
}

fn note<E: Debug>(event: E, seen: State<Seen>, this: TriggerHandle) {
    seen.note(&this, event);
}

/// The options of the attribute, what the handler takes, and the same by hand.
macro_rules! twins {
    ($( #[trigger($($attribute:tt)*)] $name:ident($event:ty) = $by_hand:expr; )*) => {
        $(
            #[trigger($($attribute)*)]
            fn $name(event: $event, seen: State<Seen>, this: TriggerHandle) {
                note(event, seen, this);
            }
        )*

        const TWINS: &[&str] = &[$(stringify!($name)),*];

        fn by_hand() -> Vec<Trigger> {
            vec![$( $by_hand.named(twin(stringify!($name))).action(note::<$event>) ),*]
        }
    };
}

fn twin(name: &str) -> String {
    format!("{name} by hand")
}

one_of! {
    #[allow(dead_code, reason = "the events are only shown")]
    enum Fight { Death, VehicleDestroy }
}

const FRIEND: CharacterId = CharacterId(7);

fn is_headshot(death: &Death) -> bool {
    death.is_headshot
}

twins! {
    #[trigger(Event)]
    everything(Event) = Trigger::on::<Event>();

    #[trigger()]
    first_parameter(FacilityControl) = Trigger::on::<FacilityControl>();

    #[trigger("Unheard")]
    event_by_name(UnknownEvent) = Trigger::builder::<UnknownEvent>().on_named("Unheard");

    #[trigger(PlayerLogin, PlayerLogout, ContinentLock)]
    several_events(Event) =
        Trigger::builder::<Event>().on::<PlayerLogin>().on::<PlayerLogout>().on::<ContinentLock>();

    #[trigger(Death, VehicleDestroy)]
    several_events_in_an_enum(Fight) = Trigger::builder::<Fight>().on::<Death>().on::<VehicleDestroy>();

    #[trigger(Started, Connected, TriggerFailed, Stopping)]
    signals(Event) =
        Trigger::builder::<Event>().on::<Started>().on::<Connected>().on::<TriggerFailed>().on::<Stopping>();

    #[trigger(Death, condition = is_headshot)]
    condition(Death) = Trigger::on::<Death>().condition(is_headshot);

    #[trigger(Death, condition = |death| !death.is_headshot, condition = |death| death.world_id == WorldId::SOLTECH)]
    several_conditions(Death) = Trigger::on::<Death>()
        .condition(|death: &Death| !death.is_headshot)
        .condition(|death: &Death| death.world_id == WorldId::SOLTECH);

    #[trigger(Event, worlds = [WorldId::SOLTECH])]
    worlds(Event) = Trigger::on::<Event>().worlds([WorldId::SOLTECH]);

    #[trigger(Event, characters = [FRIEND])]
    characters(Event) = Trigger::on::<Event>().characters([FRIEND]);

    #[trigger(Death, PlayerLogin, characters = [FRIEND], worlds = [1, 10])]
    characters_and_worlds(Event) =
        Trigger::builder::<Event>().on::<Death>().on::<PlayerLogin>().characters([FRIEND]).worlds([1, 10]);

    #[trigger(Event, zones = [ZoneId(6)])]
    zones(Event) = Trigger::on::<Event>().zones([ZoneId(6)]);

    #[trigger(GainExperience::filter_experience(7))]
    selector(GainExperience) =
        Trigger::builder::<GainExperience>().on_selector::<GainExperience>(GainExperience::filter_experience(7));

    #[trigger(GainExperience::filter_experience(7), Death, characters = [FRIEND])]
    selector_and_characters(Event) = Trigger::builder::<Event>()
        .on_selector::<GainExperience>(GainExperience::filter_experience(7))
        .on::<Death>()
        .characters([FRIEND]);

    #[trigger(Event, sequential, single_shot)]
    single_shot(Event) = Trigger::on::<Event>().sequential().single_shot();

    #[trigger(Death, key = |death| death.world_id, concurrency = 2, queue = 5, overflow = block, condition = is_headshot)]
    order(Death) = Trigger::on::<Death>()
        .key(|death: &Death| death.world_id)
        .concurrency(2)
        .queue(5)
        .overflow(auraxis::OverflowPolicy::Block)
        .condition(is_headshot);
}

/// One of each event that the game sends, and one that this version does not know.
fn samples() -> Vec<Event> {
    macro_rules! samples {
        ($($name:ident)*) => { vec![$( $name::sample().into() ),*] };
    }
    samples! {
        AchievementEarned BattleRankUp ContinentLock ContinentUnlock Death FacilityControl FishScan GainExperience
        ItemAdded MetagameEvent PlayerFacilityCapture PlayerFacilityDefend PlayerLogin PlayerLogout SkillAdded
        VehicleDestroy UnknownEvent
    }
}

/// What else stands in the fields, if an event has them.
const VARIATIONS: &[&[(&str, &str)]] = &[
    &[],
    &[("world_id", "40")],
    &[("zone_id", "6")],
    &[("character_id", "7")],
    &[("character_id", "8"), ("attacker_character_id", "7"), ("other_id", "7")],
    &[("character_id", "7"), ("world_id", "40")],
    &[("is_headshot", "1")],
    &[("experience_id", "7")],
    &[("experience_id", "7"), ("character_id", "7")],
];

fn varied(event: &Event, variation: &[(&str, &str)]) -> Event {
    let mut frame: Value = serde_json::from_str(&event.to_frame()).expect("a frame is JSON");
    for (field, value) in variation {
        if let Some(place) = frame["payload"].get_mut(field) {
            *place = (*value).into();
        }
    }
    match Frame::parse(&frame.to_string()) {
        Ok(Frame::Event(event)) => event,
        other => panic!("not an event: {other:?}"),
    }
}

#[test]
fn every_event_has_a_sample() {
    let kinds: Vec<_> = samples().iter().map(Event::kind).filter(|kind| *kind != EventKind::Unknown).collect();
    assert_eq!(kinds, EventKind::ALL);
}

#[test]
fn a_trigger_and_its_twin_see_the_same() {
    paused(async {
        let builder = Client::builder().registered().state(Seen::default());
        let builder = by_hand().into_iter().fold(builder, auraxis::ClientBuilder::trigger);
        let bot = TestClient::start(builder).await;
        let samples = samples();
        for variation in VARIATIONS {
            for sample in &samples {
                bot.send(varied(sample, variation)).await;
            }
        }
        let (seen, sent) = (bot.state::<Seen>(), samples.len() * VARIATIONS.len());
        bot.stop().await;
        assert_eq!(seen.by("everything").len(), sent);
        for name in TWINS {
            let (attribute, by_hand) = (seen.by(name), seen.by(&twin(name)));
            assert_eq!(attribute, by_hand, "{name}");
            assert!(!attribute.is_empty(), "{name} saw nothing");
            assert!(attribute.len() < sent || *name == "everything", "{name} refused nothing");
        }
    });
}
