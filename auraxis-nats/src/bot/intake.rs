//! What one consumer delivers.

use std::{
    collections::VecDeque,
    future::poll_fn,
    task::{Context, Poll},
    time::{Duration, SystemTime},
};

use async_nats::{
    Message,
    datetime::DateTime,
    jetstream::{
        self,
        consumer::{self, DeliverPolicy, PullConsumer, pull::Batch},
        stream::Info,
    },
};
use futures_util::{FutureExt as _, StreamExt as _};

use crate::{Error, ErrorKind, Result, connect::chain};

/// The number of events that are received and not yet passed on. Enough for a round trip at 10,000 events per second, and
/// few enough that slow copies leave events to others.
const CAPACITY: usize = 512;

/// How long the broker remembers a request for events.
const REQUEST_EXPIRES: Duration = Duration::from_secs(5);

/// Which consumer an event has come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Role {
    /// What the triggers of the start take.
    Startup,
    /// Signals, and what triggers take that were added later.
    Later,
    /// What one trigger has failed to handle.
    Retry,
}

/// A message of a stream.
#[derive(Debug)]
pub(super) struct Received {
    pub(super) message: Message,
    /// The number in its stream.
    pub(super) sequence: u64,
    pub(super) published: SystemTime,
    /// How often it has been delivered, including this time.
    pub(super) deliveries: u64,
}

/// A consumer, and what it has delivered.
pub(super) struct Intake {
    pub(super) role: Role,
    consumer: Option<PullConsumer>,
    /// The open request for events.
    request: Option<Batch>,
    queue: VecDeque<Received>,
    position: Position,
}

/// Where a consumer is in its stream, to be able to continue there with another one.
#[derive(Clone, Copy, Debug, Default)]
struct Position {
    /// When the stream was created.
    created: Option<DateTime>,
    /// The number of the last message.
    last: u64,
}

/// Where a consumer continues.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Resumption {
    pub(super) policy: DeliverPolicy,
    /// Whether the stream is another one than before, which was lost with all its messages.
    pub(super) is_emptied: bool,
}

impl Intake {
    pub(super) fn new(role: Role) -> Self {
        Self { role, consumer: None, request: None, queue: VecDeque::new(), position: Position::default() }
    }

    /// Returns where a consumer has to begin that the broker does not know: `first` if there was none before.
    pub(super) fn resume(&mut self, stream: &Info, first: DeliverPolicy) -> Resumption {
        let is_emptied = self.position.created.is_some_and(|created| created != stream.created);
        let policy = match self.position.created {
            None => first,
            Some(_) if is_emptied => DeliverPolicy::All,
            Some(_) => DeliverPolicy::ByStartSequence { start_sequence: self.position.last + 1 },
        };
        if is_emptied {
            self.queue.clear();
        }
        if is_emptied || self.position.created.is_none() {
            let last = if policy == DeliverPolicy::New { stream.state.last_sequence } else { 0 };
            self.position = Position { created: Some(stream.created), last };
        }
        Resumption { policy, is_emptied }
    }

    pub(super) fn set_consumer(&mut self, consumer: PullConsumer) {
        self.consumer = Some(consumer);
        self.request = None;
    }

    /// Returns the consumer as it was created.
    pub(super) fn consumer_info(&self) -> Option<&consumer::Info> {
        self.consumer.as_ref().map(PullConsumer::cached_info)
    }

    /// Requests more events if there is room.
    pub(super) async fn request(&mut self) -> Result {
        let Some(consumer) =
            self.consumer.as_ref().filter(|_| self.request.is_none() && self.queue.len() <= CAPACITY / 2)
        else {
            return Ok(());
        };
        let request = consumer.batch().max_messages(CAPACITY - self.queue.len()).expires(REQUEST_EXPIRES).messages();
        self.request = Some(request.await.map_err(|error| cannot_receive(&chain(&error)))?);
        Ok(())
    }

    /// Takes what has been received. Ready if that is anything, or if another request has to be made.
    fn poll_receive(&mut self, context: &mut Context<'_>) -> Poll<Result> {
        let before = self.queue.len();
        loop {
            let Some(request) = &mut self.request else { return Poll::Pending };
            match request.poll_next_unpin(context) {
                Poll::Pending if self.queue.len() > before => return Poll::Ready(Ok(())),
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Some(Ok(message))) => self.push(message)?,
                Poll::Ready(Some(Err(error))) => return Poll::Ready(Err(cannot_receive(&error.to_string()))),
                Poll::Ready(None) => {
                    self.request = None;
                    return Poll::Ready(Ok(()));
                }
            }
        }
    }

    fn push(&mut self, message: jetstream::Message) -> Result {
        let info = message.info().map_err(|error| cannot_receive(&error.to_string()))?;
        let (sequence, published) = (info.stream_sequence, info.published.into());
        let deliveries = u64::try_from(info.delivered).unwrap_or(1);
        self.position.last = self.position.last.max(sequence);
        self.queue.push_back(Received { message: message.message, sequence, published, deliveries });
        Ok(())
    }

    pub(super) fn pop(&mut self) -> Option<Received> {
        self.queue.pop_front()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    pub(super) fn queue(&self) -> impl Iterator<Item = &Received> {
        self.queue.iter()
    }

    /// Stops receiving. What has been received is still in the queue.
    pub(super) fn stop(&mut self) {
        while self.request.is_some() {
            let received = poll_fn(|context| self.poll_receive(context)).now_or_never();
            if !matches!(received, Some(Ok(()))) {
                break;
            }
        }
        self.request = None;
        self.consumer = None;
    }
}

/// Waits until one of the intakes has received something, or has to make another request.
pub(super) async fn receive(intakes: &mut [Intake]) -> Result {
    poll_fn(|context| {
        for intake in &mut *intakes {
            if let Poll::Ready(result) = intake.poll_receive(context) {
                return Poll::Ready(result);
            }
        }
        Poll::Pending
    })
    .await
}

fn cannot_receive(reason: &str) -> Error {
    Error::new(ErrorKind::Broker, format!("cannot receive events from the broker: {reason}"))
}
