//! Derived events with the attribute, and in a test of a bot.
#![allow(clippy::unwrap_used, clippy::unused_async)] // Helpers of tests are tests.

use std::{sync::Mutex, time::Duration};

use auraxis::{prelude::*, test::*};

#[derive(Default)]
struct Log(Mutex<Vec<String>>);

impl Log {
    fn add(&self, line: String) {
        self.0.lock().unwrap().push(line);
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

#[trigger(SessionEnd)]
async fn session(end: SessionEnd, log: State<Log>) {
    log.add(format!("{} was online for {:?}", end.character_id, end.duration));
}

#[trigger(AlertStart, AlertEnd, worlds = [WorldId::OSPREY], zones = [ZoneId::INDAR])]
fn alert(event: Event, log: State<Log>) {
    log.add(event.name().to_owned());
}

#[trigger(condition = |capture| capture.participants.len() > 1)]
fn capture(capture: FacilityCapture, log: State<Log>) {
    log.add(format!("{} took {}", capture.participants.len(), capture.facility_id));
}

#[trigger]
fn population(report: Delivered<PopulationReport>, log: State<Log>) {
    log.add(format!("{} online", report.total()));
}

fn seconds_later<E: Sample>(seconds: i64, change: impl FnOnce(&mut E, Timestamp)) -> E {
    E::sample().with(|event| change(event, Timestamp(sample_moment().0 + seconds)))
}

fn sample_moment() -> Timestamp {
    SessionStart::sample().timestamp
}

#[test]
fn a_bot_receives_derived_events() {
    paused(async {
        let bot = TestClient::start(Client::builder().registered().state(Log::default())).await;
        let log = bot.state::<Log>();
        bot.send(PlayerLogin::sample()).await;
        bot.send(seconds_later::<PlayerLogout>(40, |it, at| it.timestamp = at)).await;
        let report = bot.advance(Duration::from_secs(7)).await;
        assert_eq!((report.ran(), log.take()), (vec!["session"], vec![format!("{} was online for Some(40s)", id(1))]));

        bot.send(MetagameEvent::sample()).await;
        assert_eq!(log.take(), ["AlertStart"]);
        bot.advance(Duration::from_secs(5_400 + 310)).await;
        assert_eq!(log.take(), ["AlertEnd"]);

        let now = 10_000;
        for character in [1, 2] {
            let taken_part = seconds_later::<PlayerFacilityCapture>(now, |it, at| {
                (it.timestamp, it.character_id) = (at, id(character));
            });
            bot.send(taken_part).await;
        }
        bot.send(seconds_later::<FacilityControl>(now, |it, at| it.timestamp = at)).await;
        bot.advance(Duration::from_secs(7)).await;
        assert_eq!(log.take(), ["2 took 7500"]);

        bot.send(seconds_later::<Death>(now + 10, |it, at| it.timestamp = at)).await;
        bot.advance(Duration::from_secs(62)).await;
        assert_eq!(log.take(), ["2 online"]);
        // A derived event can be sent like any other.
        assert_eq!(bot.send(SessionEnd::sample()).await.ran(), ["session"]);
    });
}

fn id(number: u64) -> CharacterId {
    CharacterId(PlayerLogin::sample().character_id.0 + number - 1)
}
