//! Dead letters: events that a trigger failed to handle several times.
//!
//! A dead letter is a message on `ps2dead.<bot>.<trigger>`. Its body is the event's frame, its headers say what happened.
//! [`redrive`] puts them back onto `ps2retry.<bot>.<trigger>`.

use std::time::SystemTime;

use async_nats::{
    HeaderMap, HeaderValue,
    header::NATS_MESSAGE_ID,
    jetstream::{Context, context::GetStreamErrorKind, message::PublishMessage, stream::LastRawMessageErrorKind},
};
use auraxis_core::message::escape;
use bytes::Bytes;

use crate::{
    Error, ErrorKind, Result, headers,
    stream::{DEAD, RETRY},
};

/// What went wrong.
pub const ERROR: &str = "Auraxis-Error";

/// How often the trigger has tried to handle the event, or the bot has received it.
pub const ATTEMPTS: &str = "Auraxis-Attempts";

/// The subject of the event, such as `ps2.ps2.17.Death`.
pub const SUBJECT: &str = "Auraxis-Subject";

/// The event's number in the stream of events.
pub const SEQUENCE: &str = "Auraxis-Sequence";

/// When the event became a dead letter, in milliseconds since 1970.
pub const DIED_AT: &str = "Auraxis-Died-At";

/// Which dead letter the event was, by its id, before it was put back.
pub const REDRIVEN: &str = "Auraxis-Redriven";

/// The longest error text in bytes. The rest is cut off.
const MAX_ERROR: usize = 2_000;

/// An event that a trigger failed to handle.
#[derive(Clone, Debug)]
pub struct FailedEvent<'a> {
    /// The durable name of the bot.
    pub bot: &'a str,
    /// The trigger's name. Empty for all of them.
    pub trigger: &'a str,
    /// The event's frame.
    pub payload: Bytes,
    /// The headers of the event's message. Those of auraxis and of a trace are kept.
    pub headers: Option<&'a HeaderMap>,
    /// The subject of the event's message.
    pub subject: &'a str,
    /// The number of the event's message in the stream of events.
    pub sequence: u64,
    /// What went wrong.
    pub error: &'a str,
    /// How often the event was tried.
    pub attempts: u64,
}

impl FailedEvent<'_> {
    /// Returns the message that stores the event in the stream with this root, [`RETRY`] or [`DEAD`], and its subject. The
    /// broker stores it once within the duplicate window.
    pub(crate) fn to_message(&self, root: &str) -> (String, PublishMessage) {
        let subject = subject(root, self.bot, self.trigger);
        let mut headers = HeaderMap::new();
        if let Some(original) = self.headers {
            headers::copy(original, &[], &mut headers);
        }
        // An event that was put back is another one, although its number is the same.
        let redriven = headers.get(REDRIVEN).map_or("", HeaderValue::as_str);
        headers.insert(NATS_MESSAGE_ID, format!("{subject}.{}.{}.{redriven}", self.sequence, self.attempts));
        headers.insert(ERROR, line(self.error));
        headers.insert(ATTEMPTS, self.attempts.to_string());
        headers.insert(SUBJECT, self.subject);
        headers.insert(SEQUENCE, self.sequence.to_string());
        if root == DEAD {
            headers.insert(DIED_AT, headers::milliseconds(SystemTime::now()).to_string());
        }
        (subject, PublishMessage::build().payload(self.payload.clone()).headers(headers))
    }
}

/// Returns the subject of a trigger's events in the stream with this root: [`RETRY`] or [`DEAD`].
#[must_use]
pub fn subject(root: &str, bot: &str, trigger: &str) -> String {
    format!("{root}.{}.{}", escape(bot), escape(trigger))
}

/// Stores a dead letter. Returns its number in the stream once the broker has confirmed it. The same letter again, within
/// the duplicate window, is not stored twice.
///
/// # Errors
///
/// Returns an error if the broker does not confirm it.
pub async fn bury(context: &Context, event: &FailedEvent<'_>) -> Result<u64> {
    let (subject, message) = event.to_message(DEAD);
    store(context, subject, message).await
}

/// Puts dead letters of a bot back onto the retry stream, the oldest first, and returns how many. Each is removed only
/// after the broker has confirmed the copy; if this is interrupted and repeated within the duplicate window, no letter is
/// put back twice. Their attempts are counted anew.
///
/// `trigger` selects the letters of one trigger, and `limit` how many at most. Letters that arrive meanwhile are left.
///
/// # Errors
///
/// Returns an error if the stream does not exist, or the broker does not respond. What was put back before remains so.
pub async fn redrive(context: &Context, bot: &str, trigger: Option<&str>, limit: Option<u64>) -> Result<u64> {
    let cannot = |error: &dyn std::fmt::Display| {
        Error::new(ErrorKind::Broker, format!("cannot put dead letters of `{bot}` back: {error}"))
    };
    let stream = context.get_stream(DEAD).await.map_err(|error| match error.kind() {
        GetStreamErrorKind::JetStream(_) => {
            cannot(&format!("{error}; a relay creates the stream `{DEAD}` when it starts"))
        }
        _ => cannot(&error),
    })?;
    let last = stream.cached_info().state.last_sequence;
    let filter = match trigger {
        Some(trigger) => subject(DEAD, bot, trigger),
        None => format!("{DEAD}.{}.*", escape(bot)),
    };
    let (mut count, mut next) = (0, 1);
    while limit.is_none_or(|limit| count < limit) && next <= last {
        let letter = match stream.raw_message_builder().sequence(next).next_by_subject(filter.clone()).send().await {
            Ok(letter) => letter,
            Err(error) if error.kind() == LastRawMessageErrorKind::NoMessageFound => break,
            Err(error) => return Err(cannot(&error)),
        };
        if letter.sequence > last {
            break;
        }
        let Some(target) = letter.subject.strip_prefix(DEAD).map(|rest| format!("{RETRY}{rest}")) else {
            return Err(cannot(&format!("unexpected subject `{}`", letter.subject)));
        };
        let mut headers = HeaderMap::new();
        headers::copy(&letter.headers, &[ERROR, ATTEMPTS, DIED_AT], &mut headers);
        let id = format!("{}.{}", letter.sequence, letter.time.unix_timestamp_nanos());
        headers.insert(NATS_MESSAGE_ID, format!("redrive.{id}"));
        headers.insert(REDRIVEN, id);
        store(context, target, PublishMessage::build().payload(letter.payload).headers(headers)).await?;
        stream.delete_message(letter.sequence).await.map_err(|error| cannot(&error))?;
        count += 1;
        next = letter.sequence + 1;
    }
    Ok(count)
}

/// Stores a message. Returns its number in the stream once the broker has confirmed it.
pub(crate) async fn store(context: &Context, subject: String, message: PublishMessage) -> Result<u64> {
    let place = subject.clone();
    let cannot = |error| {
        let reason = crate::connect::chain(&error);
        Error::new(ErrorKind::Broker, format!("cannot store a message on `{place}`: {reason}"))
    };
    let ack = context.send_publish(subject, message).await.map_err(cannot)?;
    Ok(ack.await.map_err(cannot)?.sequence)
}

/// A header has one line.
fn line(text: &str) -> String {
    let mut line: String = text.chars().map(|char| if char.is_control() { ' ' } else { char }).collect();
    line.truncate(line.floor_char_boundary(MAX_ERROR));
    line.trim().to_owned()
}
