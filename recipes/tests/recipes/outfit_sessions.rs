//! The sessions of an outfit, by the simulator's REST API and its stream.

use auraxis::{census::Census, prelude::*};
use auraxis_sim::Sim;
use tokio::time::{Duration, sleep};

use crate::{
    common::{quiet, subscription, within},
    process::{Bot, run},
    recipe,
};

fn sessions(sim: &Sim, tag: &str) -> tokio::process::Command {
    let mut command = recipe(env!("CARGO_BIN_EXE_outfit_sessions"), sim);
    command.env("OUTFIT", tag);
    command
}

fn presence(event: &str, character: &Character, timestamp: i64) -> String {
    format!(
        r#"{{"payload":{{"character_id":"{}","event_name":"{event}","timestamp":"{timestamp}","world_id":"1"}},"service":"event","type":"serviceMessage"}}"#,
        character.character_id
    )
}

/// Loads an outfit and its members.
async fn outfit(census: &Census) -> (Outfit, Vec<CharacterId>) {
    let largest = census.find::<Outfit>().with(|query| query.sort_descending("member_count")).first();
    let outfit = largest.await.unwrap().unwrap();
    let members = outfit.members(census).await.unwrap();
    (outfit, members.iter().map(|member| member.character_id).collect())
}

fn census(sim: &Sim) -> Census {
    Census::builder().service_id("s:test").rest_url(sim.rest_url()).build().unwrap()
}

#[tokio::test]
async fn sessions_of_members_are_measured() {
    let sim = quiet().await;
    let census = census(&sim);
    let (outfit, members) = outfit(&census).await;
    let member: Character = census.get_by_id(members[0]).await.unwrap().unwrap();
    let others = census.find::<Character>().limit(1000).await.unwrap();
    let stranger = others.iter().find(|character| !members.contains(&character.character_id)).unwrap();

    let mut bot = Bot::spawn(sessions(&sim, &outfit.tag().unwrap().to_lowercase()));
    let line = bot.line().await;
    assert!(line.ends_with(&format!("{outfit}: 0 of {} members are online", members.len())), "{line}");
    let subscribed = subscription(&sim).await;
    assert_eq!(sim.publish(&presence("PlayerLogin", stranger, 1_000)), 0, "{subscribed:?}");

    assert_eq!(sim.publish(&presence("PlayerLogin", &member, 1_000)), 1);
    assert_eq!(bot.line().await, format!("{member} has logged in"));
    // The logout between two logins was missed, so the second counts.
    sim.publish(&presence("PlayerLogin", &member, 4_600));
    assert_eq!(bot.line().await, format!("{member} has logged in"));
    sim.publish(&presence("PlayerLogout", &member, 4_600 + 7_500));
    assert_eq!(bot.line().await, format!("{member} has played 2 h 05 min"));
    // The login before it was missed.
    sim.publish(&presence("PlayerLogout", &member, 20_000));
    let end = bot.terminate().await;
    assert!(end.status.success() && end.stdout.is_empty(), "{end:?}");
}

#[tokio::test]
async fn members_who_were_online_before_the_start_are_known() {
    // On an evening, in fast motion.
    let sim = Sim::builder().rate(5_000.0).war_start(Timestamp(1_730_224_800)).start().await.unwrap();
    let census = census(&sim);
    let (outfit, members) = outfit(&census).await;
    within(async {
        while Character::online_among(&members, &census).await.unwrap().is_empty() {
            sleep(Duration::from_millis(50)).await;
        }
    })
    .await;
    let mut bot = Bot::spawn(sessions(&sim, outfit.tag().unwrap()));
    let line = bot.line().await;
    assert!(!line.contains(": 0 of "), "{line}");
    within(async { while !bot.line().await.contains(" has played at least ") {} }).await;
    assert!(bot.terminate().await.status.success());
}

#[tokio::test]
async fn an_unknown_tag_is_an_error() {
    let sim = quiet().await;
    let end = run(sessions(&sim, "NOBODY")).await;
    assert_eq!(end.status.code(), Some(1), "{end:?}");
    assert!(end.stderr.contains("there is no such outfit; check `OUTFIT`"), "{end:?}");
}
