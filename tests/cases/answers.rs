//! Answers of REST that come a byte at a time, or are none.

use std::time::Duration;

use auraxis::{
    census::{Census, ErrorKind},
    ps2::Title,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    time::sleep,
};

use crate::common::within;

/// Sends each client the head at once, and then the body byte by byte without an end, if it `trickles`.
async fn server(head: &'static str, trickles: bool) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut request = Vec::new();
                while !request.ends_with(b"\r\n\r\n") && stream.read_buf(&mut request).await.is_ok_and(|n| n > 0) {}
                let mut sent = stream.write_all(head.as_bytes()).await;
                while trickles && sent.is_ok() {
                    sleep(Duration::from_millis(20)).await;
                    sent = stream.write_all(b" ").await;
                }
            });
        }
    });
    url
}

#[tokio::test]
async fn an_answer_that_never_ends_is_given_up_in_time() {
    for head in [
        "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n",
        "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n",
        "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 100000\r\n\r\n",
        "HTTP/1.1 200 OK\r\nX-Slow: ",
    ] {
        let census = Census::builder().service_id("s:test").rest_url(server(head, true).await).retries(0);
        let census = census.timeout(Duration::from_millis(300)).build().unwrap();
        let error = within(census.find::<Title>().first()).await.unwrap_err();
        let is_status = head.contains("503") && error.to_string().contains("503");
        assert!(*error.kind() == ErrorKind::Timeout || is_status, "{head}: {error:?}");
    }
}

#[tokio::test]
async fn what_is_no_answer_is_an_error_that_shows_how_it_begins() {
    for (answer, says) in [
        ("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "not JSON"),
        ("HTTP/1.1 204 No Content\r\n\r\n", "not JSON"),
        ("HTTP/1.1 522 <none>\r\nContent-Length: 34\r\n\r\n<title>Connection timed out</title>", "522"),
        ("HTTP/1.1 520\r\nContent-Length: 12\r\n\r\nerror code: 5", "error code"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nBad Gateway", "Bad Gateway"),
        ("no HTTP at all\r\n\r\n", ""),
        ("", ""),
    ] {
        let census = Census::builder().service_id("s:test").rest_url(server(answer, false).await).retries(0);
        let error = within(census.build().unwrap().find::<Title>().first()).await.expect_err(answer);
        assert!(error.to_string().contains(says), "{answer:?}: {error}");
    }
}
