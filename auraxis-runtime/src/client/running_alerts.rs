//! The alerts that are running when the client starts, from REST.

use std::sync::Arc;

use auraxis_core::{
    census::Query,
    derived::Trackers,
    event::{Event, EventKind, MetagameEvent, Selector},
    id::WorldId,
    ps2::{EventRecord, WorldEvent},
    scope::Scope,
    time::Timestamp,
};
use tokio_util::task::AbortOnDropHandle;
use tracing::Instrument;

use super::{backfill, shared::Shared};
use crate::dispatch::inbox::Request;

/// The maximum number of events per world: an alert has two, and a few changes of its bonus.
const MAX_EVENTS: u32 = 100;

/// Starts a task that requests the running alerts of the worlds on which triggers need them. Returns `None` if there are no
/// such triggers.
pub(super) fn start(shared: &Arc<Shared>) -> Option<AbortOnDropHandle<()>> {
    let mut wanted = Scope::none();
    for state in shared.registry.all() {
        let interest = state.interest();
        let is_about_alerts = |kind| interest.selectors.contains(&Selector::Kind(kind)) && interest.characters.is_all();
        if [EventKind::AlertStart, EventKind::AlertEnd].into_iter().any(is_about_alerts) {
            wanted.extend(&interest.worlds);
        }
    }
    let worlds = match wanted {
        Scope::All => backfill::worlds(shared),
        Scope::Only(worlds) => worlds.into_iter().collect(),
    };
    if worlds.is_empty() {
        return None;
    }
    let task = recover(Arc::clone(shared), worlds).instrument(shared.span.clone());
    Some(AbortOnDropHandle::new(tokio::spawn(task)))
}

async fn recover(shared: Arc<Shared>, worlds: Vec<WorldId>) {
    let after = Timestamp(shared.inbox.clock.now().0.saturating_sub(Trackers::RECOVERY_SECONDS));
    let mut events: Vec<MetagameEvent> = Vec::new();
    for world in worlds {
        let query = Query::of::<WorldEvent>().filter("world_id", world).filter("type", "METAGAME");
        let rows: Result<Vec<EventRecord>, _> =
            shared.census.rows(query.filter("after", after).limit(MAX_EVENTS)).await;
        match rows {
            Ok(rows) => events.extend(rows.iter().filter_map(EventRecord::to_event).filter_map(|event| match event {
                Event::MetagameEvent(event) => Some(event),
                _ => None,
            })),
            Err(error) => tracing::warn!("cannot request the running alerts of world {world}: {error}"),
        }
    }
    shared.inbox.send(Request::RunningAlerts(events)).await;
}
