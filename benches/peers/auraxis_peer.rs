//! Measures how many events the crate `auraxis` of the public registry delivers.
//!
//! A program of the package `tests/interop/rust-peer`, since its dependency bears the same name as ours.

#[path = "../src/meter.rs"]
#[allow(dead_code, reason = "nothing is stamped")]
mod meter;

use auraxis::realtime::{
    client::{RealtimeClient, RealtimeClientConfig},
    subscription::{CharacterSubscription, EventSubscription, SubscriptionSettings, WorldSubscription},
};
use meter::{Job, Meter};

static METER: Meter = Meter::new();

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let job = Job::of_process();
    METER.start(job.events);
    let mut client = RealtimeClient::new(RealtimeClientConfig {
        service_id: "bench".to_owned(),
        realtime_url: Some(job.url),
        ..RealtimeClientConfig::default()
    });
    client.subscribe(SubscriptionSettings {
        event_names: Some(EventSubscription::All),
        characters: Some(CharacterSubscription::All),
        worlds: Some(WorldSubscription::All),
        ..SubscriptionSettings::empty()
    });
    let mut events = client.connect().await?;
    while events.recv().await.is_some() {
        METER.event();
    }
    Err("the server has closed the connection".into())
}
