//! The service ids that the simulator accepts.

/// A service id that is always refused, to test how a bot handles an unregistered one.
pub(crate) const REFUSED: &str = "s:refused";

/// Returns whether the event stream accepts this id, which includes its prefix `s:`: any id except [`REFUSED`].
pub(crate) fn is_accepted(id: &str) -> bool {
    id.len() > 2 && id.starts_with("s:") && id != REFUSED
}
