//! Which service ids the simulator accepts.

/// The id that is always refused, to test what a bot does without a registered one.
pub(crate) const REFUSED: &str = "s:refused";

/// Whether the event stream accepts this id: any but [`REFUSED`], with its `s:`.
pub(crate) fn is_accepted(id: &str) -> bool {
    id.len() > 2 && id.starts_with("s:") && id != REFUSED
}
