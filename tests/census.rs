//! Questions to the REST API, over a real socket.

use std::{
    collections::HashSet,
    error::Error as _,
    fmt::Write as _,
    time::{Duration, Instant},
};

use auraxis::{
    census::{Cache, Census, CensusBuilder, Endpoint, Error, ErrorKind, FaultKind, Query, Verb, gt},
    id::{CharacterId, TitleId, WorldId},
    prelude::{Character, Outfit, World},
    ps2::{OutfitMember, Title},
};
use auraxis_sim::{RestFault, Sim};
use serde_json::Value;
use tokio::task::JoinSet;

mod common;

use common::{quiet, until, within};

const SECRET: &str = "verysecret";

/// No character has it.
const NOBODY: CharacterId = CharacterId(1);

/// The answer about somebody who is not known.
const NO_CHARACTER: RestFault = RestFault::Body(r#"{"character_list":[],"returned":0}"#);

const fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// A client that asks again quickly.
fn census(sim: &Sim) -> CensusBuilder {
    Census::builder().service_id(SECRET).rest_url(sim.rest_url()).retry_delay(millis(5))
}

async fn characters(census: &Census, count: u32) -> Vec<CharacterId> {
    let query = Query::new("character").show(["character_id"]).limit(count);
    let rows: Vec<Value> = census.rows(query).await.expect("rows");
    assert_eq!(rows.len(), count as usize);
    rows.iter().map(|row| row["character_id"].as_str().and_then(|id| id.parse().ok()).expect("an id")).collect()
}

/// Looks all of them up at once.
async fn look_up(census: &Census, ids: impl IntoIterator<Item = CharacterId>) -> Vec<Result<Option<Character>, Error>> {
    let mut tasks = JoinSet::new();
    for id in ids {
        let census = census.clone();
        tasks.spawn(async move { census.get_by_id::<Character>(id).await });
    }
    within(tasks.join_all()).await
}

/// How many requests something costs.
async fn cost<T>(sim: &Sim, question: impl Future<Output = T>) -> (T, usize) {
    let before = sim.requests().len();
    let answer = within(question).await;
    (answer, sim.requests().len() - before)
}

mod look_ups {
    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn a_thousand_at_once_for_500_characters_are_few_requests_and_then_none() {
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
    async fn what_is_followed_from_a_row_is_shared_as_well() {
        let sim = quiet().await;
        let census = census(&sim).build().unwrap();
        let title = census.find::<Character>().filter("title_id", gt(0)).first().await.unwrap().unwrap();
        let (names, requests) = cost(&sim, async {
            let names: Vec<_> = (0..50).map(|_| title.name_long(&census)).collect();
            futures_util::future::try_join_all(names).await.unwrap()
        })
        .await;
        assert!(names.iter().all(|name| name.ends_with(&format!(" {}", title.name))), "{names:?}");
        assert_eq!(requests, 1);
    }

    #[tokio::test]
    async fn who_is_not_there_is_asked_for_again_a_little_later() {
        let sim = quiet().await;
        let short = Cache { size: 10, ttl: Some(millis(50)) };
        let census = census(&sim).cache_of::<Character>(short).build().unwrap();
        let ask = async || census.get_by_id::<Character>(NOBODY).await.unwrap();
        assert_eq!(cost(&sim, ask()).await, (None, 1));
        assert_eq!(cost(&sim, ask()).await, (None, 0));
        tokio::time::sleep(millis(60)).await;
        assert_eq!(cost(&sim, ask()).await, (None, 1));
    }

    #[tokio::test]
    async fn without_a_cache_only_those_at_the_same_time_are_shared() {
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
    async fn an_error_is_shared_and_not_kept() {
        let sim = quiet().await;
        let census = census(&sim).retries(0).build().unwrap();
        let ids = characters(&census, 20).await;
        sim.next_rest_faults([RestFault::Status(500)]);
        let (found, requests) = cost(&sim, look_up(&census, ids.iter().chain(&ids).copied())).await;
        for row in found {
            assert!(matches!(row.unwrap_err().fault(), Some(FaultKind::Status(500))));
        }
        assert_eq!(requests, 1);
        let (found, _) = cost(&sim, look_up(&census, ids)).await;
        assert!(found.into_iter().all(|row| row.unwrap().is_some()));
    }

    #[tokio::test]
    async fn a_row_that_cannot_be_read_costs_nobody_else_theirs() {
        let sim = quiet().await;
        let census = census(&sim).build().unwrap();
        sim.next_rest_faults([RestFault::Body(
            r#"{"title_list":[{"title_id":"2","name":{"en":"A"}},{"title_id":"what"}],"returned":2}"#,
        )]);
        let (good, bad) = tokio::join!(census.get_by_id::<Title>(TitleId(2)), census.get_by_id::<Title>(3));
        assert_eq!(good.unwrap().unwrap().title_id, TitleId(2));
        assert!(matches!(bad.unwrap_err().fault(), Some(FaultKind::Payload { .. })));
    }

    #[tokio::test]
    async fn one_that_is_given_up_disturbs_no_other() {
        let sim = quiet().await;
        let census = census(&sim).build().unwrap();
        let [id] = characters(&census, 1).await.try_into().unwrap();
        sim.next_rest_faults([RestFault::Hang(millis(100))]);
        let given_up = tokio::time::timeout(millis(50), census.get_by_id::<Character>(id));
        let patient = async {
            tokio::time::sleep(millis(10)).await;
            census.get_by_id::<Character>(id).await
        };
        let (given_up, patient) = within(async { tokio::join!(given_up, patient) }).await;
        assert!(given_up.is_err());
        assert_eq!(patient.unwrap().unwrap().character_id, id);
    }

    #[test]
    fn they_go_on_in_another_runtime() {
        let census = Census::builder().rest_url("http://127.0.0.1:1").retries(0);
        let census = census.batch_window(millis(200)).build().unwrap();
        let ask = |patience| {
            let question = async { tokio::time::timeout(patience, census.get_by_id::<Title>(TitleId(1))).await };
            tokio::runtime::Runtime::new().unwrap().block_on(question)
        };
        assert!(ask(millis(20)).is_err(), "its request is still to come");
        assert_eq!(*ask(Duration::from_secs(10)).unwrap().unwrap_err().kind(), ErrorKind::Connect);
    }

    #[tokio::test]
    async fn names_are_found_whatever_their_capital_letters() {
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
}

mod searches {
    use super::*;

    #[tokio::test]
    async fn rows_are_got_found_counted_and_paged() {
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
    async fn a_page_that_fails_ends_the_pages() {
        let sim = quiet().await;
        let census = census(&sim).retries(0).build().unwrap();
        let mut pages = census.find::<OutfitMember>().pages(5);
        assert!(pages.next().await.unwrap().is_ok());
        sim.next_rest_faults([RestFault::Maintenance]);
        assert!(matches!(pages.next().await.unwrap().unwrap_err().fault(), Some(FaultKind::Maintenance)));
        assert!(pages.next().await.is_none());
    }

    #[tokio::test]
    async fn a_raw_request_has_the_whole_answer() {
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
}

mod failures {
    use super::*;

    const SEARCH_TERM: &str = r#"{"errorCode":"SERVER_ERROR","errorMessage":"INVALID_SEARCH_TERM: Invalid search term. Valid search terms: [name, title_id]"}"#;

    /// What every way to fail looks like, and how often it is tried with one retry allowed.
    #[tokio::test]
    async fn every_failure_has_its_kind_is_retried_if_worth_it_and_shows_no_address() {
        let sim = quiet().await;
        let census = census(&sim).retries(1).timeout(millis(80)).build().unwrap();
        let cases: &[(RestFault, &str, usize)] = &[
            (RestFault::ServiceUnavailable, "ServiceUnavailable", 2),
            (RestFault::Maintenance, "Maintenance", 2),
            (RestFault::BadRequest, "BadSyntax", 1),
            (RestFault::Status(500), "Status(500)", 2),
            (RestFault::Status(503), "Status(503)", 2),
            (RestFault::Status(404), "Status(404)", 1),
            (RestFault::NotJson, "NotJson", 2),
            (RestFault::HalfBody, "Broken", 2),
            (RestFault::Reset, "Broken", 2),
            (RestFault::Hang(millis(200)), "Timeout", 2),
            (RestFault::Stall(millis(200)), "Timeout", 2),
            (RestFault::Body(r#"{"error":"No data found."}"#), "UnknownCollection", 1),
            (RestFault::Body(r#"{"error":"Bad request syntax."}"#), "BadSyntax", 1),
            (RestFault::Body(r#"{"error":"Provided Service ID is not registered. …"}"#), "InvalidServiceId", 1),
            (RestFault::Body(r#"{"error":"Missing Service ID. …"}"#), "MissingServiceId", 1),
            (RestFault::Body(SEARCH_TERM), "InvalidSearchTerm { field: Some(\"bogus\")", 1),
            (RestFault::Body(r#"{"errorCode":"SERVER_ERROR"}"#), "Server { message: None }", 2),
            (RestFault::Body(r#"{"errorCode":"SERVER_ERROR","errorMessage":"no"}"#), "Server { message: Some", 1),
            (RestFault::Body(r#"{"errorCode":"NEW","errorMessage":"no"}"#), "Unknown { message: \"NEW: no\" }", 1),
            (RestFault::Body(r#"{"error":"something new"}"#), "Unknown", 1),
            (RestFault::Body(r#"{"returned":0}"#), "Payload", 1),
            (RestFault::Body(r#"{"title_list":[{"#), "NotJson", 2),
        ];
        for (fault, expected, times) in cases {
            sim.rest_fault(Some(*fault));
            let query = Query::new("title").filter("bogus", 1);
            let (answer, requests) = cost(&sim, census.rows::<Title>(query)).await;
            sim.rest_fault(None);
            let error = answer.expect_err(expected);
            let kind = error.fault().map_or_else(|| format!("{:?}", error.kind()), |fault| format!("{fault:?}"));
            assert!(kind.starts_with(expected), "{fault:?}: {kind}");
            assert_eq!((requests, error.attempts() as usize), (*times, *times), "{fault:?}");
            let mut text = format!("{error} {error:?}");
            let mut source = error.source();
            while let Some(error) = source {
                write!(text, " {error} {error:?}").unwrap();
                source = error.source();
            }
            assert!(!text.contains(SECRET) && !text.contains("127.0.0.1"), "{text}");
        }
    }

    #[tokio::test]
    async fn a_count_of_minus_one_is_an_error() {
        let sim = quiet().await;
        let census = census(&sim).retries(1).build().unwrap();
        sim.rest_fault(Some(RestFault::Body(r#"{"count":-1}"#)));
        let (answer, requests) = cost(&sim, census.count(Query::new("title"))).await;
        assert!(matches!(answer.unwrap_err().fault(), Some(FaultKind::NotCounted)));
        assert_eq!(requests, 2);
        assert!(census.request(Query::new("title"), Verb::Count).await.is_err());
    }

    #[tokio::test]
    async fn a_query_that_cannot_be_answered_is_not_sent() {
        let sim = quiet().await;
        let census = census(&sim).build().unwrap();
        let (answer, requests) = cost(&sim, census.find::<Title>().filter("nam.en", "x").first()).await;
        let error = answer.unwrap_err();
        assert!(matches!(error.fault(), Some(FaultKind::Query)), "{error}");
        assert!(error.source().unwrap().to_string().contains("did you mean `name`?"));
        assert_eq!((requests, error.attempts()), (0, 0));
    }

    #[tokio::test]
    async fn what_passes_is_outlived_and_a_wrong_content_type_does_not_matter() {
        let sim = quiet().await;
        let census = census(&sim).timeout(millis(100)).build().unwrap();
        sim.next_rest_faults([RestFault::Reset, RestFault::HalfBody, RestFault::Hang(millis(200))]);
        let (answer, requests) = cost(&sim, census.get_by_id::<Title>(TitleId(1))).await;
        assert_eq!((answer.unwrap().unwrap().title_id, requests), (TitleId(1), 4));
        sim.next_rest_faults([RestFault::WrongType, RestFault::Stall(millis(10))]);
        assert_eq!(cost(&sim, census.find::<Title>().first()).await.1, 1);
        assert_eq!(cost(&sim, census.find::<Title>().first()).await.1, 1);
    }

    #[tokio::test]
    async fn a_call_ends_at_its_deadline_whatever_it_still_might_try() {
        let sim = quiet().await;
        let census = census(&sim).timeout(millis(60)).deadline(millis(150)).retries(100).build().unwrap();
        sim.rest_fault(Some(RestFault::Hang(Duration::from_secs(5))));
        let start = Instant::now();
        let error = within(census.find::<Title>().first()).await.unwrap_err();
        assert_eq!(*error.kind(), ErrorKind::Timeout);
        assert!((1..=3).contains(&error.attempts()), "{error}");
        assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    }

    #[tokio::test]
    async fn nobody_there_is_said_so() {
        let census = Census::builder().service_id(SECRET).rest_url("http://127.0.0.1:1").retries(0).build().unwrap();
        assert_eq!(*within(census.find::<Title>().first()).await.unwrap_err().kind(), ErrorKind::Connect);
    }
}

mod restraint {
    use super::*;

    #[tokio::test]
    async fn only_so_many_requests_are_under_way() {
        let sim = quiet().await;
        let census = census(&sim).in_flight(2).build().unwrap();
        sim.rest_fault(Some(RestFault::Hang(millis(80))));
        let start = Instant::now();
        let searches = (0..6).map(|_| census.find::<Title>().first());
        within(futures_util::future::try_join_all(searches)).await.unwrap();
        assert!(start.elapsed() >= millis(240), "{:?}", start.elapsed());
    }

    #[tokio::test]
    async fn a_quota_is_kept_by_waiting_and_look_ups_gather_meanwhile() {
        let sim = quiet().await;
        let period = millis(300);
        let census = census(&sim).quota(3, period).deadline(millis(200)).build().unwrap();
        let start = Instant::now();
        for _ in 0..3 {
            census.find::<Title>().first().await.unwrap();
        }
        assert!(start.elapsed() < period, "{:?}", start.elapsed());
        let first = tokio::spawn({
            let census = census.clone();
            async move { census.get_by_id::<Title>(TitleId(1)).await }
        });
        tokio::time::sleep(millis(100)).await;
        let (second, requests) = cost(&sim, census.get_by_id::<Title>(TitleId(2))).await;
        assert!(first.await.unwrap().unwrap().is_some() && second.unwrap().is_some());
        assert_eq!(requests, 1, "both in the first request that was allowed");
        assert!(start.elapsed() >= period, "{:?}", start.elapsed());
    }

    #[tokio::test]
    async fn a_retry_needs_its_turn_as_well() {
        let sim = quiet().await;
        let census = census(&sim).quota(1, millis(150)).build().unwrap();
        sim.next_rest_faults([RestFault::Reset]);
        let start = Instant::now();
        within(census.find::<Title>().first()).await.unwrap();
        assert!(start.elapsed() >= millis(150), "{:?}", start.elapsed());
    }
}

mod endpoints {
    use super::*;

    #[tokio::test]
    async fn the_next_server_is_asked_and_stays_the_one_for_a_while() {
        let (official, mirror) = (quiet().await, quiet().await);
        let urls = [Endpoint::new(official.rest_url()), Endpoint::without_service_id(mirror.rest_url())];
        let census = census(&official).rest_urls(urls).build().unwrap();
        census.find::<Title>().first().await.unwrap();
        assert_eq!((official.requests().len(), mirror.requests().len()), (1, 0));

        official.rest_fault(Some(RestFault::Maintenance));
        census.find::<Title>().first().await.unwrap();
        census.find::<Title>().first().await.unwrap();
        assert_eq!((official.requests().len(), mirror.requests().len()), (2, 2));
        assert!(official.requests()[0].starts_with("/s:verysecret/get/ps2/title"), "{:?}", official.requests());
        assert!(mirror.requests()[0].starts_with("/get/ps2/title"), "{:?}", mirror.requests());

        official.rest_fault(None);
        mirror.rest_fault(Some(RestFault::Status(502)));
        census.find::<Title>().first().await.unwrap();
        assert_eq!((official.requests().len(), mirror.requests().len()), (3, 3), "in a circle");
    }

    #[tokio::test]
    async fn a_collection_that_is_down_does_not_move_the_others() {
        let (official, mirror) = (quiet().await, quiet().await);
        let census = census(&official).rest_urls([official.rest_url(), mirror.rest_url()]).build().unwrap();
        official.next_rest_faults([RestFault::ServiceUnavailable]);
        census.find::<Title>().first().await.unwrap();
        assert_eq!((official.requests().len(), mirror.requests().len()), (1, 1));
        census.find::<Title>().first().await.unwrap();
        assert_eq!((official.requests().len(), mirror.requests().len()), (2, 1));
    }

    #[tokio::test]
    async fn a_refusal_is_not_taken_to_the_next_server() {
        let (official, mirror) = (quiet().await, quiet().await);
        let census = census(&official).rest_urls([official.rest_url(), mirror.rest_url()]).build().unwrap();
        official.next_rest_faults([RestFault::Status(404)]);
        assert!(census.find::<Title>().first().await.is_err());
        assert!(mirror.requests().is_empty());
    }
}

mod brand_new {
    use super::*;

    #[tokio::test]
    async fn characters_are_waited_for_until_they_are_known() {
        let sim = quiet().await;
        let census = census(&sim).build().unwrap();
        let [id] = characters(&census, 1).await.try_into().unwrap();
        sim.next_rest_faults([NO_CHARACTER, NO_CHARACTER, RestFault::Status(404), NO_CHARACTER]);
        assert!(census.when_known::<Character>(id).every(millis(30)).await.is_err(), "what does not pass ends it");
        let found = within(census.when_known::<Character>(id).every(millis(30)).into_future()).await.unwrap();
        assert_eq!(found.unwrap().character_id, id);
        assert_eq!(census.waiting(), 0);
    }

    #[tokio::test]
    async fn all_who_wait_are_one_request_are_counted_and_limited() {
        let sim = quiet().await;
        let census = census(&sim).waiting(20).build().unwrap();
        let wait = |id| {
            let wait = census.when_known::<Character>(CharacterId(id)).every(millis(200)).patience(millis(500));
            tokio::spawn(wait.into_future())
        };
        let waits: Vec<_> = (1..=20).map(wait).collect();
        until("20 that wait", || census.waiting() == 20).await;
        let (answer, _) = cost(&sim, async { wait(21).await.unwrap() }).await;
        assert_eq!(*answer.unwrap_err().kind(), ErrorKind::TooManyWait);
        for wait in waits {
            assert_eq!(within(wait).await.unwrap().unwrap(), None);
        }
        assert!(sim.requests().len() <= 4, "{} requests", sim.requests().len());
        assert_eq!(census.waiting(), 0);

        let dropped = wait(1);
        until("one that waits", || census.waiting() == 1).await;
        dropped.abort();
        until("none that waits", || census.waiting() == 0).await;
    }

    #[tokio::test]
    async fn they_are_no_longer_waited_for_when_the_client_stops() {
        let sim = quiet().await;
        let client = common::client(&sim).build().unwrap();
        let wait = tokio::spawn(client.when_known::<Character>(NOBODY).into_future());
        until("one that waits", || client.census().waiting() == 1).await;
        client.shutdown();
        assert_eq!(*within(wait).await.unwrap().unwrap_err().kind(), ErrorKind::Stopped);
    }
}

mod settings {
    use super::*;

    #[tokio::test]
    async fn a_client_has_the_same_ones() {
        let sim = quiet().await;
        let client = common::client(&sim).census(|census| census.retries(0)).build().unwrap();
        sim.next_rest_faults([RestFault::Status(500)]);
        assert!(client.get_by_id::<Title>(TitleId(1)).await.is_err());
        assert!(client.get_by_name::<World>("Osprey").await.unwrap().is_some());
        assert!(client.get::<Title>("title_id", 1).await.unwrap().is_some());
    }

    #[test]
    fn what_is_wrong_is_said_at_once_and_the_service_id_is_not_shown() {
        let builder = Census::builder().service_id("no id").rest_urls(["ftp://x", "http://y"]);
        let error = builder.clone().build().unwrap_err().to_string();
        assert!(error.contains("a service id consists") && error.contains("unlike `ftp://x`"), "{error}");
        let text = format!("{builder:?} {:?}", Census::builder().service_id(SECRET).build().unwrap());
        assert!(!text.contains("no id") && !text.contains(SECRET), "{text}");
    }
}

mod documentation {
    use std::{
        fs,
        path::{Path, PathBuf},
    };

    use super::*;

    fn sources(folder: &Path, text: &mut String) {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                sources(&path, text);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                text.push_str(&fs::read_to_string(path).expect("a source"));
            }
        }
    }

    /// Tables hold relations as `one title(`, everything else is a `fn` or an associated constant. An image is a
    /// method of every type with an `image_id`.
    #[test]
    fn the_methods_that_auraxium_is_mapped_to_exist() {
        let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
        let mut text = String::new();
        for folder in ["auraxis-core/src/census", "auraxis-core/src/ps2", "auraxis-runtime/src/census"] {
            sources(&root.join(folder), &mut text);
        }
        let page = fs::read_to_string(root.join("docs/census.md")).unwrap();
        let names: HashSet<_> = page.split('`').filter_map(|name| name.split_once("::")).collect();
        assert!(names.len() > 100, "{}", names.len());
        let is_missing = |name: &&str| {
            let calls = ["fn ", "one ", "many ", "through ", "first "];
            let values = ["const ", "struct ", "enum ", "pub "];
            let is_call =
                calls.iter().any(|way| ["(", "<"].iter().any(|end| text.contains(&format!("{way}{name}{end}"))));
            !is_call && !values.iter().any(|way| text.contains(&format!("{way}{name}")))
        };
        let ends = |name: &str| name.find(|sign: char| !sign.is_alphanumeric() && sign != '_');
        let names = names.into_iter().map(|(_, name)| &name[..ends(name).unwrap_or(name.len())]);
        let missing: HashSet<_> = names.filter(is_missing).collect();
        assert!(missing.is_empty(), "{missing:?}");
    }
}
