//! Lookups by id and name: shared, batched, cached.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_concurrent_lookups_of_500_characters_take_few_requests_and_then_none() {
    let sim = quiet().await;
    let census = census(&sim).build().unwrap();
    let ids = characters(&census, 500).await;
    let twice = || ids.iter().chain(&ids).copied();

    let (found, requests) = cost(&sim, look_up(&census, twice())).await;
    let found: HashSet<_> = found.into_iter().map(|row| row.unwrap().unwrap().character_id).collect();
    assert_eq!(found, ids.iter().copied().collect());
    assert!(requests <= 10, "{requests} requests");

    let (found, requests) = cost(&sim, look_up(&census, twice())).await;
    assert!(found.into_iter().all(|row| row.unwrap().is_some()));
    assert_eq!(requests, 0);
}

#[tokio::test]
async fn relations_of_a_row_share_requests_too() {
    let sim = quiet().await;
    let census = census(&sim).build().unwrap();
    let character = census.find::<Character>().filter("title_id", gt(0)).first().await.unwrap().unwrap();
    let (names, requests) = cost(&sim, async {
        let names: Vec<_> = (0..50).map(|_| character.name_long(&census)).collect();
        try_join_all(names).await.unwrap()
    })
    .await;
    assert!(names.iter().all(|name| name.ends_with(&format!(" {}", character.name))), "{names:?}");
    assert_eq!(requests, 1);
}

#[tokio::test]
async fn a_missing_row_is_cached_only_briefly() {
    let sim = quiet().await;
    let census = census(&sim).cache_of::<Title>(Cache { size: 10, ttl: Some(millis(50)) }).build().unwrap();
    assert_eq!(cost(&sim, census.get_by_id::<Character>(NOBODY)).await.1, 1);
    assert_eq!(cost(&sim, census.get_by_id::<Character>(NOBODY)).await.1, 0);
    within(async {
        while sim.requests().len() < 3 {
            assert_eq!(census.get_by_id::<Title>(TitleId(0)).await.unwrap(), None);
            tokio::time::sleep(millis(10)).await;
        }
    })
    .await;
}

#[tokio::test]
async fn without_a_cache_only_concurrent_lookups_are_shared() {
    let sim = quiet().await;
    let census = census(&sim).cache(false).build().unwrap();
    let [id] = characters(&census, 1).await.try_into().unwrap();
    for _ in 0..2 {
        let (found, requests) = cost(&sim, look_up(&census, [id; 20])).await;
        assert!(found.into_iter().all(|row| row.unwrap().is_some()));
        assert_eq!(requests, 1);
    }
}

#[tokio::test]
async fn an_error_is_shared_and_not_cached() {
    let sim = quiet().await;
    let census = census(&sim).retries(0).build().unwrap();
    let ids = characters(&census, 20).await;
    sim.next_rest_faults([RestFault::Status(500)]);
    let (found, requests) = cost(&sim, look_up(&census, ids.iter().chain(&ids).copied())).await;
    for row in found {
        assert!(matches!(row.unwrap_err().fault(), Some(FaultKind::Status { status: 500, .. })));
    }
    assert_eq!(requests, 1);
    let (found, _) = cost(&sim, look_up(&census, ids)).await;
    assert!(found.into_iter().all(|row| row.unwrap().is_some()));
}

#[tokio::test]
async fn a_row_that_cannot_be_read_fails_only_its_own_lookup() {
    let sim = quiet().await;
    let census = census(&sim).build().unwrap();
    let get = |id| census.get_by_id::<Item>(ItemId(id));
    let answer = |list| RestFault::Body(list);
    sim.next_rest_faults([answer(r#"{"item_list":[{"item_id":"2"},{"item_id":"what"}]}"#)]);
    let (good, unknown) = tokio::join!(get(2), get(4));
    assert_eq!(good.unwrap().unwrap().item_id, ItemId(2));
    let error = unknown.unwrap_err();
    assert!(matches!(error.fault(), Some(FaultKind::Payload { .. })), "its row may be the one with the unreadable id");
    assert!(error.url().is_some_and(|url| url.ends_with("item?item_id=2,4&c:limit=2")), "{error}");
    assert_eq!((error.attempts(), census.request_stats().failed_calls), (1, 1));

    let regions = r#"{"map_region_list":[{"map_region_id":"2","zone_id":"2"},{"map_region_id":"3"}]}"#;
    sim.next_rest_faults([answer(regions)]);
    let region = |id| census.get_by_id::<MapRegion>(MapRegionId(id));
    let (good, bad, none) = tokio::join!(region(2), region(3), region(4));
    assert!(good.unwrap().is_some() && none.unwrap().is_none(), "only row 3 cannot be read");
    assert!(matches!(bad.unwrap_err().fault(), Some(FaultKind::Payload { .. })));
}

#[tokio::test]
async fn a_dropped_lookup_does_not_affect_others() {
    let sim = quiet().await;
    let census = census(&sim).build().unwrap();
    let [id] = characters(&census, 1).await.try_into().unwrap();
    sim.next_rest_faults([RestFault::Hang(Duration::from_secs(1))]);
    let before = sim.requests().len();
    let dropped = tokio::spawn({
        let census = census.clone();
        async move { census.get_by_id::<Character>(id).await }
    });
    until("its request", || sim.requests().len() > before).await;
    let mut patient = pin!(census.get_by_id::<Character>(id));
    assert!(patient.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    dropped.abort();
    assert_eq!(within(patient).await.unwrap().unwrap().character_id, id);
    assert_eq!(sim.requests().len(), before + 1, "the answer was not lost");
}

#[tokio::test]
async fn later_lookups_have_later_deadlines_than_those_left_over_from_a_batch() {
    let sim = quiet().await;
    let census = census(&sim).in_flight(1).deadline(Duration::from_secs(3)).timeout(NEVER);
    let census = census.batch_window(millis(50)).build().unwrap();
    let [known] = characters(&census, 1).await.try_into().unwrap();
    sim.next_rest_faults([RestFault::Hang(Duration::from_secs(2)), RestFault::Hang(Duration::from_secs(2))]);
    let early = (0..150).map(|id| CharacterId(FIRST.0 + id));
    let late = async {
        // The first request is in flight, and the ids that did not fit wait for it.
        until("a request", || sim.requests().len() > 1).await;
        tokio::time::sleep(millis(1000)).await;
        census.get_by_id::<Character>(known).await
    };
    let (early, late) = tokio::join!(look_up(&census, early), within(late));
    let late_errors = early.iter().filter(|row| row.is_err()).count();
    assert_eq!(late_errors, 50, "those left over had three seconds in total");
    assert_eq!(late.unwrap().unwrap().character_id, known);
}

#[test]
fn a_lookup_is_retried_if_the_runtime_of_its_batch_shuts_down() {
    let here = tokio::runtime::Runtime::new().unwrap();
    let sim = here.block_on(quiet());
    let census = census(&sim).batch_window(millis(300)).build().unwrap();
    let there = tokio::runtime::Runtime::new().unwrap();
    let other = census.clone();
    there.spawn(async move { other.get_by_id::<Title>(TitleId(1)).await });
    std::thread::sleep(millis(50));
    let found = here.block_on(async {
        let look_up = tokio::spawn(async move { census.get_by_id::<Title>(TitleId(2)).await });
        tokio::time::sleep(millis(50)).await;
        there.shutdown_background();
        within(look_up).await.unwrap()
    });
    assert_eq!(found.unwrap().unwrap().title_id, TitleId(2));
}

#[test]
fn a_lookup_is_retried_if_its_batch_never_ran() {
    let here = tokio::runtime::Runtime::new().unwrap();
    let sim = here.block_on(quiet());
    let census = census(&sim).build().unwrap();
    let there = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut first = Box::pin(census.get_by_id::<Title>(TitleId(1)));
    there.block_on(async {
        // The task for the batch is spawned, and has no chance to run.
        assert!(first.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    });
    let found = here.block_on(async {
        let mut second = pin!(census.get_by_id::<Title>(TitleId(2)));
        assert!(second.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        there.shutdown_background();
        within(second).await
    });
    assert_eq!(found.unwrap().unwrap().title_id, TitleId(2));
}

#[tokio::test]
async fn a_dropped_lookup_is_not_retried() {
    let sim = quiet().await;
    let census = census(&sim).retry_delay(millis(1500)).build().unwrap();
    sim.rest_fault(Some(RestFault::Status(503)));
    let dropped = tokio::spawn({
        let census = census.clone();
        async move { census.get_by_id::<Title>(TitleId(1)).await }
    });
    until("a request", || census.request_stats().mean_latency.is_some()).await;
    dropped.abort();
    tokio::time::sleep(millis(3200)).await;
    assert_eq!(sim.requests().len(), 1);
}

#[test]
fn lookups_work_in_another_runtime() {
    let census = Census::builder().rest_url("http://127.0.0.1:1").retries(0);
    let census = census.batch_window(millis(500)).build().unwrap();
    let look_up = |patience| {
        let request = async { tokio::time::timeout(patience, census.get_by_id::<Title>(TitleId(1))).await };
        tokio::runtime::Runtime::new().unwrap().block_on(request)
    };
    assert!(look_up(millis(20)).is_err(), "its request has not been sent");
    assert_eq!(*look_up(Duration::from_secs(10)).unwrap().unwrap_err().kind(), ErrorKind::Connect);
}

#[tokio::test]
async fn relations_of_many_characters_are_batched() {
    let sim = quiet().await;
    let census = census(&sim).build().unwrap();
    let ids = characters(&census, 80).await;
    let (characters, requests) = cost(&sim, census.get_by_ids::<Character>(&ids)).await;
    let characters = characters.unwrap();
    assert!(characters.iter().map(|character| character.character_id).eq(ids), "in the order of the ids");
    assert_eq!(requests, 1);

    let (worlds, requests) = cost(&sim, try_join_all(characters.iter().map(|row| row.world(&census)))).await;
    assert!(worlds.unwrap().iter().all(Option::is_some));
    assert_eq!(requests, 2, "the ids of their worlds, and the worlds");
    let (outfits, requests) = cost(&sim, try_join_all(characters.iter().map(|row| row.outfit(&census)))).await;
    assert!(outfits.unwrap().iter().flatten().any(|outfit| outfit.member_count > Some(1)));
    assert_eq!(requests, 1);
    for _ in 0..2 {
        let (_, requests) = cost(&sim, try_join_all(characters.iter().map(|row| row.is_online(&census)))).await;
        assert_eq!(requests, 1, "the online status is not cached");
    }
}

#[tokio::test]
async fn a_continent_is_found_by_the_id_of_its_instance() {
    let sim = quiet().await;
    let census = census(&sim).build().unwrap();
    let instance = ZoneId(ZoneId::INDAR.0 | 7 << 16);
    let (zone, _) = cost(&sim, census.get_by_id::<Zone>(instance)).await;
    assert_eq!(zone.unwrap().unwrap().zone_id, ZoneId::INDAR);
    assert_eq!(cost(&sim, census.get_by_id::<Zone>(ZoneId::INDAR)).await.1, 0);
}

#[tokio::test]
async fn a_loadout_that_the_server_lacks_is_built_in() {
    let sim = quiet().await;
    let census = census(&sim).build().unwrap();
    sim.next_rest_faults([RestFault::Body(r#"{"loadout_list":[],"returned":0}"#)]);
    let loadout = census.get_by_id::<Loadout>(LoadoutId::NSO_MEDIC).await.unwrap().unwrap();
    assert_eq!(loadout.faction_id, FactionId::NSO);
}

#[tokio::test]
async fn lookups_left_over_from_a_batch_keep_their_deadline() {
    let sim = quiet().await;
    let census = census(&sim).in_flight(1).deadline(millis(600)).batch_window(millis(100)).build().unwrap();
    sim.rest_fault(Some(RestFault::Hang(NEVER)));
    for row in look_up(&census, (0..250).map(|id| CharacterId(FIRST.0 + id))).await {
        assert_eq!(*row.unwrap_err().kind(), ErrorKind::Timeout);
    }
    assert_eq!(sim.requests().len(), 1, "the other two batches had no time left");
}

#[tokio::test]
async fn names_are_looked_up_ignoring_case() {
    let sim = quiet().await;
    let census = census(&sim).build().unwrap();
    let character = census.find::<Character>().first().await.unwrap().unwrap();
    let name = character.name.first.to_uppercase();
    let (found, _) = cost(&sim, census.get_by_name::<Character>(&name)).await;
    assert_eq!(found.unwrap().unwrap().character_id, character.character_id);
    let (again, requests) = cost(&sim, census.get_by_name::<Character>(&name.to_lowercase())).await;
    assert_eq!((again.unwrap().unwrap().name, requests), (character.name, 0));

    let world = census.get_by_name::<World>("osprey").await.unwrap().unwrap();
    assert_eq!(world.world_id, WorldId::OSPREY);
    let outfit = census.find::<Outfit>().first().await.unwrap().unwrap();
    let name = outfit.name.as_deref().unwrap().to_lowercase();
    assert_eq!(census.get_by_name::<Outfit>(&name).await.unwrap(), Some(outfit));
    assert_eq!(census.get_by_name::<Title>("no such title").await.unwrap(), None);
}
