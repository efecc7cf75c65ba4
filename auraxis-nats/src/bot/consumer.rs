//! The consumers on the broker.

use std::{
    collections::{BTreeSet, HashMap},
    hash::{Hash, Hasher},
    time::{Duration, SystemTime},
};

use async_nats::jetstream::{
    Context, ErrorCode,
    consumer::{AckPolicy, DeliverPolicy, Info, PullConsumer, pull},
    context::{ConsumerInfoErrorKind, GetStreamErrorKind},
    stream::{ConsumerCreateStrictErrorKind, Stream},
};
use auraxis_core::message::merge_filters;
use rustc_hash::FxHasher;
use tracing::info;

use super::settings::{Settings, Since};
use crate::{Error, ErrorKind, Result, connect::chain};

/// The entry of a consumer's metadata that tells whether its bot has other triggers.
const TRIGGERS: &str = "auraxis-triggers";

/// The number of events that all copies of a bot can have received and not settled. Far more than lanes hold, so that it
/// limits only what the server has to remember.
const MAX_ACK_PENDING: i64 = 65_536;

/// How long an ephemeral consumer outlives its process.
const INACTIVE_THRESHOLD: Duration = Duration::from_secs(30);

/// How often another copy can be faster to create or to change a consumer.
const ATTEMPTS: u32 = 5;

/// Returns a stream.
pub(super) async fn stream(context: &Context, name: &str) -> Result<Stream> {
    context.get_stream(name).await.map_err(|error| {
        let reason = match error.kind() {
            GetStreamErrorKind::JetStream(error) if error.error_code() == ErrorCode::STREAM_NOT_FOUND => {
                format!("the broker has no stream `{name}`; start `auraxis-relay`, which creates it")
            }
            _ => format!("cannot query the stream `{name}`: {}", chain(&error)),
        };
        Error::new(ErrorKind::Broker, reason)
    })
}

/// The configuration of a durable consumer. Changing the wait or the metadata of an existing one is possible, changing where
/// it begins is not.
pub(super) fn durable(
    name: &str,
    filters: &BTreeSet<String>,
    start: DeliverPolicy,
    settings: &Settings,
) -> pull::Config {
    let mut hasher = FxHasher::default();
    filters.hash(&mut hasher);
    pull::Config {
        durable_name: Some(name.to_owned()),
        name: Some(name.to_owned()),
        description: Some("a bot".into()),
        deliver_policy: start,
        ack_policy: AckPolicy::Explicit,
        ack_wait: settings.ack_wait,
        max_deliver: -1,
        max_ack_pending: MAX_ACK_PENDING,
        filter_subjects: filters.iter().cloned().collect(),
        metadata: HashMap::from([(TRIGGERS.to_owned(), format!("{:016x}", hasher.finish()))]),
        ..pull::Config::default()
    }
}

fn ephemeral(filters: &BTreeSet<String>) -> pull::Config {
    pull::Config {
        description: Some("a bot without a durable name, or what it takes besides its durable consumer".into()),
        ack_policy: AckPolicy::None,
        filter_subjects: filters.iter().cloned().collect(),
        inactive_threshold: INACTIVE_THRESHOLD,
        memory_storage: true,
        num_replicas: 1,
        ..pull::Config::default()
    }
}

/// Creates a consumer that the server removes when it is no longer used.
pub(super) async fn create_ephemeral(
    stream: &Stream,
    filters: &BTreeSet<String>,
    start: DeliverPolicy,
) -> Result<PullConsumer> {
    let config = pull::Config { deliver_policy: start, ..ephemeral(filters) };
    stream.create_consumer(config).await.map_err(|error| cannot("create", "ephemeral", &error))
}

/// Replaces the filters of an ephemeral consumer.
pub(super) async fn update_ephemeral(stream: &Stream, consumer: &Info, filters: &BTreeSet<String>) -> Result {
    let name = Some(consumer.name.clone());
    let config = pull::Config { name, deliver_policy: consumer.config.deliver_policy, ..ephemeral(filters) };
    stream.update_consumer(config).await.map(drop).map_err(|error| cannot("change", &consumer.name, &error))
}

/// Creates a durable consumer, or adds the wanted filters to those of an existing one, which other copies may need. Returns
/// the state of a consumer that existed.
pub(super) async fn open(stream: &Stream, wanted: &pull::Config) -> Result<(PullConsumer, Option<Info>)> {
    let name = wanted.durable_name.as_deref().unwrap_or_default();
    for _ in 0..ATTEMPTS {
        let Some(info) = find(stream, name).await? else {
            match stream.create_consumer_strict(wanted.clone()).await {
                Ok(consumer) => return Ok((consumer, None)),
                // Another copy was faster.
                Err(error) if matches!(error.kind(), ConsumerCreateStrictErrorKind::JetStream(error) if is_taken(error.error_code())) =>
                {
                    continue;
                }
                Err(error) => return Err(cannot("create", name, &error)),
            }
        };
        let existing = pull_config(&info)?;
        let present = filters(&existing);
        let merged = if wanted.filter_subjects.iter().all(|filter| present.contains(filter)) {
            present.clone()
        } else {
            merge_filters(present.iter().chain(&wanted.filter_subjects).map(String::as_str))
        };
        let is_same = merged == present
            && existing.ack_wait == wanted.ack_wait
            && existing.metadata.get(TRIGGERS) == wanted.metadata.get(TRIGGERS);
        if !is_same {
            if merged != present {
                info!("added to the filters of the durable consumer `{name}`, which had other triggers");
            }
            set_filters(stream, &existing, wanted, merged).await?;
        }
        let consumer = stream.get_consumer(name).await.map_err(|error| cannot("open", name, &error))?;
        return Ok((consumer, Some(info)));
    }
    Err(cannot("create", name, "other copies keep changing it"))
}

/// Replaces the filters of a durable consumer.
pub(super) async fn replace_filters(stream: &Stream, wanted: &pull::Config, filters: BTreeSet<String>) -> Result {
    let name = wanted.durable_name.as_deref().unwrap_or_default();
    let Some(info) = find(stream, name).await? else { return Ok(()) };
    set_filters(stream, &pull_config(&info)?, wanted, filters).await
}

async fn set_filters(
    stream: &Stream,
    existing: &pull::Config,
    wanted: &pull::Config,
    filters: BTreeSet<String>,
) -> Result {
    let name = wanted.durable_name.as_deref().unwrap_or_default();
    let config = pull::Config {
        deliver_policy: existing.deliver_policy,
        filter_subjects: filters.into_iter().collect(),
        ..wanted.clone()
    };
    stream.update_consumer(config).await.map(drop).map_err(|error| cannot("change", name, &error))
}

async fn find(stream: &Stream, name: &str) -> Result<Option<Info>> {
    match stream.consumer_info(name).await {
        Ok(info) => Ok(Some(info)),
        Err(error) if error.kind() == ConsumerInfoErrorKind::NotFound => Ok(None),
        Err(error) => Err(cannot("query", name, &error)),
    }
}

/// Returns the configuration of an existing consumer, if it can be used.
fn pull_config(info: &Info) -> Result<pull::Config> {
    let (name, config) = (&info.name, &info.config);
    if config.ack_policy != AckPolicy::Explicit || config.deliver_subject.is_some() {
        return Err(Error::new(
            ErrorKind::Setup,
            format!("the consumer `{name}` is not one of a bot; choose another durable name, or remove the consumer"),
        ));
    }
    Ok(pull::Config {
        durable_name: config.durable_name.clone(),
        deliver_policy: config.deliver_policy,
        ack_wait: config.ack_wait,
        filter_subject: config.filter_subject.clone(),
        filter_subjects: config.filter_subjects.clone(),
        metadata: config.metadata.clone(),
        ..pull::Config::default()
    })
}

fn filters(config: &pull::Config) -> BTreeSet<String> {
    let single = (!config.filter_subject.is_empty()).then(|| config.filter_subject.clone());
    config.filter_subjects.iter().cloned().chain(single).collect()
}

fn is_taken(code: ErrorCode) -> bool {
    matches!(code, ErrorCode::CONSUMER_NAME_EXIST | ErrorCode::CONSUMER_ALREADY_EXISTS)
}

fn cannot(what: &str, name: &str, reason: impl ToString) -> Error {
    Error::new(ErrorKind::Broker, format!("cannot {what} the consumer `{name}`: {}", reason.to_string()))
}

/// Returns where a consumer begins that did not exist before.
pub(super) fn first_position(since: Since, now: SystemTime) -> DeliverPolicy {
    match since {
        Since::Now => DeliverPolicy::New,
        Since::Ago(ago) => match now.checked_sub(ago) {
            Some(time) => DeliverPolicy::ByStartTime { start_time: time.into() },
            None => DeliverPolicy::All,
        },
        Since::Start => DeliverPolicy::All,
    }
}
