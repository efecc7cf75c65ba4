//! Hostile clients: odd requests, many idle connections, slow senders and readers, foreign pages. The stream must not
//! notice.
#![allow(clippy::unwrap_used)] // Tests.

mod common;

use std::{
    fmt::Write as _,
    io,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use auraxis_core::{
    event::{BattleRankUp, Event, Gap},
    time::Timestamp,
};
use auraxis_runtime::Trigger;
use auraxis_serve::Serve as _;
use auraxis_sim::Sim;
use common::{Bot, SERVICE_ID, TOKEN, until};
use reqwest::{Client as Http, Method, StatusCode};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::{sleep, timeout},
};

/// The events whose latency is measured have characters from this id on.
const FIRST_CHARACTER: u64 = 7_000_000_000_000_000_000;

async fn bot() -> Bot {
    let every_event = Trigger::on::<Event>().named("every event").action(|_: Event| {});
    Bot::start(Sim::builder().rate(100.0).war_start(Timestamp::now()), |builder| {
        builder.trigger(every_event).serve_allow_origin("https://friend.example")
    })
    .await
}

/// Sends bytes, and returns what is answered until the connection is closed, or nothing is sent for a while.
async fn exchange(bot: &Bot, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(&bot.address).await.unwrap();
    let mut answer = Vec::new();
    let talk = async {
        // The server may close the connection before it has read everything.
        let _ = stream.write_all(request).await;
        let _ = stream.read_to_end(&mut answer).await;
    };
    let _ = timeout(Duration::from_millis(500), talk).await;
    String::from_utf8_lossy(&answer).into_owned()
}

fn odd_requests() -> Vec<(&'static str, Vec<u8>)> {
    let with = |line: &str, headers: &str| format!("{line}\r\nHost: localhost\r\n{headers}\r\n").into_bytes();
    let get = |path: &str| with(&format!("GET {path} HTTP/1.1"), "");
    let many = (0..1_000).fold(String::new(), |mut text, number| {
        let _ = write!(text, "X-{number}: 1\r\n");
        text
    });
    let mut requests = vec![
        ("HTTP/0.9", b"GET /\r\n\r\n".to_vec()),
        ("HTTP/1.0", b"GET /livez HTTP/1.0\r\n\r\n".to_vec()),
        ("HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec()),
        ("HTTP/9", with("GET / HTTP/9.9", "")),
        ("TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".repeat(40)),
        ("garbage", (0..=255).cycle().take(64 << 10).collect()),
        ("zeros", vec![0; 64 << 10]),
        ("line breaks", b"\r\n".repeat(32 << 10)),
        ("no line breaks", b"A".repeat(1 << 20)),
        ("long URL", get(&format!("/{}", "a".repeat(100_000)))),
        ("long query", get(&format!("/events?world={}", "1,".repeat(4_000)))),
        ("many headers", with("GET / HTTP/1.1", &many)),
        ("long header", with("GET / HTTP/1.1", &format!("X: {}\r\n", "a".repeat(1 << 20)))),
        ("invalid header", with("GET / HTTP/1.1", "X\0: \x01\r\n")),
        ("no host", b"GET / HTTP/1.1\r\n\r\n".to_vec()),
        ("foreign host", b"GET /api/state HTTP/1.1\r\nHost: evil.example\r\n\r\n".to_vec()),
        ("two hosts", b"GET /api/state HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n".to_vec()),
        ("other URI", with("GET http://evil.example/api/state HTTP/1.1", "")),
        ("proxy", with("CONNECT evil.example:443 HTTP/1.1", "")),
        ("asterisk", with("OPTIONS * HTTP/1.1", "")),
        ("body", with("GET /livez HTTP/1.1", "Content-Length: 100000000\r\n")),
        ("two lengths", with("POST / HTTP/1.1", "Content-Length: 1\r\nContent-Length: 2\r\n")),
        ("negative length", with("POST / HTTP/1.1", "Content-Length: -1\r\n")),
        ("length and chunks", with("POST / HTTP/1.1", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n")),
        ("odd encoding", with("POST / HTTP/1.1", "Transfer-Encoding: zip\r\n")),
        (
            "huge chunk",
            [with("POST /livez HTTP/1.1", "Transfer-Encoding: chunked\r\n"), b"ffffffffffffffff\r\n".to_vec()].concat(),
        ),
        ("chunks", {
            let start = with("POST /api/triggers/x/pause HTTP/1.1", "Transfer-Encoding: chunked\r\n");
            [start, b"400\r\n".to_vec(), vec![b'x'; 1_024], b"\r\n".repeat(2_000)].concat()
        }),
        ("expectation", with("POST /api/triggers/x/pause HTTP/1.1", "Expect: 100-continue\r\nContent-Length: 9\r\n")),
        ("upgrade", with("GET /livez HTTP/1.1", "Connection: upgrade\r\nUpgrade: h2c\r\n")),
        ("no handshake", with("GET /streaming HTTP/1.1", "Connection: upgrade\r\nUpgrade: websocket\r\n")),
        ("pipeline", get("/livez").repeat(50)),
    ];
    let methods = ["POST", "PUT", "DELETE", "PATCH", "TRACE", "OPTIONS", "HEAD", "PROPFIND", "get", "ÄÖÜ", "A\tB"];
    requests.extend(methods.map(|method| (method, with(&format!("{method} /api/state HTTP/1.1"), ""))));
    let paths = [
        "",
        "//",
        "/../../etc/passwd",
        "/..%2f..%2fetc/passwd",
        "/%2e%2e/%2e%2e/",
        "/%",
        "/%zz",
        "/%00",
        "/%ff%fe",
        "/\0",
        "/ä",
        "/.env",
        "/index.php",
        "/api/triggers/%ff/pause",
        "/api/triggers/../state",
        "/api/triggers//pause",
        "/api/state/",
        "/events?kind=Nope&world=x&character=-1",
        "/events?kind=%ff",
        "/streaming?environment=x&service-id=s:y",
        "/metrics?name[]=x",
        "/healthz?%",
        "/?q=<script>",
        "/#x",
        "*",
        "nothing",
    ];
    requests.extend(paths.map(|path| (path, get(path))));
    requests
}

#[tokio::test]
async fn odd_requests_are_refused_and_nothing_secret_is_served() {
    let bot = bot().await;
    until("data flows", async || bot.get("/healthz").await.0 == StatusCode::OK).await;
    let secret = SERVICE_ID.trim_start_matches("s:");
    let is_known = |status: &str| {
        ["200", "204", "400", "401", "403", "404", "405", "413", "414", "417", "421", "426", "431", "501", "505"]
            .contains(&status)
    };
    for (name, request) in odd_requests() {
        let answer = exchange(&bot, &request).await;
        assert!(!answer.contains(secret) && !answer.contains(TOKEN), "{name}: {answer}");
        // A connection can also be closed without an answer.
        if let Some(rest) = answer.strip_prefix("HTTP/1.") {
            assert!(is_known(rest.get(2..5).unwrap()), "{name}: {answer}");
        } else {
            assert_eq!(answer, "", "{name}");
        }
    }
    for foreign in ["foreign host", "other URI"] {
        let (_, request) = odd_requests().into_iter().find(|(name, _)| *name == foreign).unwrap();
        assert!(exchange(&bot, &request).await.starts_with("HTTP/1.1 421 "), "{foreign}");
    }
    for path in ["/", "/healthz", "/livez", "/metrics", "/api/state", "/missing"] {
        let (status, text) = bot.get(path).await;
        assert!(!text.contains(secret) && !text.contains(TOKEN), "{path} ({status}): {text}");
    }
    assert_eq!(bot.get("/healthz").await.0, StatusCode::OK);
    bot.stop().await;
}

#[tokio::test]
async fn every_response_has_headers_that_protect_readers() {
    let bot = bot().await;
    for (method, path) in [
        (Method::GET, "/"),
        (Method::GET, "/api/state"),
        (Method::HEAD, "/livez"),
        (Method::GET, "/missing"),
        (Method::POST, "/livez"),
        (Method::POST, "/api/triggers/x/pause"),
    ] {
        let response = Http::new().request(method.clone(), bot.url(path)).send().await.unwrap();
        let header = |name: &str| response.headers().get(name).map_or("", |value| value.to_str().unwrap()).to_owned();
        assert!(
            header("content-security-policy").starts_with("default-src 'none'; script-src 'self'"),
            "{method} {path}"
        );
        assert_eq!(header("x-content-type-options"), "nosniff", "{method} {path}");
        assert_eq!(header("referrer-policy"), "no-referrer", "{method} {path}");
        assert_eq!(header("cross-origin-resource-policy"), "same-origin", "{method} {path}");
        if response.status().is_client_error() {
            assert_eq!(header("content-type"), "application/json", "{method} {path}");
        }
    }
    bot.stop().await;
}

#[tokio::test]
async fn pages_of_other_origins_read_only_if_they_are_allowed_and_never_change_anything() {
    let bot = bot().await;
    let allowed = async |method: Method, path: &str, origin: &str, asked: &str| {
        let request = Http::new().request(method, bot.url(path)).header("Origin", origin);
        let request = if asked.is_empty() { request } else { request.header("Access-Control-Request-Method", asked) };
        let response = request.send().await.unwrap();
        let header = |name: &str| response.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        (header("access-control-allow-origin"), header("access-control-allow-methods"))
    };
    let friend = Some("https://friend.example".to_owned());
    for path in ["/api/state", "/healthz", "/livez"] {
        assert_eq!(allowed(Method::GET, path, "https://friend.example", "").await.0, friend, "{path}");
        assert_eq!(allowed(Method::GET, path, "https://evil.example", "").await.0, None, "{path}");
    }
    let methods = Some("GET,HEAD".to_owned());
    assert_eq!(allowed(Method::OPTIONS, "/api/state", "https://friend.example", "GET").await, (friend, methods));
    let change = "/api/triggers/every%20event/pause";
    assert_eq!(allowed(Method::OPTIONS, change, "https://friend.example", "POST").await, (None, None));
    assert_eq!(allowed(Method::POST, change, "https://friend.example", "").await.0, None);
    assert_eq!(allowed(Method::GET, "/", "https://friend.example", "").await.0, None);
    bot.stop().await;
}

/// Publishes events, and measures how long they take to a handler.
#[derive(Clone, Default)]
struct Probe(Arc<Measured>);

#[derive(Default)]
struct Measured {
    sent: Mutex<Vec<Instant>>,
    latencies: Mutex<Vec<Duration>>,
    gaps: AtomicU64,
}

impl Probe {
    fn received(&self, event: &BattleRankUp) {
        let Some(number) = event.character_id.0.checked_sub(FIRST_CHARACTER) else { return };
        let sent = self.0.sent.lock().unwrap()[usize::try_from(number).unwrap()];
        self.0.latencies.lock().unwrap().push(sent.elapsed());
    }

    /// Sends one event each 10 ms, and returns the 99th percentile of their latency.
    async fn measure(&self, bot: &Bot, events: usize) -> Duration {
        self.0.latencies.lock().unwrap().clear();
        for _ in 0..events {
            let number = {
                let mut sent = self.0.sent.lock().unwrap();
                sent.push(Instant::now());
                sent.len() as u64 - 1
            };
            let (character, now) = (FIRST_CHARACTER + number, Timestamp::now().0);
            let count = bot.sim.publish(&format!(
                r#"{{"payload":{{"battle_rank":"5","character_id":"{character}","event_name":"BattleRankUp","timestamp":"{now}","world_id":"1","zone_id":"2"}},"service":"event","type":"serviceMessage"}}"#
            ));
            assert_eq!(count, 1, "the bot is connected");
            sleep(Duration::from_millis(10)).await;
        }
        until("all events", async || self.0.latencies.lock().unwrap().len() == events).await;
        let mut latencies = self.0.latencies.lock().unwrap().clone();
        latencies.sort_unstable();
        latencies[events * 99 / 100]
    }
}

async fn probed() -> (Bot, Probe) {
    let probe = Probe::default();
    let (receiver, gaps) = (probe.clone(), probe.clone());
    let bot = Bot::start(Sim::builder().rate(100.0).war_start(Timestamp::now()), |builder| {
        builder
            .serve_settings(|settings| settings.reader_timeout(Duration::from_secs(5)))
            .trigger(
                Trigger::on::<BattleRankUp>()
                    .named("probe")
                    .action(move |event: BattleRankUp| receiver.received(&event)),
            )
            .trigger(Trigger::on::<Gap>().named("gaps").action(move |_: Gap| {
                gaps.0.gaps.fetch_add(1, Ordering::Relaxed);
            }))
    })
    .await;
    bot.client.wait_ready().await.unwrap();
    (bot, probe)
}

/// Both ends of the connections are in this process.
fn allow_many_files() {
    use rustix::process::{Resource, getrlimit, setrlimit};

    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    setrlimit(Resource::Nofile, limit).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_stream_does_not_notice_a_thousand_idle_connections() {
    allow_many_files();
    let (bot, probe) = probed().await;
    let before = probe.measure(&bot, 300).await;
    let mut idle = Vec::new();
    for _ in 0..1_000 {
        idle.push(TcpStream::connect(&bot.address).await.unwrap());
    }
    let meanwhile = probe.measure(&bot, 300).await;
    println!("99th percentile of the latency: {before:.1?} before, {meanwhile:.1?} with 1,000 idle connections");
    assert_eq!(bot.get("/healthz").await.0, StatusCode::OK);
    let closed = idle.iter().filter(|stream| matches!(stream.try_read(&mut [0]), Ok(0))).count();
    // 256 remain at most.
    assert!(closed >= 744, "{closed}");
    until("they are closed", async || {
        idle.iter()
            .all(|stream| !matches!(stream.try_read(&mut [0]), Err(error) if error.kind() == io::ErrorKind::WouldBlock))
    })
    .await;
    assert_eq!(probe.0.gaps.load(Ordering::Relaxed), 0);
    bot.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_stream_does_not_notice_slowloris() {
    allow_many_files();
    let (bot, probe) = probed().await;
    let before = probe.measure(&bot, 300).await;
    let ended = Arc::new(AtomicU64::new(0));
    for _ in 0..500 {
        let (address, ended) = (bot.address.clone(), Arc::clone(&ended));
        tokio::spawn(async move {
            let mut stream = TcpStream::connect(address).await.unwrap();
            for byte in b"GET /livez HTTP/1.1\r\nX-Slow: ".iter().chain([b'a'; 1_000].iter()) {
                if stream.write_all(&[*byte]).await.is_err() {
                    break;
                }
                // A server that has closed the connection.
                if timeout(Duration::from_secs(1), stream.readable()).await.is_ok()
                    && stream.try_read(&mut [0; 512]).is_ok()
                {
                    break;
                }
            }
            ended.fetch_add(1, Ordering::Relaxed);
        });
    }
    let meanwhile = probe.measure(&bot, 300).await;
    println!("99th percentile of the latency: {before:.1?} before, {meanwhile:.1?} with 500 slow senders");
    assert_eq!(bot.get("/healthz").await.0, StatusCode::OK);
    until("they are dropped", async || ended.load(Ordering::Relaxed) == 500).await;
    assert_eq!(bot.get("/healthz").await.0, StatusCode::OK);
    assert_eq!(probe.0.gaps.load(Ordering::Relaxed), 0);
    bot.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_does_not_read_is_dropped_and_a_flood_is_slowed_down() {
    let (bot, probe) = probed().await;
    let before = probe.measure(&bot, 100).await;
    let request = b"GET /api/state HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(100);
    let flood: Vec<_> = (0..4)
        .map(|_| {
            let (address, request) = (bot.address.clone(), request.clone());
            tokio::spawn(async move {
                let mut stream = TcpStream::connect(address).await.unwrap();
                while stream.write_all(&request).await.is_ok() {}
            })
        })
        .collect();
    let meanwhile = probe.measure(&bot, 300).await;
    println!("99th percentile of the latency: {before:.1?} before, {meanwhile:.1?} during a flood without reading");
    assert_eq!(bot.get("/healthz").await.0, StatusCode::OK);
    until("they are dropped", async || flood.iter().all(tokio::task::JoinHandle::is_finished)).await;
    assert_eq!(probe.0.gaps.load(Ordering::Relaxed), 0);
    bot.stop().await;
}
