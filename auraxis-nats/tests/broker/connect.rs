//! Connecting, and what is said if it fails.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::{Ipv4Addr, TcpListener},
    thread,
};

use auraxis_nats::{Broker, ErrorKind};

use crate::common::{NatsServer, ServerSettings, free_port, within};

const PASSWORD: &str = "hunter2";

async fn error(broker: Broker, kind: ErrorKind, parts: &[&str]) {
    let error = within(broker.connect()).await.expect_err("the connection must fail");
    let text = format!("{error:?}");
    assert_eq!(error.kind(), kind, "{text}");
    for part in parts {
        assert!(text.contains(part), "`{part}` is not in: {text}");
    }
    assert!(!text.contains(PASSWORD), "{text}");
    assert_eq!(text.lines().count(), 1, "{text}");
}

fn broker(url: &str) -> Broker {
    url.parse().unwrap()
}

#[tokio::test]
async fn a_login_is_used_and_a_wrong_one_is_refused_without_being_shown() {
    let user = Some(("me".to_owned(), PASSWORD.to_owned()));
    let Some(server) = NatsServer::with(ServerSettings { user, ..ServerSettings::default() }) else { return };

    within(broker(&server.url_with("me:hunter2")).connect()).await.unwrap();
    within(broker(&server.url()).user_and_password("me", PASSWORD).connect()).await.unwrap();
    let wrong = ["refused the login", "check the user"];
    error(broker(&server.url_with("me:hunter2hunter2")), ErrorKind::Refused, &wrong).await;
    error(broker(&server.url()).token(PASSWORD), ErrorKind::Refused, &wrong).await;
    error(broker(&server.url()), ErrorKind::Refused, &["requires a login", "nats://user:password@host"]).await;
}

#[tokio::test]
async fn tokens_and_nkeys_are_used() {
    let token = Some(PASSWORD.to_owned());
    let Some(server) = NatsServer::with(ServerSettings { token, ..ServerSettings::default() }) else { return };
    within(broker(&server.url_with(PASSWORD)).connect()).await.unwrap();
    within(broker(&server.url()).token(PASSWORD).connect()).await.unwrap();

    // From the documentation of NATS.
    let seed = "SUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3VY";
    let nkey = Some("UDXU4RCSJNZOIQHZNWXHXORDPRTGNJAHAHFRGZNEEJCPQTT2M7NLCNF4".to_owned());
    let Some(server) = NatsServer::with(ServerSettings { nkey, ..ServerSettings::default() }) else { return };
    within(broker(&server.url()).nkey(seed).connect()).await.unwrap();
    error(broker(&server.url()).nkey(PASSWORD), ErrorKind::Refused, &["nkey is invalid", "begins with `SU`"]).await;
}

#[tokio::test]
async fn a_server_without_jetstream_is_refused() {
    let Some(server) = NatsServer::with(ServerSettings { jetstream: false, ..ServerSettings::default() }) else {
        return;
    };
    error(broker(&server.url()), ErrorKind::NoJetStream, &["has no JetStream", "nats-server -js"]).await;
}

#[tokio::test]
async fn tls_is_used_and_each_fault_of_it_is_named() {
    let Some(server) = NatsServer::with(ServerSettings { tls: true, ..ServerSettings::default() }) else { return };
    let host = server.url().replace("127.0.0.1", "localhost");

    within(broker(&server.url()).ca_file(server.ca_file()).connect()).await.unwrap();
    error(broker(&server.url()), ErrorKind::Tls, &["unknown authority; give its CA file"]).await;
    error(broker(&host).ca_file(server.ca_file()), ErrorKind::Tls, &["for another host"]).await;
    let missing = broker(&server.url()).ca_file("/nowhere/ca.pem");
    error(missing, ErrorKind::Setup, &["cannot read the CA file `/nowhere/ca.pem`"]).await;

    let Some(plain) = NatsServer::start() else { return };
    let tls = plain.url().replace("nats://", "tls://");
    error(broker(&tls), ErrorKind::Tls, &["does not use TLS; write `nats://`"]).await;
}

#[tokio::test]
async fn a_server_that_cannot_be_reached_is_named() {
    let (one, two) = (free_port(), free_port());
    let url = format!("nats://me:hunter2@127.0.0.1:{one},127.0.0.1:{two}");
    let named = format!("nats://127.0.0.1:{one},nats://127.0.0.1:{two}");
    error(broker(&url), ErrorKind::Unreachable, &[&named, "check the address"]).await;
}

#[tokio::test]
async fn a_server_that_is_too_old_is_refused() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    // An old server, as far as a client sees it while it connects.
    let server = thread::spawn(move || {
        let (mut connection, _) = listener.accept().unwrap();
        let info =
            r#"{"server_id":"N","version":"2.9.0","proto":1,"headers":true,"max_payload":1048576,"jetstream":true}"#;
        write!(connection, "INFO {info}\r\n").unwrap();
        let mut lines = BufReader::new(connection.try_clone().unwrap()).lines();
        while let Some(Ok(line)) = lines.next() {
            if line.starts_with("PING") {
                write!(connection, "PONG\r\n").unwrap();
                break;
            }
        }
        // Until the client closes the connection.
        lines.map_while(Result::ok).for_each(drop);
    });
    let url = format!("nats://127.0.0.1:{port}");
    error(broker(&url), ErrorKind::Version, &["has version 2.9.0", "version 2.12 or newer is required"]).await;
    tokio::task::spawn_blocking(move || server.join().unwrap()).await.unwrap();
}
