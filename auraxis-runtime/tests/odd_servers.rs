//! Servers that end connections, or send what no server should: the stream tells why, comes back, and loses nothing.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod common;

use auraxis_core::event::*;
use auraxis_runtime::{Client, Trigger};
use common::*;
use futures_util::future::join_all;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::AbortHandle,
};
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

const TEXT: u8 = 1;
const BINARY: u8 = 2;
const CLOSE: u8 = 8;
const PING: u8 = 9;
/// The last frame of its message.
const FIN: u8 = 0x80;
/// The message is compressed, if that was agreed upon.
const COMPRESSED: u8 = 0x40;

/// A frame as servers send it, with its first byte as it is given.
fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let length = payload.len();
    let mut frame = vec![first];
    match (u8::try_from(length), u16::try_from(length)) {
        (Ok(length), _) if length < 126 => frame.push(length),
        (_, Ok(length)) => {
            frame.push(126);
            frame.extend(length.to_be_bytes());
        }
        _ => {
            frame.push(127);
            frame.extend((length as u64).to_be_bytes());
        }
    }
    frame.extend(payload);
    frame
}

fn text(text: &str) -> Vec<u8> {
    frame(FIN | TEXT, text.as_bytes())
}

fn close(code: u16, reason: &[u8]) -> Vec<u8> {
    frame(FIN | CLOSE, &[&code.to_be_bytes(), reason].concat())
}

/// Sends to the first connection a login of 1 and what is given, and to each further one a login of its number.
struct Server {
    url: String,
    task: AbortHandle,
}

impl Server {
    async fn start(extensions: &'static str, sends: Vec<u8>, hangs_up: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("ws://{}/streaming", listener.local_addr().unwrap());
        let task = tokio::spawn(async move {
            for connection in 1.. {
                let (mut stream, _) = listener.accept().await.unwrap();
                let sends = if connection == 1 { sends.clone() } else { Vec::new() };
                let serve = async move {
                    shake_hands(&mut stream, if connection == 1 { extensions } else { "" }).await;
                    let login = text(&login(connection).to_frame());
                    let _ = stream.write_all(&[login, sends].concat()).await;
                    if connection == 1 && hangs_up {
                        // What the client has sent is still read, or the kernel resets the connection.
                        let _ = stream.shutdown().await;
                    }
                    while stream.read_buf(&mut Vec::new()).await.is_ok_and(|count| count > 0) {}
                };
                tokio::spawn(serve);
            }
        });
        Self { url, task: task.abort_handle() }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn shake_hands(stream: &mut TcpStream, extensions: &str) {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") && stream.read_buf(&mut request).await.is_ok_and(|count| count > 0) {}
    let request = String::from_utf8(request).unwrap();
    let header = |line: &str| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("sec-websocket-key").then(|| value.to_owned())
    };
    let key = request.lines().find_map(header).unwrap();
    let answer = format!(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: \
         {}\r\n{extensions}\r\n",
        derive_accept_key(key.as_bytes())
    );
    stream.write_all(answer.as_bytes()).await.unwrap();
}

/// A client of the server that logs what comes.
fn follow(server: &Server) -> (Client, Log<String>) {
    let (client, log) = (Client::builder().ess_url(&server.url).build().unwrap(), Log::new());
    let event = log.handler(|event: Event| match event {
        Event::PlayerLogin(login) => format!("login {}", login.character_id),
        event => event.name().to_owned(),
    });
    client.add(Trigger::on::<Event>().action(event)).unwrap();
    client.add(Trigger::on::<Disconnected>().action(log.handler(|it: Disconnected| it.reason.to_string()))).unwrap();
    client.add(Trigger::on::<ParseFailed>().action(log.handler(|it: ParseFailed| it.fault.to_string()))).unwrap();
    (client, log)
}

/// What comes, until so many things have, or until the second connection has worked.
async fn observe(server: &Server, count: usize) -> Vec<String> {
    let (client, log) = follow(server);
    let run = tokio::spawn({
        let client = client.clone();
        async move { client.run().await }
    });
    until(|| log.len() >= count).await;
    let seen = log.take();
    client.shutdown();
    within(run).await.unwrap().unwrap();
    seen
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_is_ended_in_whatever_way_comes_back_and_the_way_is_told() {
    let broken: &[u8] = b"\xff\xfe";
    let cases: Vec<(&str, Vec<u8>, bool, &str)> = vec![
        ("1000", close(1000, b""), false, "the server closed the connection"),
        ("1001", close(1001, b"going away"), false, "going away"),
        ("1011", close(1011, b"unexpected condition"), false, "unexpected condition"),
        ("1012", close(1012, b"service restart"), false, "service restart"),
        ("1013", close(1013, b"try again later"), false, "try again later"),
        ("4000", close(4000, b"enough"), false, "enough"),
        ("no code", frame(FIN | CLOSE, b""), false, "without a reason"),
        ("1006, which may not be sent", close(1006, b"abnormal"), false, ""),
        ("a code of one byte", frame(FIN | CLOSE, b"\x03"), false, "protocol error"),
        ("a reason that is no text", close(1001, broken), false, "utf-8"),
        ("text that is none", frame(FIN | TEXT, broken), false, "utf-8"),
        ("a reserved opcode", frame(FIN | 3, b"x"), false, "protocol error"),
        ("a reserved control opcode", frame(FIN | 0xb, b"x"), false, "protocol error"),
        ("a reserved bit", frame(FIN | 0x20 | TEXT, b"{}"), false, "protocol error"),
        ("compression that nobody asked for", frame(FIN | COMPRESSED | TEXT, b"\xaa\x56"), false, "protocol error"),
        ("a ping that is too long", frame(FIN | PING, &[b'x'; 126]), false, "protocol error"),
        ("a ping in pieces", frame(PING, b"x"), false, "protocol error"),
        ("a piece of nothing", frame(FIN, b"x"), false, "protocol error"),
        ("half a frame", frame(FIN | TEXT, &[b' '; 100])[..50].to_vec(), true, ""),
        ("half a header", vec![FIN | TEXT, 127, 0], true, "without a closing handshake"),
        ("the end of the connection", Vec::new(), true, "without a closing handshake"),
    ];
    let cases = cases.into_iter().map(|(case, sends, hangs_up, says)| async move {
        let server = Server::start("", sends, hangs_up).await;
        let seen = observe(&server, 3).await;
        let [first, reason, second] = &seen[..] else { panic!("{case}: {seen:?}") };
        assert_eq!((first.as_str(), second.as_str()), ("login 1", "login 2"), "{case}");
        assert!(!reason.is_empty() && reason.contains(says), "{case}: {reason}");
    });
    join_all(cases).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_extension_that_nobody_asked_for_is_no_connection_that_works() {
    let extensions = "Sec-WebSocket-Extensions: permessage-deflate\r\n";
    let compressed = frame(FIN | COMPRESSED | TEXT, b"\xaa\x56\x4a\x2c");
    let server = Server::start(extensions, compressed, false).await;
    let (client, log) = follow(&server);
    let run = tokio::spawn({
        let client = client.clone();
        async move { client.run().await }
    });
    until(|| log.len() > 0 && log.take().iter().any(|seen| seen == "login 2")).await;
    client.shutdown();
    within(run).await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_read_in_whatever_pieces_it_comes() {
    let novelty =
        r#"{"payload":{"event_name":"Ünique €vent 😀","timestamp":"1"},"service":"event","type":"serviceMessage"}"#;
    let bytes = novelty.as_bytes();
    // Within a character of four bytes.
    let emoji = novelty.find('😀').unwrap() + 2;
    let letters = |bytes: &[u8]| -> Vec<u8> {
        let mut pieces: Vec<_> = bytes.chunks(1).map(|byte| frame(0, byte)).collect();
        pieces[0][0] = TEXT;
        pieces.last_mut().unwrap()[0] = FIN;
        pieces.concat()
    };
    let cases: Vec<(&str, Vec<u8>, &[&str])> = vec![
        ("whole", text(novelty), &["Ünique €vent 😀"]),
        (
            "two pieces, cut within a character",
            [frame(TEXT, &bytes[..emoji]), frame(FIN, &bytes[emoji..])].concat(),
            &["Ünique €vent 😀"],
        ),
        ("a piece for each byte", letters(bytes), &["Ünique €vent 😀"]),
        (
            "a ping between",
            [frame(TEXT, &bytes[..20]), frame(FIN | PING, b"are you there"), frame(FIN, &bytes[20..])].concat(),
            &["Ünique €vent 😀"],
        ),
        (
            "an empty piece between",
            [frame(TEXT, &bytes[..9]), frame(0, b""), frame(FIN, &bytes[9..])].concat(),
            &["Ünique €vent 😀"],
        ),
        ("an empty text before", [text(""), text(novelty)].concat(), &["Ünique €vent 😀"]),
        ("an empty ping before", [frame(FIN | PING, b""), text(novelty)].concat(), &["Ünique €vent 😀"]),
        (
            "17 MB of something else before",
            [text(&format!(r#"{{"long":"{}"}}"#, "x".repeat(17_000_000))), text(novelty)].concat(),
            &["Ünique €vent 😀"],
        ),
        ("bytes before", [frame(FIN | BINARY, b"\0\x9f\x92\x96"), text(novelty)].concat(), &["Ünique €vent 😀"]),
    ];
    for (case, sends, expected) in cases {
        let server = Server::start("", sends, false).await;
        let seen = observe(&server, 1 + expected.len()).await;
        let events: Vec<_> =
            seen.iter().filter(|seen| seen.starts_with("login ") || expected.contains(&seen.as_str())).collect();
        assert_eq!(events[0], "login 1", "{case}");
        assert_eq!(events[1..], *expected, "{case}: {seen:?}");
    }
}

/// What a frame is read as: the name of its event, or nothing if it is reported.
#[tokio::test(flavor = "multi_thread")]
async fn odd_frames_are_events_or_named_faults_and_the_connection_stays() {
    let login = |fields: &str| {
        format!(r#"{{"payload":{{"event_name":"PlayerLogin",{fields}}},"service":"event","type":"serviceMessage"}}"#)
    };
    let usual = r#""character_id":"7","timestamp":"1","world_id":"1""#;
    let cases: Vec<(String, &str)> = vec![
        (login(usual), "login 7"),
        (login(&usual.replace(r#""7""#, r#""18446744073709551615""#)), "login 18446744073709551615"),
        (login(&usual.replace(r#""7""#, r#""18446744073709551616""#)), "PlayerLogin"),
        (login(&usual.replace(r#""7""#, r#""-1""#)), "PlayerLogin"),
        (login(&usual.replace(r#""7""#, r#""""#)), "PlayerLogin"),
        (login(&usual.replace(r#""7""#, "7")), "login 7"),
        (login(&usual.replace(r#":"1","#, r#":"1730180202123","#)), "login 7"),
        (login(&usual.replace(r#":"1","#, r#":"1.5","#)), "PlayerLogin"),
        (login(&usual.replace(r#":"1","#, ":null,")), "PlayerLogin"),
        (login(&format!(r#"{usual},"new":{{"deep":[null]}}"#)), "login 7"),
        (login(&usual.replace(r#"world_id":"1""#, r#"world_id":"4711""#)), "login 7"),
        (login(usual).replace("PlayerLogin", r"Player\u004cogin"), "login 7"),
        (login(usual).replace(',', " ,\n\t").replace(':', " :\r\n "), "login 7"),
        (login(usual).replace("PlayerLogin", "playerlogin"), "playerlogin"),
        (login(usual).replace("PlayerLogin", "Novelty"), "Novelty"),
        (login(usual).replace("serviceMessage", "serviceMessage\",\"type\":\"serviceMessage"), "login 7"),
        (login(&usual.replace(r#""7""#, r#""\ud800""#)), "PlayerLogin"),
    ];
    let odd = ["{", "null", "[]", "{}", r#"{"type":"serviceMessage"}"#, "\u{feff}", "\0\0"];
    // Equal events would be one event.
    let distinct =
        |at: usize, frame: &str| frame.replace(r#""timestamp":"1""#, &format!(r#""timestamp":"{}""#, 100 + at));
    let sends = cases.iter().enumerate().map(|(at, (frame, _))| text(&distinct(at, frame)));
    let sends = sends.chain(odd.iter().map(|odd| text(odd)));
    let last = text(&login(usual).replace("PlayerLogin", "Last"));
    let server = Server::start("", sends.chain([last]).flatten().collect(), false).await;
    let (client, log) = follow(&server);
    let run = tokio::spawn({
        let client = client.clone();
        async move { client.run().await }
    });
    let mut seen = Vec::new();
    until(|| {
        seen.extend(log.take());
        seen.iter().any(|seen| seen == "Last")
    })
    .await;
    // What cannot be read is told a moment later.
    until(|| {
        seen.extend(log.take());
        seen.last().is_some_and(|seen| seen != "Last")
    })
    .await;
    client.shutdown();
    within(run).await.unwrap().unwrap();
    seen.extend(log.take());
    let expected: Vec<_> = ["login 1"].into_iter().chain(cases.iter().map(|(_, event)| *event)).collect();
    assert_eq!(seen[..expected.len()], expected, "{seen:?}");
    let told: Vec<_> =
        seen[expected.len()..].iter().filter(|seen| *seen != "Last" && *seen != "the client is stopping").collect();
    assert!(!told.is_empty() && !told.iter().any(|it| it.starts_with("login")), "one connection: {told:?}");
}
