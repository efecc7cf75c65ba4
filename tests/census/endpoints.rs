//! Several servers.

use super::*;

#[tokio::test]
async fn after_a_failure_the_next_server_is_preferred_for_a_while() {
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
    assert_eq!((official.requests().len(), mirror.requests().len()), (3, 3), "round-robin");
}

#[tokio::test]
async fn an_unavailable_collection_does_not_switch_the_server() {
    let (official, mirror) = (quiet().await, quiet().await);
    let urls = [official.rest_url(), mirror.rest_url()];
    let census = census(&official).rest_urls(urls).retries(0).build().unwrap();
    official.next_rest_faults([RestFault::ServiceUnavailable]);
    census.find::<Title>().first().await.unwrap();
    assert_eq!((official.requests().len(), mirror.requests().len()), (1, 1));
    census.find::<Title>().first().await.unwrap();
    assert_eq!((official.requests().len(), mirror.requests().len()), (2, 1));
}

#[tokio::test]
async fn a_refused_request_is_not_retried_on_the_next_server() {
    let (official, mirror) = (quiet().await, quiet().await);
    let census = census(&official).rest_urls([official.rest_url(), mirror.rest_url()]).build().unwrap();
    official.next_rest_faults([RestFault::Status(404)]);
    assert!(census.find::<Title>().first().await.is_err());
    assert!(mirror.requests().is_empty());
}
