//! Responses to the handshake.

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::disconnects::log_of;
use super::*;
use crate::error::ErrorKind;

/// Accepts one connection and sends this response.
async fn answer(server: &Server, answer: &str) {
    let mut stream = server.stream().await;
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") && soon(stream.read_buf(&mut request)).await.unwrap() > 0 {}
    stream.write_all(format!("HTTP/1.1 {answer}\r\nContent-Length: 0\r\n\r\n").as_bytes()).await.unwrap();
    stream.shutdown().await.unwrap();
}

#[tokio::test]
async fn a_403_is_fatal_only_before_the_first_success() {
    let server = Server::start().await;
    let link = Running::start(&server.url(), timeouts(), logins_of(1));
    answer(&server, "403 Forbidden").await;
    let error = soon(link.task).await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Refused);

    let mut link = Running::start(&server.url(), timeouts(), logins_of(1));
    drop(server.accept_and_echo().await);
    link.disconnected().await;
    answer(&server, "403 Forbidden").await;
    answer(&server, "403 Forbidden").await;
    server.accept_and_echo().await;
    link.connected().await;
    link.stop().await;
}

#[tokio::test]
async fn a_403_after_a_503_is_fatal() {
    let server = Server::start().await;
    let link = Running::start(&server.url(), timeouts(), logins_of(1));
    answer(&server, "503 Service Unavailable").await;
    answer(&server, "403 Forbidden").await;
    assert_eq!(soon(link.task).await.unwrap().unwrap_err().kind(), ErrorKind::Refused);
}

#[test]
fn error_responses_are_logged_with_their_location_and_without_the_service_id() {
    let log = log_of(async {
        for refusal in [
            "302 Found\r\nLocation: https://push.example/verysecret/s:verysecret/log-in?service-id=s:verysecret",
            "503 Service Unavailable\r\nRetry-After: 0",
            "401 Unauthorized",
            "200 OK\r\nContent-Type: text/html",
            "101 Switching Protocols",
        ] {
            // One link for each response, because delays grow.
            let server = Server::start().await;
            let link = Running::start(&server.url(), timeouts(), logins_of(1));
            answer(&server, refusal).await;
            drop(server.stream().await);
            link.stop().await;
        }
    });
    for message in [
        "responded with 302 Found and redirects to `https://push.example/…/s:…/log-in`; redirects are not followed",
        "responded with 503 Service Unavailable and `Retry-After: 0`",
        "responded with 401 Unauthorized; retrying in",
        "responded with 200 OK, like a web page",
        "does not respond like a WebSocket server",
    ] {
        assert!(log.contains(message), "{message}: {log}");
    }
    assert!(!log.contains("verysecret"), "{log}");
}

#[test]
fn the_retry_after_header_of_a_busy_server_is_respected() {
    let log = log_of(async {
        let server = Server::start().await;
        let link = Running::start(&server.url(), timeouts(), logins_of(1));
        answer(&server, "503 Service Unavailable\r\nRetry-After: 2").await;
        drop(server.stream().await);
        link.stop().await;
    });
    assert!(log.contains("retrying in 2.0 s"), "{log}");
}

#[test]
fn tls_is_suggested_if_a_server_does_not_respond_like_a_web_server() {
    let log = log_of(async {
        for bytes in [b"\x15\x03\x03\0\x02\x02\x46".as_slice(), b"SSH-2.0\r\n"] {
            let server = Server::start().await;
            let link = Running::start(&server.url(), timeouts(), logins_of(1));
            let mut stream = server.stream().await;
            stream.write_all(bytes).await.unwrap();
            drop(server.stream().await);
            link.stop().await;
        }
    });
    assert_eq!(log.matches("does not respond like a web server").count(), 2, "{log}");
    assert_eq!(log.matches("if the server requires TLS, use `wss://`").count(), 2, "{log}");
}

#[tokio::test]
async fn another_candidate_is_used_while_one_is_busy() {
    let (busy, other) = (Server::start().await, Server::start().await);
    let mut link = Running::start(&format!("{},{}", busy.url(), other.url()), timeouts(), logins_of(1));
    answer(&busy, "503 Service Unavailable\r\nRetry-After: 50").await;
    other.accept_and_echo().await;
    link.connected().await;
    link.stop().await;
}

#[tokio::test]
async fn a_name_that_does_not_resolve_is_retried_with_the_next_candidate() {
    let server = Server::start().await;
    let mut link = Running::start(&format!("ws://push.invalid/streaming,{}", server.url()), timeouts(), logins_of(1));
    let _peer = server.accept_and_echo().await;
    assert_eq!(link.connected().await, 1);
    link.stop().await;
}
