//! What is expected of the link and its parts.

use super::{
    cell::Cell,
    counter::Counter,
    expectation::Expectation,
    slots::{self, CELLS, CLASSES, MAX_WORLDS},
    traffic::TrafficClass,
    world::World,
};

/// What one arrival counts for the whole link, and for one of several worlds. The more pauses there are, the longer the
/// longest of them is by chance.
const LINK_CERTAINTY: f64 = 1.0 / 3.0;
const WORLD_CERTAINTY: f64 = 1.0 / 4.0;

/// What is expected at a check, in all scopes.
pub(super) struct Expectations {
    pub(super) link: Expectation,
    /// Each class on all worlds.
    pub(super) classes: [Expectation; CLASSES],
    /// By slot.
    pub(super) worlds: [Expectation; MAX_WORLDS + 1],
    /// By slot and class.
    pub(super) cells: [Expectation; CELLS],
}

impl Expectations {
    /// Sums up the cells of these slots, for a link that was first checked at `started_ms`.
    pub(super) fn new(
        slots: &[usize],
        worlds: &[World],
        cells: &[Cell],
        counters: &[Counter],
        started_ms: u64,
    ) -> Self {
        let wide = Expectation { certainty: LINK_CERTAINTY, ..Expectation::default() };
        let mut sums = Self {
            link: wide,
            classes: [wide; CLASSES],
            worlds: [Expectation::default(); MAX_WORLDS + 1],
            cells: [Expectation::default(); CELLS],
        };
        for &slot in slots {
            let world = &worlds[slot];
            let sum = &mut sums.worlds[slot];
            sum.certainty = WORLD_CERTAINTY;
            for class in TrafficClass::ALL {
                let at = slots::cell(slot, class);
                let cell = cells[at].expectation(world, class, &counters[at], started_ms);
                sum.add_class(&cell);
                sums.cells[at] = cell;
            }
            if sum.is_learned {
                sum.prior = 0.0;
            }
            let is_suspect = world.evidence.is_suspect() && !sum.was_heard;
            sums.link.add(&if is_suspect { sum.without_rate() } else { *sum });
            for (at, sum) in slots::cells(slot).zip(&mut sums.classes) {
                let cell = &sums.cells[at];
                sum.total += cell.mean;
                sum.suspect += if is_suspect { cell.mean } else { 0.0 };
                let is_suspect = is_suspect || cells[at].evidence.is_suspect() && !cell.was_heard;
                sum.add(&if is_suspect { cell.without_rate() } else { *cell });
            }
        }
        for sum in &mut sums.classes {
            // A class on a single world is that world's.
            if sum.parts < 2 {
                (sum.lull, sum.mean, sum.squares) = (0.0, 0.0, 0.0);
            }
            sum.prior = 0.0;
        }
        sums
    }
}
