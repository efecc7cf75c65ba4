//! What the page is made of.

use reqwest::{StatusCode, header};

use crate::bots::quiet;

const FILES: [(&str, &str); 4] =
    [("/", "text/html"), ("/page.css", "text/css"), ("/page.js", "text/javascript"), ("/icon.svg", "image/svg+xml")];

#[tokio::test]
async fn files_are_small_typed_and_cached_and_allow_nothing_from_elsewhere() {
    let bot = quiet(crate::bots::kinds).await;
    let mut size = 0;
    for (path, kind) in FILES {
        let response = bot.try_get(path).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        let header = |name: &header::HeaderName| {
            response.headers().get(name).unwrap_or_else(|| panic!("{path}: {name}")).to_str().unwrap()
        };
        assert!(header(&header::CONTENT_TYPE).starts_with(kind), "{path}");
        assert_eq!(header(&header::X_CONTENT_TYPE_OPTIONS), "nosniff", "{path}");
        let policy = header(&header::CONTENT_SECURITY_POLICY);
        assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self';"), "{path}: {policy}");
        assert!(!policy.contains("unsafe") && !policy.contains("http"), "{path}: {policy}");
        assert_eq!(header(&header::CACHE_CONTROL), "no-cache", "{path}");
        let tag = header(&header::ETAG).to_owned();
        let again = reqwest::Client::new().get(bot.url(path)).header(header::IF_NONE_MATCH, tag).send().await.unwrap();
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED, "{path}");
        let text = response.text().await.unwrap();
        assert!(!text.replace("http://www.w3.org/2000/svg", "").contains("://"), "{path} names another host");
        size += text.len();
    }
    assert!(size <= 45_000, "the page has {size} bytes");
    bot.stop().await;
}
