//! The streams on the broker: created if they are missing, checked if they exist.
//!
//! | Stream | Subjects | What it holds |
//! | --- | --- | --- |
//! | [`EVENTS`] | `ps2.<environment>.<world>.<kind>` | all events, until they are too old or too many |
//! | [`RETRY`] | `ps2retry.<bot>.<trigger>` | events that a trigger failed to handle, until it has handled them |
//! | [`DEAD`] | `ps2dead.<bot>.<trigger>` | events that a trigger has failed to handle several times |
//!
//! An existing stream is never changed, because another program, or its operator, may rely on its settings.

use std::{
    fmt::Display,
    time::{Duration, SystemTime},
};

use async_nats::jetstream::{
    Context, ErrorCode,
    context::{CreateStreamErrorKind, GetStreamErrorKind},
    stream::{Config, Info, RetentionPolicy, StorageType},
};
use tracing::info;

use crate::{Error, ErrorKind, Result};

/// The name of the stream of all events.
pub const EVENTS: &str = "ps2-events";

/// The name of the stream of events that wait for another attempt, and the first token of its subjects.
pub const RETRY: &str = "ps2retry";

/// The name of the stream of dead letters, and the first token of its subjects.
pub const DEAD: &str = "ps2dead";

/// How long an event can wait for another attempt. Longer than all delays together.
const RETRY_MAX_AGE: Duration = Duration::from_secs(7 * DAY);

/// How long dead letters are kept.
const DEAD_MAX_AGE: Duration = Duration::from_secs(30 * DAY);

const DAY: u64 = 86_400;

/// Settings of the stream of events. Storage and replicas apply to the other streams too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamSettings {
    /// How long events are kept. Default: 3 days, so that a bot that stopped on Friday evening misses nothing on Monday.
    pub max_age: Duration,
    /// The size of the stream in bytes, beyond which the oldest events are dropped. Default: 8 GiB, about as much as
    /// three days of all worlds need, so that events fill a part of a disk and not all of it.
    pub max_bytes: u64,
    /// Where messages are stored. Default: in files, which survive a restart of the server.
    pub storage: StorageType,
    /// The number of servers of a cluster that store each message. Default: 1, which a single server can do; use 3 in a
    /// cluster, which then survives the loss of one server.
    pub replicas: usize,
    /// How long the server remembers message ids, to drop what two relays or a repeated attempt publish again. The
    /// backlog of a relay reaches no further back. Default: 2 minutes, which covers a restart of the server; longer
    /// windows cost the server memory, about 100 bytes per event.
    pub duplicate_window: Duration,
}

impl Default for StreamSettings {
    fn default() -> Self {
        Self {
            max_age: Duration::from_secs(3 * DAY),
            max_bytes: 8 << 30,
            storage: StorageType::File,
            replicas: 1,
            duplicate_window: Duration::from_mins(2),
        }
    }
}

impl StreamSettings {
    /// The configuration of all streams.
    fn configs(&self) -> [Config; 3] {
        let base = |name: &str, root: &str, max_age| Config {
            name: name.to_owned(),
            subjects: vec![format!("{root}.>")],
            max_age,
            storage: self.storage,
            num_replicas: self.replicas,
            max_bytes: -1,
            duplicate_window: self.duplicate_window,
            ..Config::default()
        };
        [
            Config {
                description: Some("events of PlanetSide 2".into()),
                max_bytes: i64::try_from(self.max_bytes).unwrap_or(i64::MAX),
                ..base(EVENTS, "ps2", self.max_age)
            },
            Config {
                description: Some("events that wait for another attempt of a trigger".into()),
                retention: RetentionPolicy::WorkQueue,
                ..base(RETRY, RETRY, RETRY_MAX_AGE)
            },
            Config {
                description: Some("events that a trigger failed to handle".into()),
                ..base(DEAD, DEAD, DEAD_MAX_AGE)
            },
        ]
    }
}

/// The state of the streams.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Streams {
    /// The streams that did not exist.
    pub created: Vec<String>,
    /// The duplicate window of the stream of events, which can differ from the settings if the stream existed.
    pub duplicate_window: Duration,
    /// The settings of existing streams that differ and are kept, a sentence for each stream.
    pub differences: Vec<String>,
    /// When an event was last published, if any was.
    pub last_published: Option<SystemTime>,
}

/// Creates the streams that do not exist, and checks those that do. Differences that matter only to the operator, such
/// as the age of events, are returned.
///
/// # Errors
///
/// Returns an error if a stream exists with settings that cannot be used, or cannot be created.
pub async fn ensure(context: &Context, settings: &StreamSettings) -> Result<Streams> {
    let mut streams = Streams {
        created: Vec::new(),
        duplicate_window: settings.duplicate_window,
        differences: Vec::new(),
        last_published: None,
    };
    for wanted in settings.configs() {
        let existing = match find(context, &wanted.name).await? {
            Some((config, last_published)) => {
                if wanted.name == EVENTS {
                    streams.last_published = last_published;
                }
                config
            }
            None => match create(context, &wanted).await? {
                Some(created) => {
                    info!("created the stream `{}` on the broker", wanted.name);
                    streams.created.push(wanted.name.clone());
                    created
                }
                // Another relay was faster.
                None => find(context, &wanted.name).await?.map_or_else(|| wanted.clone(), |(config, _)| config),
            },
        };
        check(&wanted, &existing)?;
        let unusual = differences(&wanted, &existing).join("; ");
        if !unusual.is_empty() {
            let name = &wanted.name;
            streams.differences.push(format!(
                "the stream `{name}` exists with other settings, which are kept: {unusual}; to change them, use `nats \
                 stream edit {name}`"
            ));
        }
        if wanted.name == EVENTS {
            streams.duplicate_window = existing.duplicate_window;
        }
    }
    Ok(streams)
}

/// Returns the settings of a stream, and when a message was last published.
async fn find(context: &Context, name: &str) -> Result<Option<(Config, Option<SystemTime>)>> {
    match context.get_stream(name).await {
        Ok(stream) => {
            let Info { config, state, .. } = stream.cached_info();
            let last_published = (state.messages > 0).then(|| state.last_timestamp.into());
            Ok(Some((config.clone(), last_published)))
        }
        Err(error) => match error.kind() {
            GetStreamErrorKind::JetStream(error) if error.error_code() == ErrorCode::STREAM_NOT_FOUND => Ok(None),
            _ => Err(Error::new(ErrorKind::Broker, format!("cannot query the stream `{name}`: {error}"))),
        },
    }
}

/// Creates a stream. Returns `None` if it exists.
async fn create(context: &Context, wanted: &Config) -> Result<Option<Config>> {
    let name = &wanted.name;
    let error = match context.create_stream(wanted).await {
        Ok(stream) => return Ok(Some(stream.cached_info().config.clone())),
        Err(error) => error,
    };
    let CreateStreamErrorKind::JetStream(refusal) = error.kind() else {
        return Err(Error::new(ErrorKind::Broker, format!("cannot create the stream `{name}`: {error}")));
    };
    let hint = match refusal.error_code() {
        ErrorCode::STREAM_NAME_EXIST => return Ok(None),
        ErrorCode::STREAM_SUBJECT_OVERLAP => {
            "another stream has these subjects; remove it with `nats stream rm`, or its subjects"
        }
        ErrorCode::STORAGE_RESOURCES_EXCEEDED
        | ErrorCode::MEMORY_RESOURCES_EXCEEDED
        | ErrorCode::INSUFFICIENT_RESOURCES
        | ErrorCode::ACCOUNT_RESOURCES_EXCEEDED => {
            "the server has too little room for it; use a smaller maximum size, or raise `max_file_store`"
        }
        _ => "check the settings",
    };
    let (subjects, description) = (wanted.subjects.join(", "), refusal);
    Err(Error::new(
        ErrorKind::Stream,
        format!("cannot create the stream `{name}` for the subjects `{subjects}`: {description}; {hint}"),
    ))
}

/// Compares an existing stream with the wanted one.
fn check(wanted: &Config, existing: &Config) -> Result {
    let mut faults: Vec<String> = Vec::new();
    let mut fault = |what: &str, is: String, wanted: String| faults.push(format!("{what}: {is} instead of {wanted}"));

    if !wanted.subjects.iter().all(|subject| existing.subjects.contains(subject)) {
        fault("subjects", existing.subjects.join(", "), wanted.subjects.join(", "));
    }
    if existing.retention != wanted.retention {
        fault("retention", retention(existing.retention).into(), retention(wanted.retention).into());
    }
    if existing.discard != wanted.discard {
        fault("discard policy", "new".into(), "old".into());
    }
    for (what, is, wanted) in [
        ("sealed", existing.sealed, false),
        ("acknowledgements of publishers", !existing.no_ack, true),
        ("rewritten subjects", existing.subject_transform.is_some(), false),
    ] {
        if is != wanted {
            fault(what, yes_or_no(is).into(), yes_or_no(wanted).into());
        }
    }
    if existing.max_messages_per_subject > 0 {
        fault("maximum of messages per subject", existing.max_messages_per_subject.to_string(), "none".into());
    }
    if !faults.is_empty() {
        let name = &wanted.name;
        return Err(Error::new(
            ErrorKind::Stream,
            format!(
                "the stream `{name}` exists with settings that cannot be used: {}; change it with `nats stream edit \
                 {name}`, or remove it with `nats stream rm {name}`, which drops its messages",
                faults.join("; ")
            ),
        ));
    }
    Ok(())
}

/// The settings that differ, but are the operator's choice.
fn differences(wanted: &Config, existing: &Config) -> Vec<String> {
    fn compare<T: PartialEq>(what: &str, is: T, wanted: T, show: impl Fn(T) -> String) -> Option<String> {
        let is_same = is == wanted;
        (!is_same).then(|| format!("{what} {} instead of {}", show(is), show(wanted)))
    }
    fn plain(value: impl Display) -> String {
        value.to_string()
    }
    // The server writes -1 where nothing is set.
    let limit = |bytes: i64| if bytes <= 0 { "unlimited".to_owned() } else { format!("{bytes} bytes") };
    let time = |duration: Duration| format!("{duration:?}");
    let storage = |storage| plain(if storage == StorageType::File { "files" } else { "memory" });
    [
        compare("maximum age", existing.max_age, wanted.max_age, time),
        compare("maximum size", existing.max_bytes.max(-1), wanted.max_bytes.max(-1), limit),
        compare("storage", existing.storage, wanted.storage, storage),
        compare("replicas", existing.num_replicas, wanted.num_replicas, plain),
        compare("duplicate window", existing.duplicate_window, wanted.duplicate_window, time),
    ]
    .into_iter()
    .flatten()
    .collect()
}

const fn retention(policy: RetentionPolicy) -> &'static str {
    match policy {
        RetentionPolicy::Limits => "limits",
        RetentionPolicy::Interest => "interest",
        RetentionPolicy::WorkQueue => "work queue",
    }
}

const fn yes_or_no(value: bool) -> &'static str {
    if value { "yes" } else { "no" }
}

#[cfg(test)]
mod tests {
    use async_nats::jetstream::stream::DiscardPolicy;

    use super::*;

    #[test]
    fn every_difference_that_cannot_be_used_is_reported_at_once() {
        let [events, retry, _] = StreamSettings::default().configs();
        assert!(check(&events, &events).is_ok());
        let more = Config { subjects: vec!["other".into(), "ps2.>".into()], ..events.clone() };
        assert!(check(&events, &more).is_ok(), "more subjects do no harm");

        let wrong = Config {
            subjects: vec!["events.>".into()],
            retention: RetentionPolicy::Interest,
            discard: DiscardPolicy::New,
            sealed: true,
            no_ack: true,
            max_messages_per_subject: 5,
            ..events.clone()
        };
        let error = check(&events, &wrong).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Stream);
        for part in [
            "`ps2-events`",
            "subjects: events.> instead of ps2.>",
            "retention: interest instead of limits",
            "discard policy: new instead of old",
            "sealed: yes instead of no",
            "acknowledgements of publishers: no instead of yes",
            "maximum of messages per subject: 5 instead of none",
            "nats stream edit ps2-events",
        ] {
            assert!(error.to_string().contains(part), "{part}: {error}");
        }
        let error = check(&retry, &Config { retention: RetentionPolicy::Limits, ..retry.clone() }).unwrap_err();
        assert!(error.to_string().contains("retention: limits instead of work queue"), "{error}");
    }

    #[test]
    fn other_limits_are_kept_and_named() {
        let [events, ..] = StreamSettings::default().configs();
        assert!(differences(&events, &events).is_empty());
        let other = Config {
            max_age: Duration::from_mins(1),
            max_bytes: -1,
            storage: StorageType::Memory,
            num_replicas: 3,
            duplicate_window: Duration::from_secs(1),
            ..events.clone()
        };
        assert!(check(&events, &other).is_ok());
        assert_eq!(
            differences(&events, &other).join("; "),
            "maximum age 60s instead of 259200s; maximum size unlimited instead of 8589934592 bytes; storage memory \
             instead of files; replicas 3 instead of 1; duplicate window 1s instead of 120s"
        );
    }
}
