//! Settings, and the methods that a client forwards.

use super::*;

#[tokio::test]
async fn a_client_has_the_same_methods() {
    let sim = quiet().await;
    let client = common::client(&sim).census(|census| census.retries(0)).build().unwrap();
    sim.next_rest_faults([RestFault::Status(500)]);
    assert!(client.get_by_id::<Title>(TitleId(1)).await.is_err());
    assert!(client.get_by_name::<World>("Osprey").await.unwrap().is_some());
    assert!(client.get::<Title>("title_id", 1).await.unwrap().is_some());
    let titles = client.get_by_ids::<Title>(&[TitleId(2), TitleId(0), TitleId(1)]).await.unwrap();
    assert!(titles.iter().map(|title| title.title_id).eq([TitleId(2), TitleId(1)]));
    let rows: Vec<Title> = client.rows(Query::of::<Title>().limit(3)).await.unwrap();
    assert_eq!(rows.len(), 3);
    assert!(client.count(Query::of::<Title>()).await.unwrap() > 3);
    assert_eq!(client.request(Query::of::<Title>().limit(3), Verb::Get).await.unwrap()["returned"], 3);
}

#[tokio::test]
async fn no_duration_is_too_long() {
    let sim = quiet().await;
    let longest = Duration::MAX;
    let census =
        census(&sim).timeout(longest).deadline(longest).retry_delay(longest).quota(9, longest).build().unwrap();
    within(census.find::<Title>().first()).await.unwrap();
    let [id] = characters(&census, 1).await.try_into().unwrap();
    let known = census.wait_until_known::<Character>(id).every(longest).patience(longest);
    assert!(within(known.into_future()).await.unwrap().is_some());
}

#[test]
fn all_invalid_settings_are_reported_without_the_service_id() {
    let builder = Census::builder().service_id("no id").rest_urls(["ftp://x", "http://y"]);
    let error = builder.clone().build().unwrap_err().to_string();
    assert!(error.contains("invalid service id") && error.contains("URL `ftp://x` must begin with"), "{error}");
    let builder = builder.rest_url(Endpoint::without_service_id("http://h/s:no id/x"));
    let text = format!("{builder:?} {:?}", Census::builder().service_id(SECRET).build().unwrap());
    assert!(!text.contains("no id") && !text.contains(SECRET), "{text}");
}
