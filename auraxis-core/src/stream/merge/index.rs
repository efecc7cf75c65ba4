//! The positions of events, by fingerprint.

/// The number of positions per generation in a bucket.
const SLOTS: usize = 8;

/// The number of bits of a slot that contain a position. The others are bits of the fingerprint.
const POSITION_BITS: u32 = 17;

/// All positions are lower than this.
pub(super) const MAX_POSITIONS: usize = (1 << POSITION_BITS) - 1;

/// The positions of the events of two generations, by fingerprint.
///
/// The table does not fit into the processor's cache. So both generations share it: one access to memory finds out that an
/// event is new, and [`prefetch`](Self::prefetch) overlaps those of several events.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    /// Either empty, or a power of two of them.
    buckets: Vec<Bucket>,
}

/// One line of the processor's cache. If the slots of a generation are full, the next bucket has more.
#[derive(Clone, Copy, Debug, Default)]
#[repr(align(64))]
struct Bucket([[u32; SLOTS]; 2]);

impl Index {
    /// Returns whether each generation can contain this many events.
    pub(super) const fn fits(&self, events: usize) -> bool {
        2 * events <= SLOTS * self.buckets.len()
    }

    /// Removes all events, and makes space for this many in each generation.
    pub(super) fn reset(&mut self, events: usize) {
        let buckets = (2 * events).div_ceil(SLOTS).next_power_of_two();
        self.buckets = vec![Bucket::default(); buckets];
    }

    /// Loads what the next lookup of this fingerprint reads. Does not wait for it.
    #[inline]
    pub(super) fn prefetch(&self, fingerprint: u64) {
        std::hint::black_box(self.buckets_from(fingerprint).next().map(|bucket| self.buckets[bucket].0[0][0]));
    }

    /// Returns the position of an event with this fingerprint, if `is_wanted`.
    pub(super) fn find(&self, fingerprint: u64, generation: usize, is_wanted: impl Fn(usize) -> bool) -> Option<usize> {
        let bits = bits(fingerprint);
        for bucket in self.buckets_from(fingerprint) {
            let slots = &self.buckets[bucket].0[generation];
            let has_bits = |slot: u32| (slot ^ bits) >> POSITION_BITS == 0;
            // Branches for single slots would be mispredicted.
            if slots.iter().fold(false, |any, slot| any | has_bits(*slot)) {
                let positions = slots.iter().filter(|slot| has_bits(**slot)).filter_map(|slot| position(*slot));
                if let Some(position) = positions.into_iter().find(|position| is_wanted(*position)) {
                    return Some(position);
                }
            }
            if slots[SLOTS - 1] == 0 {
                break;
            }
        }
        None
    }

    /// Adds an event, which must [fit](Self::fits).
    #[expect(clippy::cast_possible_truncation, reason = "a position has 17 bits")]
    pub(super) fn insert(&mut self, fingerprint: u64, generation: usize, position: usize) {
        for bucket in self.buckets_from(fingerprint) {
            let slots = &mut self.buckets[bucket].0[generation];
            let used = slots.iter().filter(|slot| **slot != 0).count();
            if let Some(free) = slots.get_mut(used) {
                *free = bits(fingerprint) | (position as u32 + 1);
                return;
            }
        }
    }

    /// Removes the events of a generation.
    pub(super) fn clear(&mut self, generation: usize) {
        for bucket in &mut self.buckets {
            bucket.0[generation] = [0; SLOTS];
        }
    }

    /// Returns all buckets, starting with the one where an event with this fingerprint is first searched.
    #[expect(clippy::cast_possible_truncation, reason = "only the lowest bits are used")]
    fn buckets_from(&self, fingerprint: u64) -> impl Iterator<Item = usize> + use<> {
        let buckets = self.buckets.len();
        (0..buckets).map(move |step| (fingerprint as usize).wrapping_add(step) & (buckets - 1))
    }
}

/// Returns the highest bits of a fingerprint, where a slot has them.
#[expect(clippy::cast_possible_truncation, reason = "only these bits are wanted")]
const fn bits(fingerprint: u64) -> u32 {
    (fingerprint >> 32) as u32 & !(MAX_POSITIONS as u32)
}

/// Returns the position in a slot, which is one higher there, because an empty slot is 0.
const fn position(slot: u32) -> Option<usize> {
    (slot as usize & MAX_POSITIONS).checked_sub(1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Fingerprints of which many are searched in the same buckets, and many have the same bits in their slots.
    fn fingerprint() -> impl Strategy<Value = u64> {
        (0..4_u64, 0..4_u64, 0..20_u64).prop_map(|(low, middle, high)| low | middle << 40 | high << 60)
    }

    proptest! {
        #[test]
        fn every_event_of_a_generation_is_found(
            first in proptest::collection::vec(fingerprint(), 1..200),
            second in proptest::collection::vec(fingerprint(), 1..200),
            wanted in fingerprint(),
        ) {
            let mut index = Index::default();
            prop_assert_eq!(index.find(wanted, 0, |_| true), None);
            index.reset(first.len().max(second.len()));
            let generations = [first, second];
            for (number, events) in generations.iter().enumerate() {
                for (position, fingerprint) in events.iter().enumerate() {
                    prop_assert!(index.fits(position + 1));
                    index.insert(*fingerprint, number, position);
                }
            }
            let find = |index: &Index, number: usize, wanted: u64| {
                index.find(wanted, number, |position| generations[number][position] == wanted)
            };
            for (number, events) in generations.iter().enumerate() {
                for fingerprint in events.iter().chain([&wanted]) {
                    let expected = events.iter().position(|known| known == fingerprint);
                    prop_assert_eq!(find(&index, number, *fingerprint), expected);
                }
            }
            index.clear(0);
            prop_assert_eq!(find(&index, 0, generations[0][0]), None);
            prop_assert!(find(&index, 1, generations[1][0]).is_some());
        }
    }
}
