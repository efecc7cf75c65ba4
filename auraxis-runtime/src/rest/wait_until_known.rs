//! Waits until a row appears on the server.

use std::{fmt, future::IntoFuture, time::Duration};

use auraxis_core::census::Collection;
use futures_util::future::BoxFuture;
use tokio::time::{Instant, sleep_until};

use super::{
    census::Census,
    error::{Error, ErrorKind},
};
use crate::config::LONGEST_WAIT;

/// A lookup that waits until the row appears on the server. Returned by [`Census::wait_until_known`]; await it.
#[must_use = "a lookup does nothing until it is awaited"]
pub struct WaitUntilKnown<T: Collection> {
    census: Census,
    id: T::Id,
    patience: Duration,
    every: Duration,
}

impl Census {
    /// Waits until the row with this id appears, which takes some minutes for new characters and outfits. By default,
    /// the server is polled [every](WaitUntilKnown::every) minute, for [20 minutes](WaitUntilKnown::patience). Returns
    /// `None` if the row has not appeared by then.
    ///
    /// # Errors
    ///
    /// Returns the errors of [`get_by_id`](Self::get_by_id), but retries after transient ones until the time is over;
    /// [`ErrorKind::TooManyWaiting`] if more than 1,024 lookups [wait](crate::census::CensusBuilder::waiting); and
    /// [`ErrorKind::Stopped`] if the client stops.
    pub fn wait_until_known<T: Collection>(&self, id: impl Into<T::Id>) -> WaitUntilKnown<T> {
        WaitUntilKnown::new(self.clone(), id.into())
    }
}

impl<T: Collection> WaitUntilKnown<T> {
    fn new(census: Census, id: T::Id) -> Self {
        Self { census, id, patience: Duration::from_mins(20), every: Duration::from_mins(1) }
    }

    /// Sets how long to wait. Default: 20 minutes, because new characters have been observed to appear some minutes
    /// after their first logout, or never.
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience.min(LONGEST_WAIT);
        self
    }

    /// Sets the polling interval. Default: one minute. Lookups with the same interval poll at the same time, so that
    /// they share requests.
    pub fn every(mut self, every: Duration) -> Self {
        self.every = every.clamp(Duration::from_millis(1), LONGEST_WAIT);
        self
    }

    async fn wait(self) -> Result<Option<T>, Error> {
        let shutdown = self.census.0.shutdown.clone();
        tokio::select! {
            row = self.search() => row,
            () = shutdown.requested() => Err(Error::new(ErrorKind::Stopped)),
        }
    }

    async fn search(&self) -> Result<Option<T>, Error> {
        let lookup = self.census.lookup::<T>();
        let deadline = Instant::now() + self.patience;
        let mut answer = lookup.by_id(self.id).await;
        let mut permit = None;
        loop {
            match &answer {
                Ok(None) => {}
                Err(error) if error.is_transient() => tracing::debug!("{error}; still waiting for the row"),
                _ => return answer,
            }
            let next = self.next_round();
            if next > deadline {
                return answer;
            }
            if permit.is_none() {
                permit = Some(self.census.0.waiting.try_acquire().map_err(|_| Error::new(ErrorKind::TooManyWaiting))?);
            }
            sleep_until(next).await;
            answer = lookup.by_id_again(self.id).await;
        }
    }

    /// Returns the next time at which all lookups with this interval poll.
    fn next_round(&self) -> Instant {
        let start = self.census.0.start;
        let rounds = start.elapsed().as_nanos() / self.every.as_nanos() + 1;
        start + self.every.saturating_mul(u32::try_from(rounds).unwrap_or(u32::MAX))
    }
}

impl<T: Collection> IntoFuture for WaitUntilKnown<T> {
    type Output = Result<Option<T>, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.wait())
    }
}

impl<T: Collection> fmt::Debug for WaitUntilKnown<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WaitUntilKnown").field("id", &self.id).field("patience", &self.patience).finish_non_exhaustive()
    }
}
