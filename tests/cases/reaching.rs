//! Hosts whose names lead nowhere.

use auraxis::prelude::*;

use crate::common::{Diary, login, quiet, start, stop, subscription, within};

/// A name that no resolver has to be asked for: its first part is too long for one.
fn nowhere() -> String {
    format!("ws://{}.test/streaming", "x".repeat(64))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_leads_nowhere_is_tried_again_and_so_is_the_next_candidate() {
    let (sim, diary) = (quiet().await, Diary::default());
    let noted = diary.clone();
    let client = Client::builder()
        .service_id("s:test")
        .ess_url(format!("{},{}", nowhere(), sim.ess_url()))
        .trigger(Trigger::on::<PlayerLogin>().action(move |login: PlayerLogin| noted.note(login.character_id)))
        .build()
        .unwrap();
    let run = start(&client).await;
    subscription(&sim).await;
    sim.publish(&login(5, 1));
    assert_eq!(diary.entries(1).await, ["5"]);
    stop(&client, run).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_whose_only_name_leads_nowhere_goes_on_and_can_be_stopped() {
    let client = Client::builder()
        .ess_url(nowhere())
        .run_for(std::time::Duration::from_secs(1))
        .trigger(Trigger::on::<PlayerLogin>().action(|_: PlayerLogin| ()))
        .build()
        .unwrap();
    within(client.run()).await.unwrap();
}
