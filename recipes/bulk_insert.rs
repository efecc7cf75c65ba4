//! Inserts all deaths into PostgreSQL, up to 500 with each statement.
//!
//! `DATABASE_URL=postgres://user:password@localhost/ps2 cargo run -p auraxis-recipes --bin bulk_insert`; without a URL, it
//! takes the server on this machine, and the database and the user that are named like yours.

use std::{
    env,
    time::{Duration, SystemTime},
};

use anyhow::Context as _;
use auraxis::prelude::*;
use tokio_postgres::{Config, NoTls};

/// A batch is inserted again if the answer of the server was lost. `UNIQUE` and `ON CONFLICT` then keep its deaths from being
/// stored twice; `NULLS NOT DISTINCT` requires PostgreSQL 15.
const TABLE: &str = "
    CREATE TABLE IF NOT EXISTS deaths (
        happened_at timestamptz NOT NULL,
        world_id bigint NOT NULL,
        zone_id bigint NOT NULL,
        character_id bigint NOT NULL,
        attacker_character_id bigint,
        attacker_weapon_id bigint,
        is_headshot boolean NOT NULL,
        UNIQUE NULLS NOT DISTINCT (happened_at, character_id, attacker_character_id, attacker_weapon_id)
    )";

/// One array for each column, so that the statement is the same for any number of rows.
const INSERT: &str = "
    INSERT INTO deaths
    SELECT * FROM unnest(
        $1::timestamptz[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::boolean[]
    )
    ON CONFLICT DO NOTHING";

/// The bot connects to the game when the table exists. If the server cannot be reached, it stops with the error.
#[trigger(Started, required)]
async fn create_table(_: Started, database: State<Config>, client: Client) -> anyhow::Result<()> {
    client.real_time(async { Ok(connect(&database).await?.batch_execute(TABLE).await?) }).await
}

/// Called with 500 deaths, or with those of five seconds, and with the rest when the bot stops. While the server cannot be
/// reached, a batch is tried again for about ten minutes; meanwhile `queue` holds the deaths after it.
#[trigger(Death, batch = 500, within = Duration::from_secs(5), sequential, queue = 100_000, retry = 12)]
async fn insert(deaths: Vec<Death>, database: State<Config>, client: Client) -> anyhow::Result<()> {
    // A replay's clock would jump ahead while the database works.
    client.real_time(store(&deaths, &database)).await
}

/// A connection for each batch is simpler than a pool, and good enough for one every few seconds.
async fn connect(database: &Config) -> anyhow::Result<tokio_postgres::Client> {
    let (session, connection) = database.connect(NoTls).await.context("cannot connect to PostgreSQL")?;
    // Ends when `session` is dropped. Statements return its errors.
    tokio::spawn(connection);
    Ok(session)
}

async fn store(deaths: &[Death], database: &Config) -> anyhow::Result<()> {
    // PostgreSQL has signed integers only.
    let ids = |of: fn(&Death) -> Option<u64>| -> Vec<_> {
        deaths.iter().map(|death| of(death).map(u64::cast_signed)).collect()
    };
    let times: Vec<SystemTime> = deaths.iter().map(|death| death.timestamp.into()).collect();
    let worlds = ids(|death| Some(death.world_id.0.into()));
    let zones = ids(|death| Some(death.zone_id.0.into()));
    let victims = ids(|death| Some(death.character_id.0));
    let killers = ids(|death| death.attacker_character_id.map(|killer| killer.0));
    let weapons = ids(|death| death.attacker_weapon_id.map(|weapon| weapon.0.into()));
    let headshots: Vec<bool> = deaths.iter().map(|death| death.is_headshot).collect();
    let session = connect(database).await?;
    session.execute(INSERT, &[&times, &worlds, &zones, &victims, &killers, &weapons, &headshots]).await?;
    Ok(())
}

/// Runs last, after all batches.
#[trigger(Stopping)]
fn report(_: Stopping, client: Client) {
    if let Some(insert) = client.trigger("insert") {
        println!("{}", insert.stats());
    }
}

fn main() -> anyhow::Result<()> {
    let url = env::var("DATABASE_URL").ok().filter(|url| !url.is_empty());
    let url = url.as_deref().unwrap_or("postgres://localhost");
    let database: Config = url.parse().context("`DATABASE_URL` is not a URL of PostgreSQL")?;
    auraxis::run!(service_id = "s:example", state = database)?;
    Ok(())
}
