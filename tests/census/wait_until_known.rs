//! Waiting for rows that do not exist yet.

use super::*;

#[tokio::test]
async fn a_new_character_is_polled_until_it_appears() {
    let sim = quiet().await;
    let census = census(&sim).build().unwrap();
    let [id] = characters(&census, 1).await.try_into().unwrap();
    sim.next_rest_faults([NO_CHARACTER, NO_CHARACTER, RestFault::Status(404), NO_CHARACTER]);
    assert!(
        census.wait_until_known::<Character>(id).every(millis(30)).await.is_err(),
        "a permanent error ends the wait"
    );
    let found = within(census.wait_until_known::<Character>(id).every(millis(30)).into_future()).await.unwrap();
    assert_eq!(found.unwrap().character_id, id);
    assert_eq!(census.waiting(), 0);
}

#[tokio::test]
async fn waiting_lookups_share_requests_and_are_counted_and_limited() {
    let sim = quiet().await;
    let census = census(&sim).waiting(20).batch_window(millis(100)).build().unwrap();
    let wait = |id| {
        let wait = census.wait_until_known::<Character>(CharacterId(id)).every(millis(1000)).patience(millis(2500));
        tokio::spawn(wait.into_future())
    };
    let waits: Vec<_> = (1..=20).map(wait).collect();
    until("20 waiting lookups", || census.waiting() == 20).await;
    let (answer, _) = cost(&sim, async { wait(21).await.unwrap() }).await;
    assert_eq!(*answer.unwrap_err().kind(), ErrorKind::TooManyWaiting);
    for wait in waits {
        assert_eq!(within(wait).await.unwrap().unwrap(), None);
    }
    // Three rounds of 20, and the one over the limit.
    assert!(sim.requests().len() <= 10, "{} requests", sim.requests().len());
    assert_eq!(census.waiting(), 0);

    let dropped = wait(1);
    until("a waiting lookup", || census.waiting() == 1).await;
    dropped.abort();
    until("no waiting lookup", || census.waiting() == 0).await;
}

#[tokio::test]
async fn waiting_lookups_end_when_the_client_stops() {
    let sim = quiet().await;
    let client = common::client(&sim).build().unwrap();
    let wait = tokio::spawn(client.wait_until_known::<Character>(NOBODY).into_future());
    until("a waiting lookup", || client.census().waiting() == 1).await;
    client.shutdown();
    assert_eq!(*within(wait).await.unwrap().unwrap_err().kind(), ErrorKind::Stopped);
}
