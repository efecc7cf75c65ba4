//! Detection of dead connections.

use std::thread;

use tokio::{io::AsyncWriteExt, net::TcpSocket, time::sleep};

use super::*;

#[tokio::test]
async fn pongs_alone_do_not_keep_a_connection() {
    let server = Server::start().await;
    let timeouts = Timeouts { silence: ms(600), ping_interval: ms(50), unresponsive: ms(400), ..timeouts() };
    let mut link = Running::start(&server.url(), timeouts, logins_of(1));
    let silent = server.accept_and_echo().await;
    let answering = tokio::spawn(answer_pings(silent));
    let reason = link.disconnected().await;
    assert!(reason.contains("no frame received for 600ms"), "{reason}");
    soon(answering).await.unwrap();
    server.accept_and_echo().await;
    link.connected().await;
    link.stop().await;
}

#[tokio::test]
async fn heartbeats_and_events_keep_a_connection() {
    let server = Server::start().await;
    let timeouts = Timeouts { silence: ms(600), ping_interval: ms(50), unresponsive: ms(400), ..timeouts() };
    let mut link = Running::start(&server.url(), timeouts, logins_of(1));
    let mut peer = server.accept_and_echo().await;
    link.connected().await;
    link.text().await;
    for frame in [EVENT, r#"{"online":{},"service":"event","type":"heartbeat"}"#].repeat(5) {
        send(&mut peer, frame).await;
        assert_eq!(link.text().await, frame);
        let _ = timeout(ms(150), peer.next()).await;
    }
    link.stop().await;
}

#[tokio::test]
async fn a_half_open_connection_is_closed_sooner_than_a_silent_one() {
    let server = Server::start().await;
    let timeouts = Timeouts { ping_interval: ms(50), unresponsive: ms(300), ..timeouts() };
    let mut link = Running::start(&server.url(), timeouts, logins_of(1));
    let frozen = server.accept_and_echo().await;
    let reason = link.disconnected().await;
    assert!(reason.contains("has not answered a ping"), "{reason}");
    drop(frozen);
    link.stop().await;
}

#[tokio::test]
async fn the_ping_timeout_does_not_apply_without_a_ping() {
    let server = Server::start().await;
    let timeouts = Timeouts { unresponsive: ms(200), ..timeouts() };
    let mut link = Running::start(&server.url(), timeouts, logins_of(1));
    let mut slow = server.accept().await;
    command(&mut slow).await;
    sleep(ms(700)).await;
    send(&mut slow, ECHO).await;
    link.connected().await;
    assert_eq!(link.text().await, ECHO);
    link.stop().await;
}

#[tokio::test]
async fn timeouts_do_not_apply_while_the_stream_is_held() {
    let server = Server::start().await;
    let timeouts = Timeouts { silence: ms(900), unresponsive: ms(200), ..timeouts() };
    let mut link = Running::start(&server.url(), timeouts, logins_of(1));
    let mut peer = server.accept_and_echo().await;
    link.connected().await;
    // The stream does not take the second one for longer than any timeout.
    for _ in 0..2 {
        send(&mut peer, EVENT).await;
        sleep(ms(50)).await;
    }
    sleep(ms(1_200)).await;
    for expected in [ECHO, EVENT, EVENT] {
        assert_eq!(link.text().await, expected);
    }
    sleep(ms(600)).await;
    send(&mut peer, ECHO).await;
    assert_eq!(link.text().await, ECHO);
    link.stop().await;
}

#[tokio::test]
async fn time_in_which_a_handler_blocks_the_stream_is_not_silence() {
    let server = Server::start().await;
    let timeouts = Timeouts { silence: ms(600), ping_interval: ms(100), unresponsive: ms(300), ..timeouts() };
    let mut link = Running::start(&server.url(), timeouts, logins_of(1));
    let mut peer = server.accept_and_echo().await;
    link.connected().await;
    link.text().await;
    for _ in 0..2 {
        // Blocks this thread, like a handler that blocks the stream.
        thread::sleep(ms(900));
        send(&mut peer, EVENT).await;
        assert_eq!(link.text().await, EVENT);
    }
    link.stop().await;
}

#[tokio::test]
async fn a_frame_that_is_received_slowly_keeps_a_connection() {
    let server = Server::start().await;
    let timeouts = Timeouts { ping_interval: ms(50), unresponsive: ms(300), ..timeouts() };
    let mut link = Running::start(&server.url(), timeouts, logins_of(1));
    let mut peer = server.accept_and_echo().await;
    link.connected().await;
    link.text().await;
    // 126 means that the length follows as two bytes.
    peer.get_mut().write_all(&[0x81, 126, 0, 160]).await.unwrap();
    for _ in 0..16 {
        peer.get_mut().write_all(b"0123456789").await.unwrap();
        sleep(ms(100)).await;
    }
    assert_eq!(link.text().await, "0123456789".repeat(16));
    link.stop().await;
}

#[tokio::test]
async fn fragmented_frames_are_reassembled() {
    let server = Server::start().await;
    let mut link = Running::start(&server.url(), timeouts(), logins_of(1));
    let mut peer = server.accept_and_echo().await;
    link.connected().await;
    link.text().await;
    peer.get_mut().set_nodelay(true).unwrap();
    // A text in three fragments with a ping between them, then another text.
    let bytes = b"\x01\x02ab\x89\x01!\x00\x02cd\x80\x01e\x81\x03xyz";
    for byte in bytes {
        peer.get_mut().write_all(&[*byte]).await.unwrap();
        sleep(ms(2)).await;
    }
    assert_eq!([link.text().await, link.text().await], ["abcde", "xyz"]);
    let pong = soon(peer.next()).await.unwrap().unwrap();
    assert_eq!(pong, Message::Pong(b"!".as_slice().into()));
    link.stop().await;
}

#[tokio::test]
async fn a_server_that_reads_nothing_is_still_received_then_disconnected() {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4_096).unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let server = Server(socket.listen(8).unwrap());
    let timeouts = Timeouts { unresponsive: ms(1_500), ..timeouts() };
    let mut link = Running::start(&server.url(), timeouts, logins_of(300_000));
    let mut deaf = server.accept().await;
    let talking = tokio::spawn(async move {
        while deaf.send(Message::text(EVENT)).await.is_ok() {
            sleep(ms(20)).await;
        }
    });
    link.connected().await;
    for _ in 0..20 {
        assert_eq!(link.text().await, EVENT);
    }
    let reason = link.disconnected().await;
    assert!(reason.contains("not accepted any data"), "{reason}");
    soon(talking).await.unwrap();
    link.stop().await;
}

#[tokio::test]
async fn connected_is_reported_with_the_answer_to_the_subscription_and_disconnected_only_after_it() {
    let server = Server::start().await;
    let mut link = Running::start(&server.url(), timeouts(), logins_of(1));
    let early = [
        r#"{"connected":"true","service":"push","type":"connectionStateChanged"}"#,
        r#"{"online":{},"service":"event","type":"heartbeat"}"#,
    ];
    for _ in 0..2 {
        let mut peer = server.accept().await;
        for frame in early {
            send(&mut peer, frame).await;
            assert_eq!(link.text().await, frame);
        }
    }
    drop(server.accept_and_echo().await);
    assert_eq!(link.connected().await, 1);
    assert_eq!(link.text().await, ECHO);
    link.disconnected().await;
    // An event also confirms the subscription.
    let mut peer = server.accept().await;
    send(&mut peer, EVENT).await;
    assert_eq!(link.connected().await, 2);
    assert_eq!(link.text().await, EVENT);
    link.stop().await;
}

#[tokio::test]
async fn disconnected_has_the_time_of_the_last_frame() {
    let server = Server::start().await;
    let timeouts = Timeouts { silence: ms(2_500), ping_interval: ms(50), unresponsive: ms(400), ..timeouts() };
    let mut link = Running::start(&server.url(), timeouts, logins_of(1));
    let peer = server.accept_and_echo().await;
    link.connected().await;
    link.text().await;
    let heard = crate::clock::real_ms();
    let answering = tokio::spawn(answer_pings(peer));
    let BatchItem::Disconnected { last_heard: Some(last_heard), .. } = link.next().await else { panic!("no end") };
    // Timestamps have a resolution of a second.
    assert!((heard / 1_000 - last_heard.0).abs() <= 1, "{last_heard:?} {heard}");
    soon(answering).await.unwrap();
    link.stop().await;
}

#[tokio::test]
async fn a_missing_answer_to_the_subscription_is_requested_again_then_the_server_disconnected() {
    let server = Server::start().await;
    let timeouts = Timeouts { echo: ms(150), ..timeouts() };
    let mut link = Running::start(&server.url(), timeouts, logins_of(1));
    let mut peer = server.accept().await;
    let mut commands = Vec::new();
    while let Some(Ok(message)) = soon(peer.next()).await {
        commands.push(message.to_string());
        send(&mut peer, r#"{"online":{},"service":"event","type":"heartbeat"}"#).await;
        link.text().await;
    }
    assert!(commands[0].contains("PlayerLogin") && !commands[1].contains("PlayerLogin"), "{commands:?}");
    assert_eq!(commands.len(), 3, "{commands:?}");
    server.accept().await;
    link.stop().await;
}
