//! A bot for operations: triggers for each participant that are made anew whenever somebody joins, a dozen for the squad,
//! all removed at the end, and the same again for the next operation.

use std::time::Duration;

use auraxis::prelude::*;

use crate::common::{Diary, client, death, login, quiet, set, stop, until};

fn squad(client: &Client, members: &[u64], diary: &Diary) {
    for &experience in &[7, 53, 51, 4, 5, 34, 142, 36, 272, 556, 557, 201] {
        let trigger = Trigger::builder::<Event>()
            .on_selector::<GainExperience>(GainExperience::filter_experience(experience))
            .named(format!("experience {experience}"))
            .characters(members.to_vec());
        let _ = client.remove(&format!("experience {experience}"));
        client.add(trigger.action(|_: Event| ())).unwrap();
    }
    // The new one is there before the old one goes, so that none is missed.
    let deaths = Trigger::on::<Death>().named(format!("deaths of {}", members.len())).characters(members.to_vec());
    let diary = diary.clone();
    client.add(deaths.action(move |death: Death| diary.note(death.character_id))).unwrap();
    let _ = client.remove(&format!("deaths of {}", members.len() - 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn triggers_that_are_made_anew_for_each_participant_miss_nothing_and_leave_nothing() {
    let (sim, diary) = (quiet().await, Diary::default());
    let client = client(&sim).linger(Duration::from_millis(300)).build().unwrap();
    let run = tokio::spawn({
        let client = client.clone();
        async move { client.run().await }
    });
    let mut expected = Vec::new();
    for operation in 0..3_u64 {
        let mut members = Vec::new();
        for member in 0..12 {
            members.push(1_000 * operation + member + 1);
            squad(&client, &members, &diary);
            if member == 0 {
                until("a connection", || sim.connections() == 1).await;
                until("the first", || sim.subscriptions().first().is_some_and(|it| it.lists.event_names.len() == 13))
                    .await;
            }
            // Whoever was there before is there all the time: there is no gap while triggers are made anew.
            let first = members[0];
            assert_eq!(sim.publish(&death(9, first, i64::try_from(member).unwrap(), 1)), 1, "{operation}, {member}");
            expected.push(first.to_string());
            // Until it has been handled: an event that arrives between an addition and a removal goes to both triggers.
            diary.entries(expected.len()).await;
        }
        until("all members", || sim.subscriptions().first().is_some_and(|it| it.lists.characters.len() == 12)).await;
        let subscribed = sim.subscriptions().remove(0);
        assert_eq!(subscribed.lists.event_names.len(), 13, "{subscribed:?}");
        assert_eq!(subscribed.lists.characters, members.iter().map(ToString::to_string).collect());
        assert_eq!(diary.entries(expected.len()).await, expected);
        for trigger in client.triggers() {
            trigger.remove();
        }
        until("the end of the connection", || sim.connections() == 0).await;
        assert!(client.triggers().is_empty());
    }
    client.add(Trigger::on::<PlayerLogin>().action(|_: PlayerLogin| ())).unwrap();
    until("another connection", || sim.publish(&login(1, 1)) == 1).await;
    assert_eq!(sim.subscriptions()[0].lists.event_names, set(["PlayerLogin"]));
    stop(&client, run).await;
}
