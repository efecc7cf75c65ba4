//! What collections obey that are not made of plain rows.

/// Their commands.
pub(super) const SPECIAL: &[&str] = &["c:join", "c:tree", "c:timing", "c:retry"];

/// As [`SPECIAL`], with a limit.
pub(super) const SPECIAL_LIMIT: &[&str] = &["c:join", "c:tree", "c:limit", "c:timing", "c:retry"];

/// As [`SPECIAL`], with a limit and a start.
pub(super) const SPECIAL_PAGED: &[&str] = &["c:join", "c:tree", "c:start", "c:limit", "c:timing", "c:retry"];
