//! Fourteen triggers of one kind each, without `run!`, so that it can run under valgrind, which counts instructions.

use auraxis::prelude::*;
use auraxis_bench::{Job, Meter};

static METER: Meter = Meter::new();

macro_rules! count {
    ($($name:ident: $event:ident,)*) => {$(
        #[trigger($event)]
        fn $name(_: $event) {
            METER.event();
        }
    )*};
}

count! {
    achievements: AchievementEarned,
    ranks: BattleRankUp,
    locks: ContinentLock,
    deaths: Death,
    controls: FacilityControl,
    experience: GainExperience,
    items: ItemAdded,
    alerts: MetagameEvent,
    captures: PlayerFacilityCapture,
    defences: PlayerFacilityDefend,
    logins: PlayerLogin,
    logouts: PlayerLogout,
    skills: SkillAdded,
    vehicles: VehicleDestroy,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> auraxis::Result {
    let job = Job::of_process();
    METER.start(job.events);
    Client::builder().service_id("s:bench").ess_url(job.url).registered().build()?.run().await
}
