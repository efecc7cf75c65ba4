//! Capabilities of stderr.

use std::{
    env,
    io::{self, IsTerminal},
};

/// Returns whether stderr is a terminal that can redraw lines.
pub(super) fn can_draw() -> bool {
    io::stderr().is_terminal() && env::var_os("TERM").is_none_or(|term| term != "dumb")
}

/// Returns whether to use colors: see <https://no-color.org>.
pub(super) fn has_colours() -> bool {
    can_draw() && env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}
