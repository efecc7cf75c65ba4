//! A connection to the event stream that is kept open while any trigger needs it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::Duration,
};

use futures_util::{StreamExt, stream::FuturesUnordered};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, mpsc},
    time::{Instant, sleep},
};
use url::Url;

use super::{
    batch::BatchItem,
    connect::{ConnectError, connect},
    feed::{Feed, Running, Source},
    liveness::Timeouts,
    reconnect_delay::ReconnectDelay,
    session::{Incoming, Session, SessionEnd},
    socket::Socket,
};
use crate::{
    config::Config,
    error::{Error, ErrorKind, Result},
    proxy::proxy,
};

/// The maximum delay that a server can request with `Retry-After`.
const MAX_RETRY_AFTER: Duration = Duration::from_mins(1);

/// A link to the event stream, which reconnects when it is lost.
pub(crate) struct Link {
    pub(crate) config: Arc<Config>,
    /// Unique among the links of a client.
    pub(crate) number: u32,
    /// How long a connection is kept open that no trigger needs.
    pub(crate) linger: Duration,
    /// The interval between verifications of the subscription.
    pub(crate) verify_interval: Duration,
    /// Whether any connection of the client has ever succeeded, which proves that the service id is valid.
    pub(crate) has_connected: Arc<AtomicBool>,
    /// The number of connections of all links so far.
    pub(crate) connections: Arc<AtomicU32>,
    /// The connections that the client can still open.
    pub(crate) open: Arc<Semaphore>,
}

/// A connection that delivers events until another one has replaced it.
struct Replaced<'a> {
    session: Session<'a>,
    open: Option<OwnedSemaphorePermit>,
}

impl Source for Link {
    fn run(self: Box<Self>, feed: Feed) -> Running {
        Box::pin(async move { self.run_until_stopped(&feed, Timeouts::new(self.linger, self.verify_interval)).await })
    }
}

impl Link {
    /// Connects, and reconnects when the connection is lost, until the client stops.
    ///
    /// # Errors
    ///
    /// Returns an error if the service id is rejected before any connection has succeeded, or if connecting can never
    /// succeed. Other errors are retried.
    pub(super) async fn run_until_stopped(&self, feed: &Feed, timeouts: Timeouts) -> Result {
        let (sender, mut receiver) = mpsc::channel(1);
        let connect = self.connect_until_stopped(feed, timeouts, sender);
        tokio::pin!(connect);
        let mut replaced = FuturesUnordered::new();
        let result = loop {
            tokio::select! {
                result = &mut connect => break result,
                Some(session) = receiver.recv() => replaced.push(self.run_until_replaced(feed, session)),
                Some(()) = replaced.next() => {}
            }
        };
        while replaced.next().await.is_some() {}
        result
    }

    async fn run_until_replaced(&self, feed: &Feed, mut replaced: Replaced<'_>) {
        let end = replaced.session.run_until_replaced().await;
        self.report_end(feed, &end, &replaced.session.incoming).await;
        drop(replaced.open);
    }

    async fn connect_until_stopped<'a>(
        &'a self,
        feed: &'a Feed,
        timeouts: Timeouts,
        replaced: mpsc::Sender<Replaced<'a>>,
    ) -> Result {
        let mut reconnect_delay = ReconnectDelay::new();
        // Kept between attempts, because a connection that is being replaced waits for them.
        let mut permit = None;
        // Redundant links start with different candidates.
        let (mut count, mut attempt) = (0, usize::try_from(self.number).unwrap_or(0));
        while !feed.is_stopping() {
            if !feed.requirements().link {
                permit = None;
                tokio::select! {
                    () = feed.stopping() => break,
                    () = feed.subscription_changed() => continue,
                }
            }
            // Each failure moves on to the next candidate.
            let url = &self.config.ess_urls[attempt % self.config.ess_urls.len()];
            let address = self.address(url);
            feed.set_address(self.config.ess_address(url).split('?').next().unwrap_or_default());
            let connected = tokio::select! {
                () = feed.stopping() => break,
                connected = self.connect(url, &address, &mut permit) => connected,
            };
            let mut retry_after = Duration::ZERO;
            let reason = match connected {
                Err(error) => {
                    attempt += 1;
                    match &error {
                        // With several candidates, the next one is tried instead.
                        ConnectError::Busy(_, time) if self.config.ess_urls.len() == 1 => {
                            retry_after = (*time).min(MAX_RETRY_AFTER);
                        }
                        _ => {}
                    }
                    self.transient_reason(error, &address)?
                }
                Ok(socket) => {
                    self.has_connected.store(true, Ordering::Relaxed);
                    tracing::info!("connected to {address}");
                    let connected_at = Instant::now();
                    let connection = self.connections.fetch_add(1, Ordering::Relaxed);
                    let numbers = (self.number, connection);
                    let mut session = Session::new(feed, socket, self.config.environment, timeouts, numbers, count + 1);
                    let mut end = session.run().await;
                    let is_confirmed = session.incoming.is_confirmed;
                    if is_confirmed {
                        count += 1;
                        reconnect_delay.disconnected(connected_at.elapsed());
                    }
                    if let SessionEnd::Replace(reason) = end {
                        attempt += 1;
                        // The next connection is made before this one is closed, unless there are too many.
                        let another = Arc::clone(&self.open).try_acquire_owned().ok();
                        if is_confirmed && another.is_some() {
                            tracing::warn!("replacing the connection to {address}: {reason}");
                            let open = std::mem::replace(&mut permit, another);
                            let _ = replaced.send(Replaced { session, open }).await;
                            // Grows if connections have to be replaced soon.
                            tokio::select! {
                                () = feed.stopping() => break,
                                () = sleep(reconnect_delay.next()) => continue,
                            }
                        }
                        end = SessionEnd::Lost(reason);
                        session.finish(&end).await;
                    }
                    if is_confirmed {
                        self.report_end(feed, &end, &session.incoming).await;
                    } else if matches!(end, SessionEnd::Lost(_)) {
                        attempt += 1;
                    }
                    match end {
                        SessionEnd::Stopped => break,
                        SessionEnd::Idle | SessionEnd::Replaced => {
                            tracing::info!("disconnected from {address}: no trigger needs the stream");
                            continue;
                        }
                        SessionEnd::Lost(reason) | SessionEnd::Replace(reason) => {
                            self.config.service_id.redact(&reason)
                        }
                    }
                }
            };
            let delay = reconnect_delay.next().max(retry_after);
            tracing::warn!("not connected to the event stream: {reason}; retrying in {:.1} s", delay.as_secs_f32());
            tokio::select! {
                () = feed.stopping() => break,
                () = sleep(delay) => {}
            }
        }
        Ok(())
    }

    /// Returns the address of a server, and of the proxy if one is used, for messages.
    fn address(&self, server: &Url) -> String {
        let address = format!("`{}`", self.config.ess_address(server));
        proxy(server).map_or(address.clone(), |proxy| format!("{address} through the proxy `{proxy}`"))
    }

    /// Connects, as soon as the client can open another connection.
    async fn connect(
        &self,
        url: &Url,
        address: &str,
        permit: &mut Option<OwnedSemaphorePermit>,
    ) -> Result<Socket, ConnectError> {
        if permit.is_none() {
            // The semaphore is never closed.
            *permit = Arc::clone(&self.open).acquire_owned().await.ok();
        }
        connect(&self.config, url, address).await
    }

    async fn report_end(&self, feed: &Feed, end: &SessionEnd, incoming: &Incoming) {
        let reason: Arc<str> = match end {
            SessionEnd::Stopped => "the client is stopping".into(),
            SessionEnd::Idle => "no trigger needs the stream".into(),
            SessionEnd::Replaced => "another connection has replaced it".into(),
            SessionEnd::Lost(reason) | SessionEnd::Replace(reason) => self.config.service_id.redact(reason).into(),
        };
        let is_final = matches!(end, SessionEnd::Stopped | SessionEnd::Idle);
        let last_heard = Some(incoming.last_frame_at);
        let mut batch = incoming.empty_batch();
        batch.items.push(BatchItem::Disconnected { reason, last_heard, is_final });
        feed.send(batch).await;
    }

    /// Returns the reason of a transient error.
    ///
    /// # Errors
    ///
    /// Returns permanent errors.
    fn transient_reason(&self, error: ConnectError, address: &str) -> Result<String> {
        match error {
            ConnectError::Transient(reason) | ConnectError::Busy(reason, _) => Ok(reason),
            ConnectError::Permanent(reason) => Err(Error::new(ErrorKind::Setup, reason)),
            ConnectError::Forbidden if self.has_connected.load(Ordering::Relaxed) => {
                Ok(format!("{address} responded with 403 Forbidden, although it accepted the service id before"))
            }
            ConnectError::Forbidden => Err(Error::new(
                ErrorKind::Refused,
                format!(
                    "the event stream rejected the service id `{:?}` (HTTP 403); check it for typos, or register one for \
                     free at https://census.daybreakgames.com/#service-id and pass it with `--service-id`, \
                     `AURAXIS_SERVICE_ID` or `run!(service_id = …)`",
                    self.config.service_id
                ),
            )),
        }
    }
}
