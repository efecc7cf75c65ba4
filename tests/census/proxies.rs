//! Proxies from the environment. Each request is sent by a child process.

use std::env;

use tokio::process::Command;

use super::{raw::Raw, *};

const ADDRESS: &str = "AURAXIS_TEST_ASK";

const PROXIES: [&str; 6] = ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];

/// A closed port.
const CLOSED: &str = "http://me:hunter2@127.0.0.1:1";

/// The child process. Does nothing unless it is given a URL.
#[tokio::test]
async fn child() {
    let Ok(url) = env::var(ADDRESS) else { return };
    let census = Census::builder().service_id(SECRET).rest_url(url).retries(0).timeout(Duration::from_secs(10));
    match census.build().unwrap().find::<Title>().first().await {
        Ok(title) => println!("<{}>", title.unwrap().title_id),
        Err(error) => println!("<{:?}>", auraxis::Error::from(error)),
    }
}

async fn ask(url: &str, variables: &[(&str, &str)]) -> String {
    let mut command = Command::new(env::current_exe().unwrap());
    for name in PROXIES.iter().chain(&["NO_PROXY", "no_proxy"]) {
        command.env_remove(name);
    }
    command.args(["--exact", "proxies::child", "--nocapture"]).env(ADDRESS, url).envs(variables.iter().copied());
    let output = within(command.kill_on_drop(true).output()).await.unwrap();
    let output = String::from_utf8(output.stdout).unwrap();
    let answer = output.split_once('<').and_then(|(_, output)| output.rsplit_once('>')).expect("an answer");
    answer.0.to_owned()
}

async fn proxy() -> Raw {
    Raw::start("200 OK", r#"{"title_list":[{"title_id":"7"}],"returned":1}"#).await
}

#[tokio::test]
async fn loopback_bypasses_the_proxy() {
    let sim = quiet().await;
    for host in ["127.0.0.1", "localhost", "127.8.9.10", "LOCALHOST.", "bot.localhost"] {
        let url = sim.rest_url().replace("127.0.0.1", host);
        let answer = ask(&url, &PROXIES.map(|name| (name, CLOSED))).await;
        // The simulator listens on one address only, and not every system resolves all of these names.
        assert!(
            answer == "1" || !answer.contains("proxy") && host != "127.0.0.1" && host != "localhost",
            "{host}: {answer}"
        );
    }
}

#[tokio::test]
async fn other_hosts_use_the_proxy_unless_no_proxy_lists_them() {
    let proxy = proxy().await;
    for name in ["HTTP_PROXY", "http_proxy", "ALL_PROXY"] {
        let answer = ask("http://census.invalid", &[(name, &proxy.url())]).await;
        assert_eq!(answer, "7", "{name}");
    }
    let requests = proxy.requests();
    assert!(requests[0].starts_with("GET http://census.invalid/s:verysecret/get/ps2/title "), "{requests:?}");
    let answer = ask("http://census.invalid", &[("HTTP_PROXY", CLOSED), ("NO_PROXY", "example.org,invalid")]).await;
    assert!(answer.contains("cannot connect to the REST API") && !answer.contains("proxy"), "{answer}");
}

#[tokio::test]
async fn a_proxy_that_fails_is_named_without_its_password() {
    let refusing = Raw::start("403 Forbidden", "").await;
    let named = refusing.url().replace("http://", "http://me:hunter2@");
    for (url, proxy, shown) in [
        ("http://census.invalid", CLOSED, "http://127.0.0.1:1"),
        ("https://census.invalid", CLOSED, "http://127.0.0.1:1"),
        ("http://census.invalid", "socks5://me:hunter2@127.0.0.1:1", "socks5://127.0.0.1:1"),
        ("http://census.invalid", &named, &refusing.url()),
        ("https://census.invalid", &named, &refusing.url()),
    ] {
        let answer = ask(url, &[("ALL_PROXY", proxy)]).await;
        assert!(answer.contains(&format!("through the proxy `{shown}`")), "{url}: {answer}");
        assert!(!answer.contains("hunter2"), "{answer}");
    }
}
