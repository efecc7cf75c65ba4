//! Keeps the current alerts in an SQLite database, which other programs can read, and prints them.
//!
//! `ALERTS_DB=FILE cargo run -p auraxis-recipes --bin alert_board`; the default is `alerts.db`.

use std::{env, sync::Mutex};

use anyhow::Context as _;
use auraxis::{
    census::Query,
    prelude::*,
    ps2::{self, EventRecord, WorldEvent},
};
use rusqlite::{Connection, params};

/// In seconds. No alert is longer.
const LONGEST: i64 = 2 * 60 * 60;

/// With a write-ahead log, a write takes less than a millisecond, so the handlers do not need `blocking`.
const SCHEMA: &str = "
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    CREATE TABLE IF NOT EXISTS alerts (
        world INTEGER, instance INTEGER, kind INTEGER, zone INTEGER, started INTEGER, changed INTEGER, is_running INTEGER,
        PRIMARY KEY (world, instance)
    );";

/// An event can be received twice or late, so the latest state of each alert is kept. The REST API has no continents.
const UPDATE: &str = "
    INSERT INTO alerts VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
    ON CONFLICT DO UPDATE SET
        kind = excluded.kind,
        zone = coalesce(excluded.zone, zone),
        started = coalesce(excluded.started, started),
        changed = excluded.changed,
        is_running = excluded.is_running
    WHERE excluded.changed >= changed";

/// Without the alerts whose end was missed.
const CURRENT: &str = "
    SELECT world, kind, zone, coalesce(started, changed) AS since FROM alerts
    WHERE is_running AND since > ?1 ORDER BY since, world";

type Alert = (WorldId, MetagameEventId, Option<ZoneId>, Timestamp);

struct Board(Mutex<Connection>);

impl Board {
    fn open(path: &str) -> rusqlite::Result<Self> {
        let database = Connection::open(path)?;
        database.execute_batch(SCHEMA)?;
        Ok(Self(Mutex::new(database)))
    }

    fn update(&self, event: &MetagameEvent) -> rusqlite::Result<()> {
        use MetagameEventState as S;

        let (state, time) = (event.metagame_event_state, event.timestamp.0);
        let started = matches!(state, S::STARTED | S::RESTARTED).then_some(time);
        let is_running = !matches!(state, S::ENDED | S::CANCELED);
        let (world, instance, kind) = (event.world_id.0, event.instance_id.0, event.metagame_event_id.0);
        let zone = event.zone_id.map(|zone| zone.0);
        let database = self.0.lock().expect("no run panics with the lock");
        database.execute(UPDATE, params![world, instance, kind, zone, started, time, is_running])?;
        Ok(())
    }

    fn current(&self, now: Timestamp) -> rusqlite::Result<Vec<Alert>> {
        let database = self.0.lock().expect("no run panics with the lock");
        let mut query = database.prepare(CURRENT)?;
        let alerts = query.query_map([now.0 - LONGEST], |row| {
            let zone: Option<u32> = row.get(2)?;
            Ok((WorldId(row.get(0)?), MetagameEventId(row.get(1)?), zone.map(ZoneId), Timestamp(row.get(3)?)))
        })?;
        alerts.collect()
    }
}

#[trigger(MetagameEvent)]
async fn on_alert(event: MetagameEvent, board: State<Board>, client: Client) -> anyhow::Result<()> {
    board.update(&event)?;
    print(&board.current(event.timestamp)?, &client).await
}

/// Requests what happened while the bot was not running.
#[trigger(Started, retry = 5)]
async fn catch_up(_: Started, board: State<Board>, client: Client) -> anyhow::Result<()> {
    let now = Timestamp::now();
    for world in client.find::<World>().limit(100).await? {
        let alerts = Query::of::<WorldEvent>().filter("world_id", world.world_id).filter("type", "METAGAME");
        for row in client.rows::<EventRecord>(alerts.filter("after", now.0 - LONGEST).limit(1000)).await? {
            if let Some(Event::MetagameEvent(event)) = row.to_event() {
                board.update(&event)?;
            }
        }
    }
    print(&board.current(now)?, &client).await
}

async fn print(alerts: &[Alert], client: &Client) -> anyhow::Result<()> {
    let mut lines = vec![format!("current alerts: {}", alerts.len())];
    for (world, kind, zone, since) in alerts {
        // Cached, so only the first alert of each kind sends a request.
        let alert = client.get_by_id::<ps2::MetagameEvent>(*kind).await?;
        let name = alert.map_or_else(|| format!("alert {kind}"), |alert| alert.name.to_string());
        let (world, zone) = (world.name().unwrap_or("?"), zone.and_then(ZoneId::name).unwrap_or("?"));
        lines.push(format!("  {world}, {zone}: {name}, since {since}"));
    }
    println!("{}", lines.join("\n"));
    Ok(())
}

fn main() -> anyhow::Result<()> {
    let path = env::var("ALERTS_DB").ok().filter(|path| !path.is_empty());
    let path = path.as_deref().unwrap_or("alerts.db");
    let board = Board::open(path).with_context(|| format!("cannot open `{path}`"))?;
    // Events that are missed while the connection is lost are requested as well.
    auraxis::run!(service_id = "s:example", backfill = true, state = board)?;
    Ok(())
}
