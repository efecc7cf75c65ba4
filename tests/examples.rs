//! The bots of `examples/`, tested as anybody can test theirs: with `auraxis::test`, without a connection.
//!
//! Each example is a module here, so `registered_in` takes the triggers of one.
#![allow(dead_code, clippy::unwrap_used)] // Nobody calls their `main`.

use std::time::Duration;

use auraxis::{prelude::*, test::*};
use serde_json::json;

#[path = "../examples/conditions.rs"]
mod conditions;
#[path = "../examples/custom_event.rs"]
mod custom_event;
#[path = "../examples/experience.rs"]
mod experience;
#[path = "../examples/hand_made_join.rs"]
mod hand_made_join;
#[path = "../examples/levelup_tracker.rs"]
mod levelup_tracker;
#[path = "../examples/mutual_deaths.rs"]
mod mutual_deaths;
#[path = "../examples/online_friends.rs"]
mod online_friends;
#[path = "../examples/ordering.rs"]
mod ordering;
#[path = "../examples/outfit_roster.rs"]
mod outfit_roster;
#[path = "../examples/periodic.rs"]
mod periodic;
#[path = "../examples/several_events.rs"]
mod several_events;
#[path = "../examples/signals.rs"]
mod signals;
#[path = "../examples/state.rs"]
mod state;
#[path = "../examples/tally.rs"]
mod tally;
#[path = "../examples/wait_for.rs"]
mod wait_for;

const NOBODY: [&str; 0] = [];

fn bot(example: &str) -> auraxis::ClientBuilder {
    Client::builder().registered_in(format!("{}::{example}", module_path!()))
}

#[test]
fn the_levelup_tracker_asks_for_the_title_of_whom_it_can_name() {
    paused(async {
        let bot = TestClient::start(bot("levelup_tracker")).await;
        let levelup = BattleRankUp::sample().with(|event| event.character_id = CharacterId(5));
        assert_eq!(bot.send(levelup.clone()).await.ran(), ["print_levelup"]);
        assert_eq!(bot.rest().asked(), ["get character?character_id=5"]);

        bot.rest().add::<Character>(json!({ "character_id": 5, "name": { "first": "Higby" }, "title_id": 7 }));
        bot.send(levelup).await;
        assert_eq!(bot.rest().asked()[2..], ["get title?title_id=7"]);
        assert!(bot.stop().await.failures().is_empty());
    });
}

#[test]
fn a_levelup_that_rest_does_not_answer_for_is_reported() {
    paused(async {
        let bot = TestClient::start(bot("levelup_tracker")).await;
        bot.rest().status(503);
        let report = bot.send(BattleRankUp::sample()).await;
        assert_eq!(report.stats("print_levelup").failed, 1);
        assert!(report.failures()[0].message.contains("REST API"), "{report}");
    });
}

#[test]
fn a_test_can_ask_as_a_handler_does() {
    paused(async {
        let bot =
            TestClient::start(bot("levelup_tracker").census(|census| census.quota(1, Duration::from_mins(9)))).await;
        bot.rest().add::<Character>(json!({ "character_id": 5, "name": { "first": "Higby" }, "title_id": 7 }));
        let ids: Vec<_> = (1..=10).map(CharacterId).collect();
        let found: Vec<Character> = bot.get_by_ids(&ids).await.unwrap();
        assert_eq!(bot.rest().asked(), ["get character?character_id=1,2,3,4,5,6,7,8,9,10&c:limit=10"]);
        // No quota holds a test up.
        assert_eq!(found[0].name_long(&bot).await.unwrap(), "Higby");
    });
}

#[test]
fn mutual_deaths_are_found_once_and_looked_up_together() {
    paused(async {
        let bot = TestClient::start(bot("mutual_deaths").state(mutual_deaths::Unanswered::default())).await;
        let death = |victim: u64, killer: u64, second: i64| {
            Death::sample().with(|death| {
                death.character_id = CharacterId(victim);
                death.attacker_character_id = Some(CharacterId(killer));
                death.timestamp = Timestamp(second);
            })
        };
        let suicide = bot.send(death(1, 1, 0)).await;
        assert_eq!(suicide.stats("on_death").rejected, 1, "{suicide}");
        bot.send(death(1, 2, 0)).await;
        bot.send(death(2, 1, 6)).await;
        assert_eq!(bot.rest().asked(), NOBODY, "six seconds are too long");
        bot.send(death(1, 2, 10)).await;
        assert_eq!(bot.rest().asked(), ["get character?character_id=1,2&c:limit=2"]);
        assert!(bot.stop().await.failures().is_empty());
    });
}

#[test]
fn conditions_let_the_first_headshot_by_an_enemy_through() {
    paused(async {
        let bot = TestClient::start(bot("conditions")).await;
        let headshot = Death::sample().with(|death| death.is_headshot = true);
        assert_eq!(bot.send(Death::sample()).await.stats("on_headshot").rejected, 1);
        let friendly = headshot.clone().with(|death| death.attacker_team_id = death.team_id);
        assert_eq!(bot.send(friendly).await.ran(), NOBODY);
        let victims = [1, 1, 2].map(|id| headshot.clone().with(|death| death.character_id = CharacterId(id)));
        let mut ran = Vec::new();
        for victim in victims {
            ran.push(bot.send(victim).await.ran().len());
        }
        // With an empty list, all are let through; with this victim in it, others only.
        assert_eq!(ran, [1, 0, 1]);
        assert_eq!(bot.send(PlayerLogin::sample()).await.ran(), ["first login"]);
        assert_eq!(bot.send(PlayerLogin::sample()).await.ran(), NOBODY);
    });
}

#[test]
fn only_revives_are_taken() {
    paused(async {
        let bot = TestClient::start(bot("experience")).await;
        let gain = |id| GainExperience::sample().with(|gain| gain.experience_id = id);
        assert_eq!(bot.send(gain(ExperienceId::REVIVE)).await.ran(), ["on_revive"]);
        assert_eq!(bot.send(gain(ExperienceId::KILL)).await.ran(), NOBODY);
    });
}

#[test]
fn runs_are_ordered_and_bounded_as_they_say() {
    paused(async {
        let bot = TestClient::start(bot("ordering")).await;
        for _ in 0..12 {
            bot.send(Death::sample()).await;
        }
        // One runs, ten wait, and the oldest of them was dropped for the last.
        let stats = bot.report().stats("one_by_one");
        assert_eq!((stats.started, stats.dropped), (1, 1), "{stats}");
        let later = bot.advance(Duration::from_millis(300 * 11)).await;
        assert_eq!(later.stats("one_by_one").started, 10);
        assert_eq!(later.ran(), ["one_by_one", "on_overflow"]);

        bot.send(PlayerLogin::sample().with(|login| login.character_id = CharacterId(3))).await;
        let report = bot.advance(Duration::from_millis(100)).await;
        assert_eq!(report.stats("in_time").timed_out, 1, "{report}");
        assert_eq!(report.failures()[0].failure, Failure::Timeout);
    });
}

#[test]
fn several_events_reach_one_trigger() {
    paused(async {
        let bot = TestClient::start(bot("several_events")).await;
        assert_eq!(bot.send(PlayerLogin::sample()).await.ran(), ["on_presence"]);
        assert_eq!(bot.send(PlayerLogout::sample()).await.ran(), ["on_presence"]);
        assert_eq!(bot.send(FacilityControl::sample()).await.ran(), ["on_world_news"]);
        assert_eq!(bot.send(Death::sample()).await.ran(), NOBODY);
    });
}

#[test]
fn signals_come_from_the_start_to_the_end() {
    paused(async {
        let bot = TestClient::start(bot("signals")).await;
        assert_eq!(bot.report().ran(), ["on_start", "on_line"]);
        assert_eq!(bot.send(Disconnected::sample()).await.ran(), ["on_line"]);
        let up = bot.send_frame(
            r#"{"detail":"EventServerEndpoint_Emerald_17","online":"true","service":"event","type":"serviceStateChanged"}"#,
        );
        assert_eq!(up.await.ran(), ["on_world"]);
        assert!(bot.worlds()[&WorldId::EMERALD]);
        let accident = Death::sample().with(|death| death.attacker_character_id = None);
        assert_eq!(bot.send(accident).await.ran(), ["on_accident", "on_failure"]);
        assert_eq!(bot.stop().await.stats("on_stop").started, 1);
    });
}

#[test]
fn state_is_shared_and_can_be_looked_at() {
    paused(async {
        let state = bot("state").state(state::Kills::default()).state(state::Settings { every: 2 });
        let bot = TestClient::start(state).await;
        for _ in 0..3 {
            bot.send(Death::sample()).await;
        }
        let killer = Death::sample().attacker_character_id.unwrap();
        assert_eq!(bot.state::<state::Kills>().count(killer), 4);
    });
}

#[test]
fn the_tally_counts_what_it_does_not_know_too() {
    paused(async {
        let bot = TestClient::start(bot("tally").state(tally::Tally::default())).await;
        bot.send(Death::sample()).await;
        bot.send(Death::sample()).await;
        bot.send(UnknownEvent::sample()).await;
        let counts = bot.state::<tally::Tally>().counts().clone();
        assert_eq!((counts.len(), counts["Death"], counts["Unheard"]), (2, 2, 1));
        assert_eq!(bot.stop().await.stats("print").started, 1);
    });
}

#[test]
fn the_hunt_ends_when_nothing_comes_and_three_have_logged_in() {
    paused(async {
        let bot = TestClient::start(bot("wait_for")).await;
        assert_eq!(bot.send(Death::sample()).await.ran(), ["hunt"]);
        bot.send(Death::sample().with(|death| death.attacker_character_id = None)).await;
        bot.advance(Duration::from_mins(1)).await;
        for _ in 0..3 {
            assert!(!bot.shutdown_signal().is_requested());
            bot.send(PlayerLogin::sample()).await;
        }
        assert!(bot.shutdown_signal().is_requested());
        assert!(bot.stop().await.failures().is_empty());
    });
}

#[test]
fn the_friends_are_those_of_who_logs_in() {
    paused(async {
        let bot = TestClient::start(bot("online_friends")).await;
        bot.rest().add::<Character>(json!({ "character_id": 5, "name": { "first": "Higby" } }));
        let friends = json!({ "character_id": 5, "friend_list": [{ "character_id": 6, "online": "1" }] });
        bot.rest().add::<auraxis::ps2::CharactersFriend>(friends);
        bot.send(PlayerLogin::sample().with(|login| login.character_id = CharacterId(5))).await;
        let asked = bot.rest().asked();
        assert_eq!(asked[..2], ["get character?character_id=5", "get characters_friend?character_id=5"]);
        assert!(bot.stop().await.failures().is_empty());
    });
}

#[test]
fn the_roster_begins_with_the_largest_outfit() {
    paused(async {
        let bot = TestClient::start(bot("outfit_roster")).await;
        assert_eq!(bot.rest().asked(), ["get outfit?c:sort=member_count:-1"]);
        assert!(bot.stop().await.failures().is_empty());
    });
}

#[test]
fn the_hand_made_join_is_one_request() {
    paused(async {
        let bot = TestClient::start(bot("hand_made_join")).await;
        let asked = bot.rest().asked();
        assert_eq!(asked.len(), 1, "{asked:?}");
        for joined in
            ["character^on:leader_character_id", "(title^on:title_id", "characters_world^", "(world^on:world_id"]
        {
            assert!(asked[0].contains(joined), "{joined}: {asked:?}");
        }
        assert!(bot.stop().await.failures().is_empty());
    });
}

#[test]
fn a_custom_event_reaches_its_triggers_and_a_generic_handler_takes_several() {
    paused(async {
        let bot = TestClient::start(bot("custom_event").state(custom_event::Kills::default())).await;
        let kill = |victim| Death::sample().with(|death| death.character_id = CharacterId(victim));
        assert_eq!(bot.send(kill(1)).await.ran(), ["count"]);
        let spree = bot.wait_for(Trigger::on::<custom_event::KillingSpree>());
        bot.send(kill(2)).await;
        let report = bot.send(kill(3)).await;
        assert_eq!(report.ran()[..2], ["count", "announce"]);
        assert_eq!(spree.await.unwrap().kills, 3);
        assert_eq!(bot.send(PlayerLogin::sample()).await.ran(), ["presence"]);
        assert_eq!(bot.send(PlayerLogout::sample()).await.ran(), NOBODY, "the cooldown is for both");
        assert!(!bot.explain().contains("KillingSpree\n  GainExperience"));
    });
}

#[test]
fn periodic_functions_and_batches_follow_the_clock_of_the_test() {
    paused(async {
        let bot = TestClient::start(bot("periodic").state(periodic::Rows::default())).await;
        assert_eq!(bot.report().ran(), ["report"], "the first turn comes at the start");
        assert_eq!(bot.advance(Duration::from_secs(25)).await.stats("report").started, 2);
        for _ in 0..3 {
            bot.send(Death::sample()).await;
        }
        let rows = || bot.state::<periodic::Rows>().0.load(std::sync::atomic::Ordering::Relaxed);
        assert_eq!(rows(), 0);
        bot.advance(Duration::from_secs(6)).await;
        assert_eq!(rows(), 3, "five seconds after the first");
        assert_eq!(bot.send(FacilityControl::sample()).await.ran(), ["front_line"]);
        assert_eq!(bot.send(FacilityControl::sample()).await.stats("front_line").cooled_down, 1);
    });
}
