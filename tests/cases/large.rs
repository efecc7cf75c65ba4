//! Handlers with futures as large as `tokio::spawn` carries, by attribute.
#![allow(clippy::large_stack_arrays)] // They are what these tests are about.

use std::{hint::black_box, time::Duration};

use auraxis::{prelude::*, test::*};

fn bots() -> auraxis::ClientBuilder {
    Client::builder().registered_in(module_path!())
}

#[trigger]
async fn large(_: PlayerLogout) {
    let mut held = [0_u8; 512 << 10];
    tokio::time::sleep(Duration::from_millis(1)).await;
    held[1] = 1;
    black_box(&held);
}

#[trigger(PlayerLogout, sequential, condition = true)]
async fn large_with_client(_: PlayerLogout, client: Client) -> auraxis::Result {
    let mut held = [0_u8; 700 << 10];
    tokio::time::sleep(Duration::from_millis(1)).await;
    held[1] = 1;
    black_box(&held);
    drop(client);
    Ok(())
}

#[test]
fn a_large_future_runs_by_attribute_in_a_test() {
    paused(async {
        let bot = TestClient::start(bots()).await;
        for _ in 0..3 {
            assert_eq!(bot.send(PlayerLogout::sample()).await.ran().len(), 2);
        }
        let report = bot.stop().await;
        assert_eq!((report.stats("large").started, report.failures().len()), (3, 0));
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_future_runs_by_attribute_live_and_in_a_replay() {
    let frame = PlayerLogout::sample();
    let path = format!("{}/cases-large.ndjson", env!("CARGO_TARGET_TMPDIR"));
    std::fs::write(&path, Event::from(frame.clone()).to_frame() + "\n").unwrap();
    let replay = bots().replay([&path]).build().unwrap();
    let handles = replay.triggers();
    crate::common::within(replay.run()).await.unwrap();
    std::fs::remove_file(&path).unwrap();
    assert!(handles.iter().all(|it| it.stats().started == 1 && it.stats().panicked == 0));

    let sim = crate::common::quiet().await;
    let live = bots().service_id("s:test").ess_url(sim.ess_url()).build().unwrap();
    let handles = live.triggers();
    let run = crate::common::start(&live).await;
    crate::common::until("a client", || sim.publish(&Event::from(frame.clone()).to_frame()) == 1).await;
    crate::common::until("runs", || handles.iter().all(|it| it.stats().started >= 1)).await;
    crate::common::stop(&live, run).await;
}
