//! Refusals by a server, or by something in front of it.

use super::{raw::Raw, *};

const PAGE: &str = "<html><title>Sign in</title></html>";

#[tokio::test]
async fn every_refusal_is_reported_with_its_message() {
    let cases: &[(&str, &str, usize, &[&str])] = &[
        (
            "301 Moved Permanently\r\nLocation: https://api.example/s:verysecret/get",
            "",
            1,
            &["HTTP status 301", "`https://api.example/s:…/get`"],
        ),
        (
            "302 Found\r\nLocation: https://portal.example/login?to=%2Fs%3AVerySecret",
            PAGE,
            2,
            &["HTTP status 302", "`https://portal.example/login?to=%2Fs%3A…`"],
        ),
        ("307 Temporary Redirect\r\nLocation: /elsewhere", "", 2, &["HTTP status 307", "`/elsewhere`"]),
        (
            "308 Permanent Redirect\r\nLocation: https://same/path",
            "",
            1,
            &["HTTP status 308", "`https://same/path`", "correct the URL"],
        ),
        ("302 Found", "", 2, &["HTTP status 302", "without a location"]),
        ("302 Found\r\nLocation: https://www.daybreakgames.com/home", "", 2, &["maintenance"]),
        ("401 Unauthorized", PAGE, 1, &["HTTP status 401", "Sign in"]),
        ("403 Forbidden", PAGE, 1, &["HTTP status 403", "firewall", "Sign in"]),
        ("403 Forbidden", "s:verysecret is banned", 1, &["HTTP status 403", "s:… is banned"]),
        ("404 Not Found", PAGE, 1, &["HTTP status 404", "check that the URL is that of a REST API", "Sign in"]),
        ("407 Proxy Authentication Required", "", 1, &["HTTP status 407", "HTTP_PROXY"]),
        ("429 Too Many Requests", "", 2, &["HTTP status 429", "quota"]),
        ("429 Too Many Requests\r\nRetry-After: 3600", "", 1, &["HTTP status 429", "3600s"]),
        ("500 Internal Server Error", "", 2, &["HTTP status 500"]),
        ("503 Service Unavailable\r\nRetry-After: 3600", PAGE, 1, &["HTTP status 503", "3600s", "Sign in"]),
        ("511 Network Authentication Required", PAGE, 2, &["HTTP status 511", "sign in"]),
        ("200 OK", PAGE, 2, &["web page", "captive portal", "Sign in"]),
    ];
    for &(head, body, requests, expected) in cases {
        let server = Raw::start(head, body).await;
        let census = Census::builder().service_id(SECRET).rest_url(server.url()).retries(1).retry_delay(millis(5));
        let error = within(census.build().unwrap().find::<Title>().first()).await.expect_err(head);
        let text = format!("{error} {error:?}");
        for part in expected {
            assert!(error.to_string().contains(part), "{head}: no {part} in {error}");
        }
        assert!(!text.to_lowercase().contains(SECRET), "{head}: {text}");
        assert_eq!(error.to_string().contains("maintenance"), expected.contains(&"maintenance"), "{error}");
        assert_eq!(server.requests().len(), requests, "{head}: {error}");
    }
}

#[tokio::test]
async fn a_retry_waits_as_long_as_the_server_asks() {
    let server = Raw::start("429 Too Many Requests\r\nRetry-After: 1", "").await;
    let census = Census::builder().service_id(SECRET).rest_url(server.url()).retries(1).retry_delay(millis(1));
    let start = Instant::now();
    within(census.build().unwrap().find::<Title>().first()).await.unwrap_err();
    assert!(start.elapsed() >= Duration::from_secs(1), "{:?}", start.elapsed());
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn retry_after_does_not_delay_another_server() {
    let busy = Raw::start("503 Service Unavailable\r\nRetry-After: 3600", "").await;
    let sim = quiet().await;
    let census = census(&sim).rest_urls([busy.url(), sim.rest_url()]).build().unwrap();
    assert!(within(census.find::<Title>().first()).await.unwrap().is_some());
}
