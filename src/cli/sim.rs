//! The simulator behind `--sim`.

#[cfg(feature = "sim")]
pub(super) use auraxis_sim::Sim;

use auraxis_core::environment::Environment;
use auraxis_runtime::{Error, Result};

#[cfg(feature = "sim")]
pub(super) async fn start(environment: Environment) -> Result<Sim> {
    let sim = Sim::builder().environment(environment).start().await;
    sim.map_err(|error| Error::setup("cannot start the simulator").caused_by(error))
}

#[cfg(not(feature = "sim"))]
pub(super) enum Sim {}

#[cfg(not(feature = "sim"))]
impl Sim {
    pub(super) fn ess_url(&self) -> String {
        match *self {}
    }

    pub(super) fn rest_url(&self) -> String {
        match *self {}
    }
}

#[cfg(not(feature = "sim"))]
#[allow(clippy::unused_async)] // The signature is that of the real function.
pub(super) async fn start(_environment: Environment) -> Result<Sim> {
    Err(Error::setup(
        "cannot start the simulator: this program was built without it; enable the feature `sim` of auraxis",
    ))
}
