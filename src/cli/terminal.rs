//! What stderr can show.

use std::{
    env,
    io::{self, IsTerminal},
};

/// Whether it is a terminal on which lines can be drawn anew.
pub(super) fn can_draw() -> bool {
    io::stderr().is_terminal() && env::var_os("TERM").is_none_or(|term| term != "dumb")
}

/// Whether it has colours, and the user wants them: see <https://no-color.org>.
pub(super) fn has_colours() -> bool {
    can_draw() && env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}
