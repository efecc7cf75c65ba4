//! Replacement of connections whose events stay out.

use super::*;
use crate::source::feed::ProbeStep;

/// Starts a link, and requests that its connection is replaced.
async fn start_replacement(server: &Server) -> (Running, Peer) {
    let mut link = Running::start(&server.url(), timeouts(), logins_of(1));
    let old = server.accept_and_echo().await;
    assert_eq!(link.connected().await, 1);
    assert_eq!(link.text().await, ECHO);
    link.probe.request(ProbeStep::Reconnect);
    (link, old)
}

#[tokio::test]
async fn a_replaced_connection_delivers_until_the_new_one_has_taken_over() {
    let server = Server::start().await;
    let (mut link, mut old) = start_replacement(&server).await;
    let mut new = server.accept().await;
    command(&mut new).await;
    send(&mut old, EVENT).await;
    assert_eq!(link.text().await, EVENT);
    send(&mut new, ECHO).await;
    assert_eq!(link.connected().await, 2);
    assert_eq!(link.text().await, ECHO);
    send(&mut old, EVENT).await;
    assert_eq!(link.text().await, EVENT);
    link.probe.release_replaced(1);
    // The old connection is closed gracefully.
    while let Some(Ok(message)) = soon(old.next()).await {
        assert!(message.is_close() || message.is_ping(), "{message:?}");
    }
    link.disconnected().await;
    send(&mut new, EVENT).await;
    assert_eq!(link.text().await, EVENT);
    link.stop().await;
}

#[tokio::test]
async fn a_connection_that_is_lost_before_the_new_one_is_made_is_reported() {
    let server = Server::start().await;
    let (mut link, old) = start_replacement(&server).await;
    let mut new = server.accept().await;
    drop(old);
    link.disconnected().await;
    command(&mut new).await;
    send(&mut new, ECHO).await;
    assert_eq!(link.connected().await, 2);
    link.stop().await;
}

#[tokio::test]
async fn without_a_free_connection_the_old_one_is_closed_first() {
    let server = Server::start().await;
    let mut link = Running::start_with(&server.url(), timeouts(), logins_of(1), 1);
    let mut old = server.accept_and_echo().await;
    assert_eq!(link.connected().await, 1);
    link.probe.request(ProbeStep::Reconnect);
    while let Some(Ok(message)) = soon(old.next()).await {
        assert!(message.is_close(), "{message:?}");
    }
    link.disconnected().await;
    let _new = server.accept_and_echo().await;
    assert_eq!(link.connected().await, 2);
    link.stop().await;
}

#[tokio::test]
async fn all_connections_before_the_one_that_takes_over_are_closed() {
    let server = Server::start().await;
    let mut link = Running::start_with(&server.url(), timeouts(), logins_of(1), 3);
    let mut peers = Vec::new();
    for count in 1..=3 {
        peers.push(server.accept_and_echo().await);
        assert_eq!(link.connected().await, count);
        assert_eq!(link.text().await, ECHO);
        if count < 3 {
            link.probe.request(ProbeStep::Reconnect);
        }
    }
    let mut newest = peers.pop().expect("three connections");
    link.probe.release_replaced(2);
    for mut peer in peers {
        while let Some(Ok(message)) = soon(peer.next()).await {
            assert!(message.is_close(), "{message:?}");
        }
        assert_eq!(link.disconnected().await, "another connection has replaced it");
    }
    assert_eq!(link.open.available_permits(), 2);
    send(&mut newest, EVENT).await;
    assert_eq!(link.text().await, EVENT);
    link.stop().await;
}

#[tokio::test]
async fn attempts_to_replace_a_connection_do_not_wait_for_other_links() {
    let server = Server::start().await;
    let (mut link, _old) = start_replacement(&server).await;
    let open = Arc::clone(&link.open);
    // Another link waits for a connection.
    let other = tokio::spawn(async move { open.acquire_owned().await });
    for _ in 0..2 {
        drop(server.stream().await);
    }
    let mut new = server.accept().await;
    command(&mut new).await;
    send(&mut new, ECHO).await;
    assert_eq!(link.connected().await, 2);
    assert!(!other.is_finished());
    link.probe.release_replaced(1);
    drop(soon(other).await);
    link.stop().await;
}
