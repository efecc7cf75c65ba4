//! Searches, pages, counts and raw requests.

use super::*;

#[tokio::test]
async fn rows_are_searched_counted_and_paged() {
    let sim = quiet().await;
    let census = census(&sim).build().unwrap();
    let all = census.find::<Title>().limit(1000).await.unwrap();
    assert_eq!(census.find::<Title>().count().await.unwrap(), all.len() as u64);
    assert_eq!(census.count(Query::new("title")).await.unwrap(), all.len() as u64);
    assert_eq!(census.get::<Title>("title_id", 1).await.unwrap().unwrap().title_id, TitleId(1));
    assert_eq!(census.get::<Title>("title_id", 0).await.unwrap(), None);

    let mut pages = census.find::<Title>().with(|query| query.sort("title_id")).pages(4);
    let mut found = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.unwrap();
        assert!((1..=4).contains(&page.len()));
        found.extend(page);
    }
    assert_eq!(found.len(), all.len());
    assert!(found.is_sorted_by_key(|title| title.title_id));
}

#[tokio::test]
async fn pages_of_characters_are_limited_in_each_database() {
    let sim = quiet().await;
    let census = census(&sim).build().unwrap();
    let mut pages = census.find::<Character>().pages(50);
    let first = pages.next().await.unwrap().unwrap();
    let second = pages.next().await.unwrap().unwrap();
    assert_eq!((first.len(), second.len()), (50, 50));
    let requests = sim.requests();
    assert!(requests[0].ends_with("character?c:limitPerDB=50"), "{requests:?}");
    assert!(requests[1].ends_with("character?c:limitPerDB=50&c:start=50"), "{requests:?}");
}

#[tokio::test]
async fn pages_continue_past_rows_that_a_join_excludes() {
    let sim = quiet().await;
    let census = census(&sim).build().unwrap();
    let faction = || Join::of::<Character>().on("character_id").inject_at("who").filter("faction_id", FactionId::VS);
    let members = |query: Query| query.sort("character_id").join(faction().inner());
    let all = census.find::<OutfitMember>().with(members).limit(5000).await.unwrap();
    let mut pages = census.find::<OutfitMember>().with(members).pages(5);
    let (mut found, mut shortest) = (Vec::new(), 5);
    while let Some(page) = within(pages.next()).await {
        let page = page.unwrap();
        shortest = shortest.min(page.len());
        found.extend(page);
    }
    assert!(found == all && found.len() > 20, "{} of {}", found.len(), all.len());
    assert!((1..5).contains(&shortest), "some pages are short, but none is empty: {shortest}");
}

#[tokio::test]
async fn collections_without_a_limit_return_all_rows_at_once() {
    let sim = quiet().await;
    let census = census(&sim).build().unwrap();
    let ids = any_of(characters(&census, 20).await);
    let find = || census.find::<CharactersOnlineStatus>().filter("character_id", ids.clone());
    assert_eq!(find().await.unwrap().len(), 20);
    let mut pages = find().pages(5);
    assert_eq!(pages.next().await.unwrap().unwrap().len(), 20);
    assert!(pages.next().await.is_none());
}

#[tokio::test]
async fn a_page_that_the_server_truncates_is_not_the_last() {
    let sim = quiet().await;
    let census = census(&sim).build().unwrap();
    let body = |from: usize, to: usize| {
        let rows: Vec<_> = (from..to).map(|id| format!(r#"{{"title_id":"{id}"}}"#)).collect();
        RestFault::Body(format!(r#"{{"title_list":[{}]}}"#, rows.join(",")).leak())
    };
    sim.next_rest_faults([body(0, 1000), body(1000, 1500)]);
    let mut pages = census.find::<Title>().pages(u32::MAX);
    assert_eq!(pages.next().await.unwrap().unwrap().len(), 1000);
    assert_eq!(pages.next().await.unwrap().unwrap().len(), 500);
    assert!(pages.next().await.is_none());
    let requests = sim.requests();
    assert!(requests[0].ends_with("?c:limit=5000"), "{requests:?}");
    assert!(requests[1].ends_with("?c:limit=5000&c:start=1000"), "{requests:?}");
}

#[tokio::test]
async fn pages_of_a_collection_without_start_end_with_an_error() {
    let sim = quiet().await;
    let census = census(&sim).build().unwrap();
    sim.next_rest_faults([RestFault::Body(
        r#"{"characters_event_list":[{"character_id":"1","world_id":"1"},{"character_id":"1","world_id":"1"}]}"#,
    )]);
    let mut pages = census.find::<CharactersEvent>().filter("character_id", 1).pages(2);
    assert_eq!(pages.next().await.unwrap().unwrap().len(), 2);
    let error = pages.next().await.unwrap().unwrap_err();
    assert!(error.to_string().contains("does not support the command `c:start`"), "{error}");
    assert!(pages.next().await.is_none());
}

#[tokio::test]
async fn a_limit_per_database_replaces_the_default_limit() {
    let sim = quiet().await;
    let census = census(&sim).build().unwrap();
    assert_eq!(census.find::<Character>().with(|query| query.limit_per_db(15)).await.unwrap().len(), 15);
    assert_eq!(census.find::<Character>().with(|query| query.limit(1)).await.unwrap().len(), 1);
    assert_eq!(census.find::<Character>().await.unwrap().len(), 10);
}

#[tokio::test]
async fn an_error_ends_the_pages() {
    let sim = quiet().await;
    let census = census(&sim).retries(0).build().unwrap();
    let mut pages = census.find::<OutfitMember>().pages(5);
    assert!(pages.next().await.unwrap().is_ok());
    sim.next_rest_faults([RestFault::Maintenance]);
    assert!(matches!(pages.next().await.unwrap().unwrap_err().fault(), Some(FaultKind::Maintenance)));
    assert!(pages.next().await.is_none());
}

#[tokio::test]
async fn a_raw_request_returns_the_whole_answer() {
    let sim = quiet().await;
    let census = census(&sim).build().unwrap();
    let answer = census.request(Query::new("title").filter("title_id", 5).timing(), Verb::Get).await.unwrap();
    assert_eq!(answer["title_list"][0]["title_id"], "5");
    assert!(answer["timing"].is_object());
    assert!(census.request(Query::new("title"), Verb::Count).await.unwrap()["count"].is_u64());
    let types = census.request(Query::datatypes(), Verb::Get).await.unwrap();
    assert!(types["datatype_list"].is_array());
    let strange = RestFault::Body(r#"["whatever"]"#);
    sim.next_rest_faults([strange]);
    assert_eq!(census.request(Query::new("title"), Verb::Get).await.unwrap()[0], "whatever");
    let timed = census.answer::<Value>(Query::new("title").timing()).await.unwrap();
    assert!(timed.took.is_some());
}
