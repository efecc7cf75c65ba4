//! The open connections.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio_util::sync::CancellationToken;

/// The maximum number of connections. A page, a scraper, probes and a few overlays need a dozen; and a process can usually
/// open 1,024 files.
pub(crate) const MAX_CONNECTIONS: usize = 256;

/// The open connections, by age.
#[derive(Clone, Debug, Default)]
pub(crate) struct Connections(Arc<Mutex<Table>>);

#[derive(Debug, Default)]
struct Table {
    last: u64,
    open: BTreeMap<u64, Arc<Activity>>,
}

#[derive(Debug, Default)]
struct Activity {
    /// The number of requests that are being answered.
    requests: AtomicUsize,
    close: CancellationToken,
}

/// An open connection, until it is dropped.
#[derive(Debug)]
pub(crate) struct Connection {
    connections: Connections,
    number: u64,
    activity: Arc<Activity>,
}

/// A request that is being answered, until it is dropped.
#[derive(Debug)]
pub(crate) struct Answering(Arc<Activity>);

/// The result of a new connection.
#[derive(Debug)]
pub(crate) enum Admission {
    Admitted(Connection),
    /// The oldest connection without a request was closed for it. So many idle connections keep nobody out.
    Replaced(Connection),
    /// All connections are busy.
    Refused,
}

impl Connections {
    pub(crate) fn admit(&self) -> Admission {
        let mut table = self.lock();
        let is_full = table.open.len() >= MAX_CONNECTIONS;
        if is_full {
            let idle = table.open.iter().find(|(_, activity)| activity.requests.load(Ordering::Relaxed) == 0);
            let Some(number) = idle.map(|(number, _)| *number) else { return Admission::Refused };
            if let Some(activity) = table.open.remove(&number) {
                activity.close.cancel();
            }
        }
        table.last += 1;
        let (number, activity) = (table.last, Arc::<Activity>::default());
        table.open.insert(number, Arc::clone(&activity));
        let connection = Connection { connections: self.clone(), number, activity };
        if is_full { Admission::Replaced(connection) } else { Admission::Admitted(connection) }
    }

    fn lock(&self) -> MutexGuard<'_, Table> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Connection {
    /// Waits until the connection has to be closed for a new one.
    pub(crate) async fn closed(&self) {
        self.activity.close.cancelled().await;
    }

    /// Returns what marks the connection as busy.
    pub(crate) fn answering(&self) -> impl Fn() -> Answering + Clone + use<> {
        let activity = Arc::clone(&self.activity);
        move || {
            activity.requests.fetch_add(1, Ordering::Relaxed);
            Answering(Arc::clone(&activity))
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.connections.lock().open.remove(&self.number);
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        self.0.requests.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_idle_connection_is_replaced_and_busy_ones_are_kept() {
        let connections = Connections::default();
        let admit = || match connections.admit() {
            Admission::Admitted(connection) => (connection, false),
            Admission::Replaced(connection) => (connection, true),
            Admission::Refused => panic!("refused"),
        };
        let mut open: Vec<_> = (0..MAX_CONNECTIONS).map(|_| admit()).collect();
        assert!(open.iter().all(|(_, has_replaced)| !has_replaced));
        let is_closed = |connection: &Connection| connection.activity.close.is_cancelled();
        let busy = open[0].0.answering()();
        open.push(admit());
        assert!(open[MAX_CONNECTIONS].1 && !is_closed(&open[0].0) && is_closed(&open[1].0));
        drop(busy);
        open.push(admit());
        assert!(is_closed(&open[0].0) && !is_closed(&open[2].0));

        let busy: Vec<_> = open.iter().map(|(connection, _)| connection.answering()()).collect();
        assert!(matches!(connections.admit(), Admission::Refused));
        drop(busy);
        assert!(admit().1);
        open.clear();
        assert_eq!(connections.lock().open.len(), 0);
    }
}
