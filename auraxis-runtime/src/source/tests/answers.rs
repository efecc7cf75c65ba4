//! What a handshake may be answered with.

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::*;
use crate::error::ErrorKind;

/// Takes one connection and answers the request with these bytes.
async fn answer(server: &Server, answer: &str) {
    let mut stream = server.stream().await;
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") && soon(stream.read_buf(&mut request)).await.unwrap() > 0 {}
    stream.write_all(format!("HTTP/1.1 {answer}\r\nContent-Length: 0\r\n\r\n").as_bytes()).await.unwrap();
    stream.shutdown().await.unwrap();
}

#[tokio::test]
async fn a_403_is_final_only_before_the_first_success() {
    let server = Server::start().await;
    let link = Running::start(&server.url(), limits(), logins_of(1));
    answer(&server, "403 Forbidden").await;
    let error = soon(link.task).await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Refused);

    let mut link = Running::start(&server.url(), limits(), logins_of(1));
    drop(server.accept_and_echo().await);
    link.disconnected().await;
    answer(&server, "403 Forbidden").await;
    answer(&server, "403 Forbidden").await;
    server.accept_and_echo().await;
    link.connected().await;
    link.stop().await;
}

#[tokio::test]
async fn a_503_before_a_403_changes_nothing() {
    let server = Server::start().await;
    let link = Running::start(&server.url(), limits(), logins_of(1));
    answer(&server, "503 Service Unavailable").await;
    answer(&server, "403 Forbidden").await;
    assert_eq!(soon(link.task).await.unwrap().unwrap_err().kind(), ErrorKind::Refused);
}
