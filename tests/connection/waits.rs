//! Repeated waits.

use super::*;

#[tokio::test]
async fn repeated_waits_share_a_connection_and_receive_every_event() {
    let sim = remembering().await;
    let client = client(&sim).build().unwrap();
    let run = tokio::spawn({
        let client = client.clone();
        async move { client.run().await }
    });
    for n in 1..=15 {
        let wait = client.wait_for(Trigger::on::<PlayerLogin>());
        subscription(&sim).await;
        sim.publish(&login(n, 1));
        assert_eq!(within(wait.into_future()).await.unwrap().character_id.0, n);
        sleep(Duration::from_millis(100)).await;
    }
    assert_eq!((handshakes(&sim), sim.commands().len()), (1, 1));
    stop(&client, run).await;
}

#[tokio::test]
async fn a_stream_of_events_is_complete_even_if_it_is_read_slowly() {
    let sim = remembering().await;
    let client = client(&sim).build().unwrap();
    let mut events = client.events(Trigger::on::<PlayerLogin>()).unwrap();
    let run = start(&client).await;
    subscription(&sim).await;
    for n in 1..=1_000 {
        sim.publish(&login(n, 1));
    }
    for n in 1..=1_000 {
        assert_eq!(within(events.next()).await.unwrap().character_id.0, n);
        if n % 250 == 0 {
            sleep(Duration::from_millis(100)).await;
        }
    }
    assert_eq!((events.dropped(), handshakes(&sim)), (0, 1));
    stop(&client, run).await;
}
