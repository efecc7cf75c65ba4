//! Ends of connections, and reconnecting.

use std::fmt::Debug;

use tokio::time::sleep;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, frame::coding::CloseCode};

use super::*;
use crate::recording::tests::logged;

/// Runs a future in a separate runtime, and returns its log.
pub(super) fn log_of(run: impl Future<Output = ()>) -> String {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    logged(|| runtime.block_on(run))
}

/// Waits for the end of the connection, and returns the last message.
async fn last_message(peer: &mut Peer) -> impl Debug + PartialEq<Option<Message>> {
    let mut last = None;
    while let Some(Ok(message)) = soon(peer.next()).await {
        last = Some(message);
    }
    last
}

#[tokio::test]
async fn a_close_frame_is_answered_and_its_reason_reported_without_secrets() {
    let server = Server::start().await;
    let mut link = Running::start(&server.url(), timeouts(), logins_of(1));
    let mut peer = server.accept_and_echo().await;
    link.connected().await;
    let reason = "restart; s:verysecret may come back".into();
    let close = CloseFrame { code: CloseCode::Restart, reason };
    // Sent as a message, so that the answer is not handled by the library.
    peer.send(Message::Close(Some(close.clone()))).await.unwrap();
    assert_eq!(last_message(&mut peer).await, Some(Message::Close(Some(close))));
    let reason = link.disconnected().await;
    assert!(reason.contains("restart; s:… may come back"), "{reason}");
    server.accept_and_echo().await;
    link.stop().await;
}

#[tokio::test]
async fn all_frames_before_a_disconnect_are_received() {
    let server = Server::start().await;
    let mut link = Running::start(&server.url(), timeouts(), logins_of(1));
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
async fn a_graceful_stop_completes_the_closing_handshake() {
    let server = Server::start().await;
    let mut link = Running::start(&server.url(), timeouts(), logins_of(1));
    let mut peer = server.accept_and_echo().await;
    link.connected().await;
    link.text().await;
    link.shutdown.request();
    assert_eq!(soon(peer.next()).await.unwrap().unwrap(), Message::Close(None));
    assert!(soon(peer.next()).await.is_none());
    assert_eq!(link.disconnected().await, "the client is stopping");
    link.stop().await;
}

#[tokio::test]
async fn an_unneeded_connection_lingers_and_is_reopened_when_needed() {
    let server = Server::start().await;
    let requirements = logins_of(1);
    let timeouts = Timeouts { linger: ms(700), ..timeouts() };
    let mut link = Running::start(&server.url(), timeouts, requirements.clone());
    let mut peer = server.accept_and_echo().await;
    link.connected().await;
    link.text().await;
    // Needed again in time: the connection and its subscription are kept.
    link.requirements.send_replace(Arc::default());
    sleep(ms(100)).await;
    link.requirements.send_replace(Arc::new(requirements.clone()));
    assert!(timeout(ms(1_000), peer.next()).await.is_err(), "nothing is sent");
    // Not needed again in time.
    link.requirements.send_replace(Arc::default());
    assert_eq!(soon(peer.next()).await.unwrap().unwrap(), Message::Close(None));
    assert!(soon(peer.next()).await.is_none());
    assert_eq!(link.disconnected().await, "no trigger needs the stream");
    link.requirements.send_replace(Arc::new(requirements));
    server.accept_and_echo().await;
    link.connected().await;
    link.stop().await;
}

#[test]
fn the_first_attempt_after_an_answered_subscription_is_immediate() {
    let log = log_of(async {
        let server = Server::start().await;
        let mut link = Running::start(&server.url(), timeouts(), logins_of(1));
        drop(server.stream().await);
        drop(server.stream().await);
        drop(server.accept_and_echo().await);
        link.disconnected().await;
        drop(server.accept().await);
        link.stop().await;
    });
    let delays: Vec<f32> =
        log.lines().filter_map(|line| line.split_once("retrying in ")?.1.trim_end_matches(" s").parse().ok()).collect();
    assert!(delays[0] < 0.4 && delays[1] >= 1.0 && delays[2] < 0.4, "{log}");
}

#[test]
fn the_second_candidate_is_used_while_the_first_is_down_and_as_long_as_it_works() {
    let log = log_of(async {
        let (dead, second) = (Server::start().await, Server::start().await);
        let urls = format!("{},{}", dead.url(), second.url());
        drop(dead);
        let timeouts = Timeouts { linger: Duration::ZERO, ..timeouts() };
        let mut link = Running::start(&urls, timeouts, logins_of(1));
        drop(second.accept_and_echo().await);
        link.disconnected().await;
        // Closing an unneeded connection is not a failure, even if it has received nothing.
        let mut peer = second.accept().await;
        command(&mut peer).await;
        link.requirements.send_replace(Arc::default());
        answer_pings(peer).await;
        link.requirements.send_replace(Arc::new(logins_of(1)));
        second.accept_and_echo().await;
        link.connected().await;
        link.stop().await;
    });
    assert_eq!(log.matches("cannot connect to").count(), 1, "{log}");
}
