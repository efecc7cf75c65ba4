//! Dead letters.

use async_nats::HeaderMap;
use auraxis_nats::{
    dead::{self, FailedEvent, bury, redrive},
    headers,
    stream::{self, DEAD, RETRY},
};

use crate::common::{NatsServer, context, header, messages, small_streams, within};

const BODY: &str = r#"{"payload":{"event_name":"PlayerLogin"},"service":"event","type":"serviceMessage"}"#;

fn letter(trigger: &str, sequence: u64) -> FailedEvent<'_> {
    FailedEvent {
        bot: "my bot",
        trigger,
        payload: BODY.into(),
        headers: None,
        subject: "ps2.ps2.1.PlayerLogin",
        sequence,
        error: "no\r\nX-Forged: yes",
        attempts: 5,
    }
}

#[tokio::test]
async fn a_dead_letter_says_what_happened_and_is_put_back_with_a_fresh_count() {
    let Some(server) = NatsServer::start() else { return };
    let context = context(&server).await;
    stream::ensure(&context, &small_streams()).await.unwrap();
    let mut original = HeaderMap::new();
    for (name, value) in [(headers::ORIGIN, "live"), (headers::TRACE[0], "00-1-2-01"), ("Nats-Msg-Id", "x")] {
        original.insert(name, value);
    }
    let number = within(bury(&context, &FailedEvent { headers: Some(&original), ..letter("a.b", 7) })).await.unwrap();
    assert_eq!(within(bury(&context, &letter("a.b", 7))).await.unwrap(), number, "the same letter is stored once");
    within(bury(&context, &letter("other", 8))).await.unwrap();

    let dead = messages(&context, DEAD).await;
    assert_eq!(dead.len(), 2);
    assert_eq!(dead[0].subject.as_str(), "ps2dead.my%20bot.a%2Eb");
    assert_eq!(&*dead[0].payload, BODY.as_bytes());
    for (name, value) in [
        (dead::ERROR, "no  X-Forged: yes"),
        (dead::ATTEMPTS, "5"),
        (dead::SUBJECT, "ps2.ps2.1.PlayerLogin"),
        (dead::SEQUENCE, "7"),
        (headers::ORIGIN, "live"),
        (headers::TRACE[0], "00-1-2-01"),
    ] {
        assert_eq!(header(&dead[0], name).as_deref(), Some(value), "{name}");
    }
    assert!(header(&dead[0], dead::DIED_AT).is_some() && header(&dead[0], "X-Forged").is_none());

    assert_eq!(within(redrive(&context, "my bot", Some("a.b"), None)).await.unwrap(), 1);
    let retry = messages(&context, RETRY).await;
    assert_eq!(retry.len(), 1);
    assert_eq!((retry[0].subject.as_str(), &*retry[0].payload), ("ps2retry.my%20bot.a%2Eb", BODY.as_bytes()));
    for (name, is_kept) in [
        (dead::SUBJECT, true),
        (dead::SEQUENCE, true),
        (headers::ORIGIN, true),
        (headers::TRACE[0], true),
        (dead::ATTEMPTS, false),
        (dead::ERROR, false),
        (dead::DIED_AT, false),
    ] {
        assert_eq!(header(&retry[0], name).is_some(), is_kept, "{name}");
    }
    assert!(header(&retry[0], dead::REDRIVEN).is_some());
    let left = messages(&context, DEAD).await;
    assert_eq!(left.iter().map(|message| message.subject.as_str()).collect::<Vec<_>>(), ["ps2dead.my%20bot.other"]);
}

#[tokio::test]
async fn an_event_that_dies_again_soon_is_stored_again() {
    let Some(server) = NatsServer::start() else { return };
    let context = context(&server).await;
    stream::ensure(&context, &small_streams()).await.unwrap();
    within(bury(&context, &letter("a", 7))).await.unwrap();
    for _ in 0..2 {
        assert_eq!(within(redrive(&context, "my bot", None, None)).await.unwrap(), 1);
        let retry = messages(&context, RETRY).await.pop().unwrap();
        assert!(messages(&context, DEAD).await.is_empty());
        for _ in 0..2 {
            let headers = retry.headers.as_ref();
            within(bury(&context, &FailedEvent { headers, ..letter("a", 7) })).await.unwrap();
        }
        assert_eq!(messages(&context, DEAD).await.len(), 1);
    }
}

#[tokio::test]
async fn letters_are_put_back_up_to_a_limit_and_only_those_of_the_bot() {
    let Some(server) = NatsServer::start() else { return };
    let context = context(&server).await;
    stream::ensure(&context, &small_streams()).await.unwrap();
    for sequence in 0..10 {
        let other = FailedEvent { bot: "other", ..letter("a", sequence) };
        within(bury(&context, &other)).await.unwrap();
        within(bury(&context, &letter(if sequence % 2 == 0 { "a" } else { "b" }, sequence))).await.unwrap();
    }
    assert_eq!(within(redrive(&context, "my bot", None, Some(4))).await.unwrap(), 4);
    assert_eq!(within(redrive(&context, "my bot", None, Some(0))).await.unwrap(), 0);
    assert_eq!(within(redrive(&context, "my bot", None, None)).await.unwrap(), 6);
    assert_eq!(within(redrive(&context, "my bot", None, None)).await.unwrap(), 0);
    assert_eq!(within(redrive(&context, "nobody", None, None)).await.unwrap(), 0);
    let sequences: Vec<_> =
        messages(&context, RETRY).await.iter().filter_map(|message| header(message, dead::SEQUENCE)).collect();
    assert_eq!(sequences, (0..10).map(|sequence| sequence.to_string()).collect::<Vec<_>>(), "the oldest first");
    assert_eq!(messages(&context, DEAD).await.len(), 10);
}

#[tokio::test]
async fn without_streams_the_error_says_who_creates_them() {
    let Some(server) = NatsServer::start() else { return };
    let error = within(redrive(&context(&server).await, "bot", None, None)).await.unwrap_err().to_string();
    assert!(error.contains("`bot`") && error.contains("a relay creates the stream `ps2dead`"), "{error}");
}
