//! The commands of collections that do not support all of them.

/// Without limit and start.
pub(super) const SPECIAL: &[&str] = &["c:join", "c:tree", "c:timing", "c:retry"];

/// Like [`SPECIAL`], with a limit.
pub(super) const SPECIAL_LIMIT: &[&str] = &["c:join", "c:tree", "c:limit", "c:timing", "c:retry"];

/// Like [`SPECIAL`], with a limit and a start.
pub(super) const SPECIAL_PAGED: &[&str] = &["c:join", "c:tree", "c:start", "c:limit", "c:timing", "c:retry"];
