//! Failures of the network and of the server.

use super::*;

const SEARCH_TERM: &str = r#"{"errorCode":"SERVER_ERROR","errorMessage":"INVALID_SEARCH_TERM: Invalid search term. Valid search terms: [name, title_id]"}"#;

/// The kind of every failure, and the number of requests with one retry allowed.
#[tokio::test]
async fn every_failure_has_its_kind_and_is_retried_if_transient_and_shows_no_service_id() {
    let sim = quiet().await;
    let patient = census(&sim).retries(1).build().unwrap();
    let brief = census(&sim).retries(1).timeout(millis(500)).build().unwrap();
    let cases: &[(RestFault, &str, usize)] = &[
        (RestFault::ServiceUnavailable, "ServiceUnavailable", 2),
        (RestFault::Maintenance, "Maintenance", 2),
        (RestFault::BadRequest, "BadSyntax", 1),
        (RestFault::Status(500), "Status { status: 500", 2),
        (RestFault::Status(503), "Status { status: 503", 2),
        (RestFault::Status(404), "Status { status: 404", 1),
        (RestFault::NotJson, "NotJson", 2),
        (RestFault::Body("<a href=/s:verysecret/get/>"), "NotJson", 2),
        (RestFault::Body("<a href=/login?back=%2Fs%3Averysecret%2Fget>"), "NotJson", 2),
        (
            RestFault::Body(
                r#"{"errorCode":"SERVER_ERROR","errorMessage":"INVALID_SEARCH_TERM: Invalid search term: s:verysecret. No."}"#,
            ),
            "InvalidSearchTerm",
            1,
        ),
        (RestFault::Body(r#"{"error":"bad id\nVerySecret"}"#), "Unknown", 1),
        (RestFault::Body(r#"{"title_list":[{"title_id":"verysecret"}]}"#), "Payload", 1),
        (RestFault::HalfBody, "ConnectionLost", 2),
        (RestFault::Reset, "ConnectionLost", 2),
        (RestFault::Hang(NEVER), "Timeout", 2),
        (RestFault::Stall(NEVER), "Timeout", 2),
        (RestFault::Body(r#"{"error":"No data found."}"#), "UnknownCollection", 1),
        (RestFault::Body(r#"{"error":"Bad request syntax."}"#), "BadSyntax", 1),
        (RestFault::Body(r#"{"error":"Provided Service ID is not registered. …"}"#), "InvalidServiceId", 1),
        (RestFault::Body(r#"{"error":"Missing Service ID. …"}"#), "MissingServiceId", 1),
        (RestFault::Body(SEARCH_TERM), "InvalidSearchTerm { field: Some(\"bogus\")", 1),
        (RestFault::Body(r#"{"errorCode":"SERVER_ERROR"}"#), "Server { message: None }", 2),
        (RestFault::Body(r#"{"errorCode":"SERVER_ERROR","errorMessage":"no"}"#), "Server { message: Some", 1),
        (RestFault::Body(r#"{"errorCode":"NEW","errorMessage":"no"}"#), "Unknown { message: \"NEW: no\" }", 1),
        (RestFault::Body(r#"{"error":"something new at /s:verysecret/get"}"#), "Unknown", 1),
        (RestFault::Body(r#"{"returned":0}"#), "Payload", 1),
        (RestFault::Body(r#"{"title_list":[{"#), "NotJson", 2),
    ];
    for (fault, expected, times) in cases {
        sim.rest_fault(Some(*fault));
        let query = Query::new("title").filter("bogus", 1);
        let census = if *expected == "Timeout" { &brief } else { &patient };
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
        assert!(!text.contains(SECRET), "{text}");
        let url = format!("{}/s:…/get/ps2/title?bogus=1", sim.rest_url());
        assert_eq!(error.url(), Some(url.as_str()));
        assert!(text.contains(&url), "{text}");
    }
}

#[tokio::test]
async fn a_count_of_minus_one_is_an_error() {
    let sim = quiet().await;
    let census = census(&sim).retries(1).build().unwrap();
    sim.rest_fault(Some(RestFault::Body(r#"{"count":-1}"#)));
    let (answer, requests) = cost(&sim, census.count(Query::new("title"))).await;
    assert!(matches!(answer.unwrap_err().fault(), Some(FaultKind::NotCounted)));
    assert_eq!(requests, 1, "not a transient failure");
    assert!(census.request(Query::new("title"), Verb::Count).await.is_err());
}

#[tokio::test]
async fn an_invalid_query_is_not_sent() {
    let sim = quiet().await;
    let census = census(&sim).build().unwrap();
    let (answer, requests) = cost(&sim, census.find::<Title>().filter("nam.en", "x").first()).await;
    let error = answer.unwrap_err();
    assert!(matches!(error.fault(), Some(FaultKind::Query(_))), "{error}");
    assert!(error.to_string().contains("a field with a similar name exists: `name`"), "{error}");
    assert_eq!((requests, error.attempts(), error.url()), (0, 0, None));
}

#[tokio::test]
async fn transient_failures_are_retried_and_a_wrong_content_type_is_ignored() {
    let sim = quiet().await;
    let census = census(&sim).timeout(Duration::from_secs(1)).build().unwrap();
    sim.next_rest_faults([RestFault::Reset, RestFault::HalfBody, RestFault::Hang(NEVER)]);
    let (answer, requests) = cost(&sim, census.get_by_id::<Title>(TitleId(1))).await;
    assert_eq!((answer.unwrap().unwrap().title_id, requests), (TitleId(1), 4));
    sim.next_rest_faults([RestFault::WrongType, RestFault::Stall(millis(10))]);
    assert_eq!(cost(&sim, census.find::<Title>().first()).await.1, 1);
    assert_eq!(cost(&sim, census.find::<Title>().first()).await.1, 1);
    let stats = census.request_stats();
    assert_eq!((stats.requests, stats.retries, stats.failed_calls), (6, 3, 0));
    assert!(stats.mean_latency.is_some());
    sim.next_rest_faults([RestFault::Status(404)]);
    assert!(census.find::<Title>().first().await.is_err());
    assert_eq!(census.request_stats().failed_calls, 1);
}

#[tokio::test]
async fn a_call_ends_at_its_deadline_regardless_of_retries() {
    let sim = quiet().await;
    let census = census(&sim).timeout(millis(500)).deadline(millis(1200)).retries(100).build().unwrap();
    sim.rest_fault(Some(RestFault::Hang(NEVER)));
    let error = within(census.find::<Title>().first()).await.unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::Timeout);
    assert!((1..=3).contains(&error.attempts()), "{error}");
}

#[tokio::test]
async fn a_refused_connection_is_reported() {
    let census = Census::builder().service_id(SECRET).rest_url("http://127.0.0.1:1").retries(0).build().unwrap();
    assert_eq!(*within(census.find::<Title>().first()).await.unwrap_err().kind(), ErrorKind::Connect);
}
