//! Proxies from the environment.

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    net::{TcpListener, TcpStream},
};

use super::{
    apart::{CONNECTED, connect},
    *,
};

/// A proxy that answers each request with a status, and forwards everything after 200.
struct Proxy {
    address: String,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    /// Starts a proxy that forwards to this address, regardless of the requested host.
    async fn start(status: &'static str, target: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let heads = Arc::<Mutex<Vec<String>>>::default();
        tokio::spawn({
            let heads = Arc::clone(&heads);
            async move {
                while let Ok((mut stream, _)) = listener.accept().await {
                    let mut head = Vec::new();
                    while !head.ends_with(b"\r\n\r\n") && stream.read_buf(&mut head).await.is_ok_and(|n| n > 0) {}
                    heads.lock().unwrap().push(String::from_utf8_lossy(&head).into_owned());
                    let _ = stream.write_all(format!("HTTP/1.1 {status}\r\n\r\n").as_bytes()).await;
                    let target = target.clone();
                    tokio::spawn(async move {
                        if status.starts_with("200") {
                            let mut target = TcpStream::connect(target).await.unwrap();
                            let _ = copy_bidirectional(&mut stream, &mut target).await;
                        }
                    });
                }
            }
        });
        Self { address, heads }
    }

    async fn to(sim: &Sim) -> Self {
        Self::start("200 Connection established", sim.rest_url().replace("http://", "")).await
    }

    fn url(&self) -> String {
        format!("http://me:hunter2@{}", self.address)
    }

    /// Whether a client requested this host, with the password.
    fn was_asked_for(&self, host: &str) -> bool {
        let heads = self.heads.lock().unwrap().concat();
        heads.starts_with(&format!("CONNECT {host} HTTP/1.1\r\n"))
            && heads.to_ascii_lowercase().contains("proxy-authorization: basic bwu6ahvudgvymg==")
    }
}

fn assert_no_password(said: &str) {
    assert!(!said.contains("hunter2") && !said.contains("bWU6aHVudGVyMg"), "{said}");
}

#[tokio::test]
async fn the_stream_uses_the_proxy_of_its_variable() {
    let sim = quiet().await;
    for name in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"] {
        let proxy = Proxy::to(&sim).await;
        let said = connect("ws://push.invalid/streaming", &[(name, &proxy.url())]).await;
        let told = format!("connected to `ws://push.invalid/streaming` through the proxy `http://{}`", proxy.address);
        assert!(said.contains(CONNECTED) && said.contains(&told), "{name}: {said}");
        assert!(proxy.was_asked_for("push.invalid:80"), "{:?}", proxy.heads);
        assert_no_password(&said);
    }
}

#[cfg(any(feature = "native-tls", feature = "rustls"))]
#[tokio::test]
async fn tls_is_end_to_end_through_a_proxy() {
    let sim = quiet().await;
    for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"] {
        let proxy = Proxy::to(&sim).await;
        let said = connect("wss://push.invalid/streaming", &[(name, &proxy.url())]).await;
        assert!(proxy.was_asked_for("push.invalid:443"), "{:?}", proxy.heads);
        // The simulator speaks no TLS, which shows that the proxy did not have to either.
        let told = format!("`wss://push.invalid/streaming` through the proxy `http://{}` failed", proxy.address);
        assert!(said.contains(&told), "{said}");
        assert_no_password(&said);
    }
}

#[tokio::test]
async fn no_proxy_and_loopback_bypass_the_proxy() {
    let (sim, proxy) = (quiet().await, Proxy::start("200 OK", "127.0.0.1:1".into()).await);
    let all = proxy.url();
    let said = connect("ws://push.invalid/", &[("ALL_PROXY", &all), ("NO_PROXY", "example.org,.invalid")]).await;
    assert!(said.contains("cannot connect to `ws://push.invalid/`: "), "{said}");
    let said = connect(&sim.ess_url(), &[("ALL_PROXY", &all), ("HTTP_PROXY", &all)]).await;
    assert!(said.contains(CONNECTED), "{said}");
    assert!(proxy.heads.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_proxy_that_fails_is_named_without_its_password() {
    let refusing = Proxy::start("403 Forbidden", String::new()).await;
    let asking = Proxy::start("407 Proxy Authentication Required", String::new()).await;
    for (proxy, told) in [
        (refusing.url().as_str(), "unsuccessful"),
        (&asking.url(), "auth"),
        ("http://me:hunter2@127.0.0.1:1", "Connection refused"),
        ("socks5://me:hunter2@127.0.0.1:1", "only `http://` proxies are supported"),
        ("https://me:hunter2@127.0.0.1:1", "only `http://` proxies are supported"),
    ] {
        let said = connect("ws://push.invalid/", &[("ALL_PROXY", proxy)]).await;
        let shown = proxy.replace("me:hunter2@", "");
        let named = format!("cannot connect to `ws://push.invalid/` through the proxy `{shown}`: ");
        let line = said.lines().find(|line| line.contains(&named)).unwrap_or_else(|| panic!("{proxy}: {said}"));
        assert!(line.contains(told), "{line}");
        assert!(line.contains("HTTP_PROXY") && line.contains("NO_PROXY"), "{line}");
        assert_no_password(&said);
    }
}
