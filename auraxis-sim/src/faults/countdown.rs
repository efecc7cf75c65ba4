//! Counts down how many more events a fault affects.

/// Decrements the counter. Returns false if it was 0.
pub(crate) fn take_one(left: &mut u32) -> bool {
    let is_left = *left > 0;
    *left = left.saturating_sub(1);
    is_left
}
