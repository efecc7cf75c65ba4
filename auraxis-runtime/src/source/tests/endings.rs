//! How connections end, and what comes then.

use std::fmt::Debug;

use tokio::time::sleep;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, frame::coding::CloseCode};

use super::*;
use crate::recording::tests::logged;

/// What is logged meanwhile. The runtime is that of the test alone.
pub(super) fn log_of(run: impl Future<Output = ()>) -> String {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    logged(|| runtime.block_on(run))
}

/// Waits for the end of the connection, and returns the last message before it.
async fn last_message(peer: &mut Peer) -> impl Debug + PartialEq<Option<Message>> {
    let mut last = None;
    while let Some(Ok(message)) = soon(peer.next()).await {
        last = Some(message);
    }
    last
}

#[tokio::test]
async fn a_server_that_closes_gets_its_answer_and_its_reason_is_told_without_secrets() {
    let server = Server::start().await;
    let mut link = Running::start(&server.url(), limits(), logins_of(1));
    let mut peer = server.accept_and_echo().await;
    link.connected().await;
    let reason = "restart; s:verysecret may come back".into();
    let close = CloseFrame { code: CloseCode::Restart, reason };
    // By hand, so that the answer is seen.
    peer.send(Message::Close(Some(close.clone()))).await.unwrap();
    assert_eq!(last_message(&mut peer).await, Some(Message::Close(Some(close))));
    let reason = link.disconnected().await;
    assert!(reason.contains("restart; s:… may come back"), "{reason}");
    server.accept_and_echo().await;
    link.stop().await;
}

#[tokio::test]
async fn what_comes_until_the_end_is_handed_over() {
    let server = Server::start().await;
    let mut link = Running::start(&server.url(), limits(), logins_of(1));
    let mut peer = server.accept_and_echo().await;
    for _ in 0..100 {
        send(&mut peer, EVENT).await;
    }
    drop(peer);
    link.connected().await;
    assert_eq!(link.text().await, ECHO);
    for _ in 0..100 {
        assert_eq!(link.text().await, EVENT);
    }
    link.disconnected().await;
    link.stop().await;
}

#[tokio::test]
async fn a_stop_says_goodbye_and_takes_what_is_under_way() {
    let server = Server::start().await;
    let mut link = Running::start(&server.url(), limits(), logins_of(1));
    let mut peer = server.accept_and_echo().await;
    link.connected().await;
    link.text().await;
    link.shutdown.request();
    assert_eq!(soon(peer.next()).await.unwrap().unwrap(), Message::Close(None));
    assert!(soon(peer.next()).await.is_none());
    assert_eq!(link.disconnected().await, "the client stops");
    link.stop().await;
}

#[tokio::test]
async fn a_connection_that_nobody_needs_lingers_and_comes_back_when_it_is_needed() {
    let server = Server::start().await;
    let needs = logins_of(1);
    let limits = Limits { linger: ms(700), ..limits() };
    let mut link = Running::start(&server.url(), limits, needs.clone());
    let mut peer = server.accept_and_echo().await;
    link.connected().await;
    link.text().await;
    // Back in time: the connection and its subscription are as they were.
    link.needs.send_replace(Arc::default());
    sleep(ms(100)).await;
    link.needs.send_replace(Arc::new(needs.clone()));
    assert!(timeout(ms(1_000), peer.next()).await.is_err(), "nothing is sent");
    // Not back in time.
    link.needs.send_replace(Arc::default());
    assert_eq!(soon(peer.next()).await.unwrap().unwrap(), Message::Close(None));
    assert!(soon(peer.next()).await.is_none());
    assert_eq!(link.disconnected().await, "no trigger needs the stream");
    link.needs.send_replace(Arc::new(needs));
    server.accept_and_echo().await;
    link.connected().await;
    link.stop().await;
}

#[test]
fn the_first_attempt_after_an_answered_subscription_comes_at_once() {
    let log = log_of(async {
        let server = Server::start().await;
        let mut link = Running::start(&server.url(), limits(), logins_of(1));
        drop(server.stream().await);
        drop(server.stream().await);
        drop(server.accept_and_echo().await);
        link.disconnected().await;
        drop(server.accept().await);
        link.stop().await;
    });
    let delays: Vec<f32> = log
        .lines()
        .filter_map(|line| line.split_once("Next attempt in ")?.1.trim_end_matches(" s").parse().ok())
        .collect();
    assert!(delays[0] < 0.4 && delays[1] >= 1.0 && delays[2] < 0.4, "{log}");
}

#[test]
fn the_second_candidate_serves_while_the_first_is_dead_and_as_long_as_it_does_well() {
    let log = log_of(async {
        let (dead, second) = (Server::start().await, Server::start().await);
        let urls = format!("{},{}", dead.url(), second.url());
        drop(dead);
        let limits = Limits { linger: Duration::ZERO, ..limits() };
        let mut link = Running::start(&urls, limits, logins_of(1));
        drop(second.accept_and_echo().await);
        link.disconnected().await;
        // One that ends because nobody needs it has not failed, though nothing came over it.
        let mut peer = second.accept().await;
        command(&mut peer).await;
        link.needs.send_replace(Arc::default());
        answer_pings(peer).await;
        link.needs.send_replace(Arc::new(logins_of(1)));
        second.accept_and_echo().await;
        link.connected().await;
        link.stop().await;
    });
    assert_eq!(log.matches("cannot be reached").count(), 1, "{log}");
}
