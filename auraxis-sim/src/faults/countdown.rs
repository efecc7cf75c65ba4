//! Counting down how many more events a fault hits.

/// Whether at least one is left; if so, takes one.
pub(crate) fn take_one(left: &mut u32) -> bool {
    let is_left = *left > 0;
    *left = left.saturating_sub(1);
    is_left
}
