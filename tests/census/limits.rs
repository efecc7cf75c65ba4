//! Limits of a client.

use super::*;

#[tokio::test]
async fn the_number_of_requests_in_flight_is_limited() {
    let sim = quiet().await;
    let census = census(&sim).in_flight(2).build().unwrap();
    sim.rest_fault(Some(RestFault::Hang(millis(80))));
    let start = Instant::now();
    let searches = (0..6).map(|_| census.find::<Title>().first());
    within(try_join_all(searches)).await.unwrap();
    assert!(start.elapsed() >= millis(240), "{:?}", start.elapsed());
}

#[tokio::test]
async fn lookups_that_wait_for_the_quota_share_a_request() {
    let sim = quiet().await;
    let period = Duration::from_secs(3);
    let census = census(&sim).quota(3, period).deadline(Duration::from_secs(2)).build().unwrap();
    let start = Instant::now();
    for _ in 0..3 {
        census.find::<Title>().first().await.unwrap();
    }
    let first = tokio::spawn({
        let census = census.clone();
        async move { census.get_by_id::<Title>(TitleId(1)).await }
    });
    tokio::time::sleep(millis(100)).await;
    let (second, requests) = cost(&sim, census.get_by_id::<Title>(TitleId(2))).await;
    assert!(first.await.unwrap().unwrap().is_some() && second.unwrap().is_some());
    assert_eq!(requests, 1, "both share the first request that the quota allows");
    assert!(start.elapsed() >= period, "{:?}", start.elapsed());
}

#[tokio::test]
async fn each_server_has_its_own_quota_and_unsent_queries_use_none() {
    let (first, second) = (quiet().await, quiet().await);
    let census = census(&first).rest_urls([first.rest_url(), second.rest_url()]).quota(1, NEVER).build().unwrap();
    first.next_rest_faults([RestFault::Reset]);
    assert!(census.find::<Title>().filter("nam.en", "x").await.is_err());
    within(census.find::<Title>().first()).await.unwrap();
    assert_eq!((first.requests().len(), second.requests().len()), (1, 1));
}

#[tokio::test]
async fn a_dropped_lookup_uses_no_quota() {
    let sim = quiet().await;
    let census = census(&sim).quota(1, NEVER).batch_window(millis(200)).build().unwrap();
    assert!(tokio::time::timeout(millis(10), census.get_by_id::<Title>(TitleId(1))).await.is_err());
    tokio::time::sleep(millis(400)).await;
    within(census.find::<Title>().first()).await.unwrap();
    assert_eq!(sim.requests().len(), 1);
}

/// A request that waits for a permit is polled independently of its caller. Otherwise it would block all others.
#[tokio::test]
async fn a_future_that_is_not_polled_blocks_no_other_request() {
    let sim = quiet().await;
    let census = census(&sim).quota(2, Duration::from_secs(2)).in_flight(1).build().unwrap();
    let mut pages = census.find::<Title>().pages(2);
    within(pages.next()).await.unwrap().unwrap();
    within(pages.next()).await.unwrap().unwrap();
    assert!(tokio::time::timeout(millis(50), pages.next()).await.is_err(), "it waits for the quota");
    within(census.find::<Title>().first()).await.unwrap();

    let ids = futures_util::stream::iter(1..=2).map(|id| census.find::<Title>().filter("title_id", id).first());
    let mut found = pin!(ids.buffer_unordered(2));
    while let Some(title) = within(found.next()).await {
        let id = title.unwrap().unwrap().title_id;
        assert!(within(census.get_by_id::<Title>(id)).await.unwrap().is_some());
    }
    drop(pages);
}

#[tokio::test]
async fn a_retry_waits_for_the_quota_too() {
    let sim = quiet().await;
    let census = census(&sim).quota(1, millis(150)).build().unwrap();
    sim.next_rest_faults([RestFault::Reset]);
    let start = Instant::now();
    within(census.find::<Title>().first()).await.unwrap();
    assert!(start.elapsed() >= millis(150), "{:?}", start.elapsed());
}
