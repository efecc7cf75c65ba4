//! Chooses the server for a request.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use crate::{endpoint::Endpoint, service_id::redacted};

/// How long a server that failed is avoided. The official server has been observed to reset all connections for two
/// minutes at a time, about fifty times a day.
const FAILOVER: Duration = Duration::from_mins(2);

/// All servers, the preferred one first.
#[derive(Debug)]
pub(super) struct Endpoints {
    all: Vec<Endpoint>,
    /// The index of the server that is used instead of the first, and until when.
    failover: Mutex<Option<(usize, Instant)>>,
}

impl Endpoints {
    /// An empty list stands for the official server.
    pub(super) fn new(all: Vec<Endpoint>) -> Self {
        let all = if all.is_empty() { vec![Endpoint::official()] } else { all };
        Self { all, failover: Mutex::new(None) }
    }

    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    pub(super) fn get(&self, index: usize) -> &Endpoint {
        &self.all[index % self.all.len()]
    }

    /// Returns the index of the server to try first.
    pub(super) fn preferred(&self) -> usize {
        let mut failover = self.lock();
        match *failover {
            Some((index, until)) if Instant::now() < until => index,
            _ => {
                *failover = None;
                0
            }
        }
    }

    /// Returns the index of the server to try after this one.
    pub(super) fn after(&self, index: usize) -> usize {
        (index + 1) % self.all.len()
    }

    /// Prefers the next server for a while, unless another failure has already switched the server.
    pub(super) fn avoid(&self, index: usize) {
        if self.all.len() > 1 && self.preferred() == index {
            let next = self.after(index);
            let [failed_url, next_url] = [index, next].map(|index| redacted(self.all[index].url()));
            tracing::info!("requests to `{failed_url}` fail; `{next_url}` is used for the next {FAILOVER:?}");
            *self.lock() = Some((next, Instant::now() + FAILOVER));
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<(usize, Instant)>> {
        self.failover.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use tokio::time;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_server_that_fails_is_avoided_for_a_while() {
        let endpoints = Endpoints::new(vec!["https://a".into(), "https://b".into()]);
        assert_eq!(endpoints.preferred(), 0);
        endpoints.avoid(0);
        endpoints.avoid(0);
        assert_eq!(endpoints.preferred(), 1, "two concurrent failures switch the server once");
        time::advance(FAILOVER).await;
        assert_eq!(endpoints.preferred(), 0);
    }
}
