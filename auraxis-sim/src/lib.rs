//! A local server for development and tests: PlanetSide 2's event stream and REST API, with a simulated war.
//!
//! Use it to develop, demonstrate and test bots without the game, a service id or Internet access. Both APIs listen on
//! the same port of 127.0.0.1. [`Sim`] runs in-process, so tests can inspect it and inject faults; the `auraxis-sim`
//! binary runs standalone. Events come from [`War`], a pure iterator that yields the same events for the same seed.
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
//! let sim = auraxis_sim::Sim::builder().seed(1).rate(50.0).start().await?;
//! println!("point a bot at {} and {}", sim.ess_url(), sim.rest_url());
//! sim.shutdown().await;
//! # std::io::Result::Ok(()) })?;
//! # std::io::Result::Ok(())
//! ```
//!
//! REST always agrees with the stream, because both show the same state of the war. A [`Script`] injects faults, and a
//! [`Scorer`] compares what a client received with the ground truth: what was sent to it.

// `playback` takes events from the war when they are due, and the hub in `ess` sends them to clients. `rest` answers
// requests from the current state of the war. `faults` defines the faults that can be injected, and `truth` records the
// ground truth.

mod builder;
mod ess;
mod faults;
mod log;
mod playback;
mod rest;
mod rest_fault;
mod server;
mod service_id;
mod sim;
mod socket;
mod state;
mod truth;
mod war;

pub use builder::Builder;
pub use faults::{Fault, FaultInfo, Injection, Links, OddValue, ParseFaultError, ParseScriptError, Script};
pub use rest_fault::RestFault;
pub use sim::Sim;
pub use truth::{ReportedGap, Score, Scorer, TruthEntry};
pub use war::{War, WarEvent};
