//! Which server to ask.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use crate::{endpoint::Endpoint, service_id::redacted};

/// How long a server that failed is avoided. The official one has been seen to reset every connection for two minutes,
/// some fifty times a day.
const DETOUR: Duration = Duration::from_mins(2);

/// All servers, the preferred one first.
#[derive(Debug)]
pub(super) struct Endpoints {
    all: Vec<Endpoint>,
    /// The server to ask instead of the first one, and until when.
    detour: Mutex<Option<(usize, Instant)>>,
}

impl Endpoints {
    /// Without any, the official server is asked.
    pub(super) fn new(all: Vec<Endpoint>) -> Self {
        let all = if all.is_empty() { vec![Endpoint::official()] } else { all };
        Self { all, detour: Mutex::new(None) }
    }

    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    pub(super) fn get(&self, at: usize) -> &Endpoint {
        &self.all[at % self.all.len()]
    }

    /// The server to ask first.
    pub(super) fn preferred(&self) -> usize {
        let mut detour = self.lock();
        match *detour {
            Some((at, until)) if Instant::now() < until => at,
            _ => {
                *detour = None;
                0
            }
        }
    }

    /// The server to ask next.
    pub(super) fn after(&self, at: usize) -> usize {
        (at + 1) % self.all.len()
    }

    /// Asks the next server first for a while, unless another failure has changed the server already.
    pub(super) fn avoid(&self, at: usize) {
        if self.all.len() > 1 && self.preferred() == at {
            let next = self.after(at);
            let [avoided, next_url] = [at, next].map(|at| redacted(self.all[at].url()));
            tracing::info!("{avoided} fails; asking {next_url} for the next {DETOUR:?}");
            *self.lock() = Some((next, Instant::now() + DETOUR));
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<(usize, Instant)>> {
        self.detour.lock().unwrap_or_else(PoisonError::into_inner)
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
        assert_eq!(endpoints.preferred(), 1, "two questions that fail together change the server once");
        time::advance(DETOUR).await;
        assert_eq!(endpoints.preferred(), 0);
    }
}
