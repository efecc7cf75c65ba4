//! A link: a connection to the event stream, kept open for as long as any trigger needs it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use auraxis_core::time::Timestamp;
use tokio::time::{Instant, sleep};
use url::Url;

use super::{
    batch::Batch,
    connect::{Refusal, connect},
    delays::Delays,
    feed::{Feed, Running, Source},
    limits::Limits,
    session::{End, Session},
};
use crate::{
    config::Config,
    error::{Error, ErrorKind, Result},
    proxy::proxy,
};

/// No server keeps the client away for longer.
const BUSY: Duration = Duration::from_mins(1);

/// A link to the event stream, which comes back when it breaks.
pub(crate) struct Link {
    pub(crate) config: Arc<Config>,
    /// Tells the links of a client apart.
    pub(crate) number: u32,
    /// For how long a connection stays that no trigger needs.
    pub(crate) linger: Duration,
    /// Whether any connection of the client has ever succeeded. From then on, the service id is known to be good.
    pub(crate) is_proven: Arc<AtomicBool>,
}

impl Source for Link {
    fn run(self: Box<Self>, feed: Feed) -> Running {
        Box::pin(async move { self.keep(&feed, Limits::lingering(self.linger)).await })
    }
}

impl Link {
    /// Keeps the link open until the client stops.
    ///
    /// # Errors
    ///
    /// If the service id is refused at the start, or if the program can never connect; anything else is tried again.
    pub(super) async fn keep(&self, feed: &Feed, limits: Limits) -> Result {
        let mut delays = Delays::new();
        let (mut count, mut attempt) = (0, 0);
        while !feed.is_stopping() {
            if !feed.needs().link {
                tokio::select! {
                    () = feed.stopping() => break,
                    () = feed.subscription_changed() => continue,
                }
            }
            // Each failure leads on to the next candidate.
            let url = &self.config.ess_urls[attempt % self.config.ess_urls.len()];
            let address = self.address(url);
            let connected = tokio::select! {
                () = feed.stopping() => break,
                connected = connect(&self.config, url, &address) => connected,
            };
            let mut asked = Duration::ZERO;
            let lost = match connected {
                Err(refusal) => {
                    attempt += 1;
                    match &refusal {
                        Refusal::Busy(_, time) if self.config.ess_urls.len() == 1 => asked = (*time).min(BUSY),
                        _ => {}
                    }
                    self.passing(refusal, &address)?
                }
                Ok(socket) => {
                    self.is_proven.store(true, Ordering::Relaxed);
                    tracing::info!("connected to {address}");
                    let since = Instant::now();
                    let mut session =
                        Session::new(feed, socket, self.config.environment, limits, self.number, count + 1);
                    let end = session.run().await;
                    if session.incoming.is_announced {
                        count += 1;
                        delays.worked(since.elapsed());
                        self.report_end(feed, &end, session.incoming.heard).await;
                    } else if matches!(end, End::Lost(_)) {
                        attempt += 1;
                    }
                    match end {
                        End::Stopped => break,
                        End::Idle => {
                            tracing::info!("disconnected: no trigger needs the stream");
                            continue;
                        }
                        End::Lost(reason) => self.config.service_id.redact(&reason),
                    }
                }
            };
            let delay = delays.next().max(asked);
            tracing::warn!("no connection to the event stream: {lost}. Next attempt in {:.1} s", delay.as_secs_f32());
            tokio::select! {
                () = feed.stopping() => break,
                () = sleep(delay) => {}
            }
        }
        Ok(())
    }

    /// A server and the proxy on the way to it, for people to read.
    fn address(&self, server: &Url) -> String {
        let address = self.config.ess_address(server);
        proxy(server).map_or(address.clone(), |proxy| format!("{address} through the proxy {proxy}"))
    }

    async fn report_end(&self, feed: &Feed, end: &End, heard: Timestamp) {
        let reason: Arc<str> = match end {
            End::Stopped => "the client stops".into(),
            End::Idle => "no trigger needs the stream".into(),
            End::Lost(reason) => self.config.service_id.redact(reason).into(),
        };
        let mut batch = Batch::new(self.number);
        batch.disconnected(reason, Some(heard));
        feed.send(batch).await;
    }

    /// What may pass, in words.
    ///
    /// # Errors
    ///
    /// What does not pass.
    fn passing(&self, refusal: Refusal, address: &str) -> Result<String> {
        match refusal {
            Refusal::Passing(reason) | Refusal::Busy(reason, _) => Ok(reason),
            Refusal::Impossible(reason) => Err(Error::new(ErrorKind::Setup, reason)),
            Refusal::Forbidden if self.is_proven.load(Ordering::Relaxed) => {
                Ok(format!("{address} answers 403 Forbidden, though it took the service id before"))
            }
            Refusal::Forbidden => Err(Error::new(
                ErrorKind::Refused,
                format!(
                    "the event stream refuses the service id {:?} (HTTP 403). Check it for typing errors, or get one at \
                     https://census.daybreakgames.com/#service-id and pass it with --service-id, AURAXIS_SERVICE_ID or \
                     `run!(service_id = …)`",
                    self.config.service_id
                ),
            )),
        }
    }
}
