//! Traffic and measurements for the benchmarks.
//!
//! Each client is a separate process, which counts events until it has received enough of them, prints a [`Measurement`],
//! and exits. The benchmark `end_to_end` runs all of them in turns.

pub mod meter;
pub mod report;
pub mod traffic;

pub use meter::{Job, Load, Measurement, Meter};
pub use traffic::Traffic;

/// Declares a trigger on an event that counts it, and may ask for something.
#[macro_export]
macro_rules! count {
    ($meter:ident, $name:ident: $event:ident $(, $extractor:ty)?) => {
        #[auraxis::trigger($event)]
        fn $name(_: auraxis::event::$event $(, _: $extractor)?) {
            $meter.event();
        }
    };
}

/// Declares fourteen triggers of one kind each that count their events, and may ask for something.
#[macro_export]
macro_rules! count_all {
    ($meter:ident $(, $extractor:ty)?) => {
        $crate::count!($meter, achievements: AchievementEarned $(, $extractor)?);
        $crate::count!($meter, ranks: BattleRankUp $(, $extractor)?);
        $crate::count!($meter, locks: ContinentLock $(, $extractor)?);
        $crate::count!($meter, deaths: Death $(, $extractor)?);
        $crate::count!($meter, controls: FacilityControl $(, $extractor)?);
        $crate::count!($meter, experience: GainExperience $(, $extractor)?);
        $crate::count!($meter, items: ItemAdded $(, $extractor)?);
        $crate::count!($meter, alerts: MetagameEvent $(, $extractor)?);
        $crate::count!($meter, captures: PlayerFacilityCapture $(, $extractor)?);
        $crate::count!($meter, defences: PlayerFacilityDefend $(, $extractor)?);
        $crate::count!($meter, logins: PlayerLogin $(, $extractor)?);
        $crate::count!($meter, logouts: PlayerLogout $(, $extractor)?);
        $crate::count!($meter, skills: SkillAdded $(, $extractor)?);
        $crate::count!($meter, vehicles: VehicleDestroy $(, $extractor)?);
    };
}
