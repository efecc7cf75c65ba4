//! Requests to the REST API, over a real socket.
#![allow(clippy::unwrap_used)] // Helpers of tests are tests.

use std::{
    collections::{HashMap, HashSet},
    error::Error as _,
    fmt::Write as _,
    pin::pin,
    task::{Context, Waker},
    time::{Duration, Instant},
};

use auraxis::{
    census::{Cache, Census, CensusBuilder, Endpoint, Error, ErrorKind, FaultKind, Join, Query, Verb, any_of, gt},
    id::{CharacterId, FactionId, ItemId, LoadoutId, MapRegionId, TitleId, WorldId, ZoneId},
    prelude::{Character, Outfit, World},
    ps2::{CharactersEvent, CharactersOnlineStatus, Item, Loadout, MapRegion, OutfitMember, Title, Zone},
};
use auraxis_sim::{RestFault, Sim};
use futures_util::{StreamExt, future::try_join_all};
use serde_json::Value;
use tokio::task::JoinSet;

#[path = "../common/mod.rs"]
mod common;
mod documentation;
mod endpoints;
mod failures;
mod limits;
mod lookups;
mod proxies;
mod raw;
mod refusals;
mod searches;
mod settings;
mod wait_until_known;

use common::{quiet, until, within};

const SECRET: &str = "verysecret";

/// The id of no character.
const NOBODY: CharacterId = CharacterId(1);

/// The answer for a character that does not exist.
const NO_CHARACTER: RestFault = RestFault::Body(r#"{"character_list":[],"returned":0}"#);

/// Longer than any test waits.
const NEVER: Duration = Duration::from_mins(10);

/// Character ids have this length, so that about a hundred of them fit into a URL.
const FIRST: CharacterId = CharacterId(5_428_000_000_000_000_001);

const fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// A client that retries quickly.
fn census(sim: &Sim) -> CensusBuilder {
    Census::builder().service_id(SECRET).rest_url(sim.rest_url()).retry_delay(millis(5))
}

async fn characters(census: &Census, count: u32) -> Vec<CharacterId> {
    let query = Query::new("character").show(["character_id"]).limit(count);
    let rows: Vec<Value> = census.rows(query).await.expect("rows");
    assert_eq!(rows.len(), count as usize);
    rows.iter().map(|row| row["character_id"].as_str().and_then(|id| id.parse().ok()).expect("an id")).collect()
}

/// Looks all of them up concurrently.
async fn look_up(census: &Census, ids: impl IntoIterator<Item = CharacterId>) -> Vec<Result<Option<Character>, Error>> {
    let mut tasks = JoinSet::new();
    for id in ids {
        let census = census.clone();
        tasks.spawn(async move { census.get_by_id::<Character>(id).await });
    }
    within(tasks.join_all()).await
}

/// Returns the output of a future and the number of requests it took.
async fn cost<T>(sim: &Sim, request: impl Future<Output = T>) -> (T, usize) {
    let before = sim.requests().len();
    let answer = within(request).await;
    (answer, sim.requests().len() - before)
}
