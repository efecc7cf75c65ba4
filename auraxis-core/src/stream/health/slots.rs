//! Slots of worlds in tables of fixed size.

use std::ops::Range;

use super::traffic::TrafficClass;
use crate::id::WorldId;

/// The number of worlds that a [`Health`](super::Health) distinguishes. All other worlds share one entry, which never
/// raises an alarm.
pub const MAX_WORLDS: usize = 31;

pub(super) const CLASSES: usize = TrafficClass::ALL.len();

/// The slot of all worlds beyond [`MAX_WORLDS`].
pub(super) const SHARED: usize = MAX_WORLDS;

/// The number of cells: one for each slot and class.
pub(super) const CELLS: usize = (MAX_WORLDS + 1) * CLASSES;

/// Returns the indices of a slot's cells, one for each class.
pub(super) const fn cells(slot: usize) -> Range<usize> {
    slot * CLASSES..(slot + 1) * CLASSES
}

/// Returns the index of a cell.
pub(super) const fn cell(slot: usize, class: TrafficClass) -> usize {
    slot * CLASSES + class as usize
}

/// Maps worlds to slots. An open hash table that is at most half full.
#[derive(Clone, Debug)]
pub(in crate::stream) struct Slots {
    /// Worlds and their slots.
    table: [(u32, u8); 2 * (MAX_WORLDS + 1)],
    used: usize,
}

/// A free place in the table of [`Slots`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::stream) struct Free(usize);

impl Slots {
    const FREE: u8 = u8::MAX;

    pub(in crate::stream) const fn new() -> Self {
        Self { table: [(0, Self::FREE); 2 * (MAX_WORLDS + 1)], used: 0 }
    }

    /// Returns the number of slots in use, without the shared one.
    pub(super) const fn used(&self) -> usize {
        self.used
    }

    /// Returns the slot of a world or, if it has none, the place where it can be [added](Self::add).
    #[inline]
    pub(in crate::stream) fn get(&self, world: WorldId) -> Result<usize, Free> {
        let mut at = world.0 as usize % self.table.len();
        loop {
            let (id, slot) = self.table[at];
            if slot == Self::FREE {
                return Err(Free(at));
            }
            if id == world.0 {
                return Ok(usize::from(slot));
            }
            at = (at + 1) % self.table.len();
        }
    }

    /// Gives a world the next slot, unless all are in use.
    pub(in crate::stream) fn add(&mut self, world: WorldId, free: Free) -> Option<usize> {
        let slot = self.used;
        if slot == MAX_WORLDS {
            return None;
        }
        #[expect(clippy::cast_possible_truncation, reason = "there are fewer than 255 slots")]
        let number = slot as u8;
        self.table[free.0] = (world.0, number);
        self.used += 1;
        Some(slot)
    }
}

impl Default for Slots {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn worlds_with_the_same_hash_have_different_slots() {
        let mut slots = Slots::new();
        let worlds = [1, 65, 129, 40, 1000, 0, u32::MAX].map(WorldId);
        for (slot, world) in worlds.into_iter().enumerate() {
            let free = slots.get(world).unwrap_err();
            assert_eq!(slots.add(world, free), Some(slot));
        }
        assert_eq!(worlds.map(|world| slots.get(world)), [0, 1, 2, 3, 4, 5, 6].map(Ok));
        assert_eq!(slots.get(WorldId(193)), Err(Free(4)));
    }
}
