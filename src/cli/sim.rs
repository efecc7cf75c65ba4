//! The simulator behind `--sim`, where it is built in.

#[cfg(feature = "sim")]
pub(super) use auraxis_sim::Sim;

use auraxis_core::environment::Environment;
use auraxis_runtime::{Error, Result};

#[cfg(feature = "sim")]
pub(super) async fn start(environment: Environment) -> Result<Sim> {
    let sim = Sim::builder().environment(environment).start().await;
    sim.map_err(|error| Error::setup("the simulator cannot be started").caused_by(error))
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
#[allow(clippy::unused_async)] // As the one above.
pub(super) async fn start(_environment: Environment) -> Result<Sim> {
    Err(Error::setup("`--sim` is not built in: add the feature `sim` of auraxis"))
}
