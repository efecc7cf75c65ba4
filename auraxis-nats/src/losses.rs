//! What could not be published, until it can be reported.

use auraxis_core::{
    environment::Environment,
    event::{Event, EventKind, Gap, GapCause, KindSet},
    id::WorldId,
    message,
    scope::Scope,
    time::Timestamp,
};

use crate::outgoing::Outgoing;

/// The ids of gaps that a publisher reports begin here, so that they differ from those of the relay's client.
const FIRST_ID: u32 = 1 << 31;

/// Sums up dropped messages as one gap.
#[derive(Debug)]
pub(crate) struct Losses {
    environment: Environment,
    sum: Option<Sum>,
    next_id: u32,
}

#[derive(Debug)]
struct Sum {
    worlds: Scope<WorldId>,
    kinds: KindSet,
    from: Timestamp,
    to: Timestamp,
    /// `None` if nobody knows.
    lost: Option<u32>,
}

impl Losses {
    pub(crate) const fn new(environment: Environment) -> Self {
        Self { environment, sum: None, next_id: FIRST_ID }
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.sum.is_none()
    }

    /// Adds a message that was dropped.
    pub(crate) fn add(&mut self, dropped: &Outgoing) {
        match dropped.kind {
            // The events that it reports would be lost silently.
            EventKind::Gap => {
                let text = std::str::from_utf8(&dropped.payload).unwrap_or_default();
                if let Ok(Event::Gap(gap)) = message::decode(EventKind::Gap.name(), text) {
                    let to = gap.to.unwrap_or(gap.timestamp);
                    let sum = self.sum(gap.from);
                    sum.add_kinds(gap.kinds);
                    sum.add(&gap.worlds, (gap.from, to), gap.estimated_lost);
                }
            }
            kind => {
                let world = dropped.world.map_or(Scope::All, |world| [world].into_iter().collect());
                let sum = self.sum(dropped.timestamp);
                sum.kinds.insert(kind);
                sum.add(&world, (dropped.timestamp, dropped.timestamp), Some(1));
            }
        }
    }

    /// Adds a time in which nothing was published.
    pub(crate) fn add_outage(&mut self, from: Timestamp, to: Timestamp) {
        let sum = self.sum(from);
        sum.kinds = KindSet::ALL;
        sum.add(&Scope::All, (from, to), None);
    }

    fn sum(&mut self, at: Timestamp) -> &mut Sum {
        let none = || Sum { worlds: Scope::none(), kinds: KindSet::default(), from: at, to: at, lost: Some(0) };
        self.sum.get_or_insert_with(none)
    }

    /// Returns the message that reports what was dropped since the last one.
    pub(crate) fn take(&mut self, now: Timestamp) -> Option<(Gap, Outgoing)> {
        let Sum { worlds, kinds, from, to, lost } = self.sum.take()?;
        let id = self.next_id;
        self.next_id = self.next_id.checked_add(1).unwrap_or(FIRST_ID);
        let gap = Gap::new(now, id, (worlds, kinds), (from, Some(to)), GapCause::Dropped, lost);
        let message = Outgoing::signal(self.environment, &gap.clone().into())?;
        Some((gap, message))
    }
}

impl Sum {
    fn add_kinds(&mut self, kinds: KindSet) {
        if kinds.is_all() {
            self.kinds = KindSet::ALL;
        }
        for kind in kinds.iter().chain([EventKind::Unknown]).filter(|kind| kinds.contains(*kind)) {
            self.kinds.insert(kind);
        }
    }

    fn add(&mut self, worlds: &Scope<WorldId>, (from, to): (Timestamp, Timestamp), lost: Option<u32>) {
        self.worlds.extend(worlds);
        self.from = self.from.min(from);
        self.to = self.to.max(to);
        self.lost = self.lost.zip(lost).map(|(sum, lost)| sum.saturating_add(lost));
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use auraxis_core::{
        delivery::{Delivery, Origin},
        event::{Death, PlayerLogin, sample::Sample},
    };

    use super::*;

    const PC: Environment = Environment::Pc;

    fn message(event: impl Into<Event>) -> Outgoing {
        let delivery = Delivery::new(SystemTime::UNIX_EPOCH, Origin::Live);
        Outgoing::new(PC, &event.into(), None, "id".into(), &delivery).unwrap()
    }

    #[test]
    fn dropped_events_are_one_gap_and_reported_once() {
        let mut losses = Losses::new(PC);
        assert!(losses.take(Timestamp(0)).is_none());
        let death = |world, at| {
            message(Death::sample().with(|death| (death.world_id, death.timestamp) = (WorldId(world), Timestamp(at))))
        };
        for dropped in [death(1, 20), death(17, 10), death(1, 15)] {
            losses.add(&dropped);
        }
        losses.add(&message(PlayerLogin::sample().with(|login| login.timestamp = Timestamp(12))));

        let (gap, report) = losses.take(Timestamp(50)).unwrap();
        assert_eq!((gap.from, gap.to, gap.cause), (Timestamp(10), Some(Timestamp(20)), GapCause::Dropped));
        assert_eq!(gap.worlds, [1, 17].map(WorldId).into_iter().collect());
        assert_eq!(gap.kinds, [EventKind::Death, EventKind::PlayerLogin].into_iter().collect());
        assert_eq!(gap.estimated_lost, Some(4));
        assert_eq!(report.subject.as_str(), "ps2.ps2.0.Gap");
        assert!(losses.take(Timestamp(50)).is_none());

        losses.add(&death(1, 60));
        let (next, _) = losses.take(Timestamp(70)).unwrap();
        assert_eq!((next.id, next.from), (gap.id + 1, Timestamp(60)));
    }

    #[test]
    fn a_dropped_gap_is_reported_with_the_next_one() {
        let mut losses = Losses::new(PC);
        losses.add(&message(Death::sample().with(|death| death.timestamp = Timestamp(100))));
        let (_, report) = losses.take(Timestamp(110)).unwrap();
        losses.add(&report);
        losses.add(&message(PlayerLogin::sample().with(|login| login.timestamp = Timestamp(120))));

        let (gap, _) = losses.take(Timestamp(130)).unwrap();
        assert_eq!((gap.from, gap.to, gap.estimated_lost), (Timestamp(100), Some(Timestamp(120)), Some(2)));
        assert!(gap.kinds.contains(EventKind::Death) && gap.kinds.contains(EventKind::PlayerLogin));

        let open = Gap::new(Timestamp(9), 1, (Scope::All, KindSet::ALL), (Timestamp(5), None), GapCause::Silence, None);
        losses.add(&message(open));
        let (gap, _) = losses.take(Timestamp(10)).unwrap();
        assert_eq!((gap.worlds, gap.kinds), (Scope::All, KindSet::ALL));
        assert_eq!((gap.from, gap.to), (Timestamp(5), Some(Timestamp(9))));
    }
}
