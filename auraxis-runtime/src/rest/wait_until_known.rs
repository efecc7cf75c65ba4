//! Waiting until the server knows somebody.

use std::{fmt, future::IntoFuture, time::Duration};

use auraxis_core::census::Collection;
use futures_util::future::BoxFuture;
use tokio::time::{Instant, sleep_until};

use super::{
    census::Census,
    error::{Error, ErrorKind},
};
use crate::config::LONGEST_WAIT;

/// A look-up that goes on until there is a row. Made by [`Census::wait_until_known`]; await it.
#[must_use = "a look-up does nothing until it is awaited"]
pub struct WaitUntilKnown<T: Collection> {
    census: Census,
    id: T::Id,
    patience: Duration,
    every: Duration,
}

impl Census {
    /// The row with this id, as soon as the server knows it: asks again and again for 20 minutes, unless
    /// [told otherwise](WaitUntilKnown::patience). `None` if it never came.
    ///
    /// Brand-new characters and outfits are not known for some minutes. At most 1,024 such look-ups
    /// [wait](CensusBuilder::waiting) at a time; further ones fail with [`ErrorKind::TooManyWait`], and all of them
    /// with [`ErrorKind::Stopped`] when the client stops.
    pub fn wait_until_known<T: Collection>(&self, id: impl Into<T::Id>) -> WaitUntilKnown<T> {
        WaitUntilKnown::new(self.clone(), id.into())
    }
}

impl<T: Collection> WaitUntilKnown<T> {
    fn new(census: Census, id: T::Id) -> Self {
        Self { census, id, patience: Duration::from_mins(20), every: Duration::from_mins(1) }
    }

    /// How long to wait in all. By default 20 minutes: new characters have been seen to appear some minutes after they
    /// logged out for the first time, or never.
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience.min(LONGEST_WAIT);
        self
    }

    /// How often to ask. By default every minute. Those who ask as often do it at the same time, so that it is one
    /// request.
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
        let mut place = None;
        loop {
            match &answer {
                Ok(None) => {}
                Err(error) if error.is_passing() => tracing::debug!("{error}; the look-up goes on"),
                _ => return answer,
            }
            let next = self.next_round();
            if next > deadline {
                return answer;
            }
            if place.is_none() {
                place = Some(self.census.0.waiting.try_acquire().map_err(|_| Error::new(ErrorKind::TooManyWait))?);
            }
            sleep_until(next).await;
            answer = lookup.by_id_again(self.id).await;
        }
    }

    /// The next time at which all ask who ask as often.
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
