//! Which server is asked.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use crate::{endpoint::Endpoint, service_id::redacted};

/// How long a server that failed is left alone. The official one has been seen to reset every connection for two
/// minutes, some fifty times a day.
const DETOUR: Duration = Duration::from_mins(2);

/// All servers, the best first, and the one that is asked for now.
#[derive(Debug)]
pub(super) struct Endpoints {
    all: Vec<Endpoint>,
    /// Another server than the first, and until when.
    detour: Mutex<Option<(usize, Instant)>>,
}

impl Endpoints {
    /// Takes at least one.
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

    /// The one to begin with.
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

    /// The one to go on with after this one.
    pub(super) fn after(&self, at: usize) -> usize {
        (at + 1) % self.all.len()
    }

    /// Begins with the next one for a while, unless another question has seen to that already.
    pub(super) fn avoid(&self, at: usize) {
        if self.all.len() > 1 && self.preferred() == at {
            let next = self.after(at);
            let [avoided, next_url] = [at, next].map(|at| redacted(&self.all[at].url()));
            tracing::info!("{avoided} fails; {next_url} is asked for the next {DETOUR:?}");
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
    async fn a_server_that_fails_is_left_alone_for_a_while() {
        let endpoints = Endpoints::new(vec!["https://a".into(), "https://b".into()]);
        assert_eq!(endpoints.preferred(), 0);
        endpoints.avoid(0);
        endpoints.avoid(0);
        assert_eq!(endpoints.preferred(), 1, "two questions that fail together change the server once");
        time::advance(DETOUR).await;
        assert_eq!(endpoints.preferred(), 0);
    }
}
