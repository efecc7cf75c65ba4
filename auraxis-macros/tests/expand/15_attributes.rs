use auraxis::prelude::*;

/// Counts deaths.
#[trigger(Death)]
#[cfg(not(target_os = "none"))]
#[allow(deprecated)]
#[must_use]
#[inline(never)]
pub(crate) async fn documented(_: Death) -> auraxis::Result {
    Ok(())
}
