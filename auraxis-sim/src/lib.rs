//! A local Census: the event stream and the REST API of PlanetSide 2, with a small war going on.
//!
//! Bots are developed, shown and tested against it, without the game, a service id or the Internet. Both protocols are
//! on one port of this machine. [`Sim`] runs it inside a program, and lets tests look into it and disturb it; the
//! binary `auraxis-sim` runs it on its own. What happens comes from [`War`], a pure iterator that is the same for the
//! same seed.
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
//! How it fits together: `pace` takes events from the war when they are due, and gives each to the stream's `ess` hub
//! with the war locked; `rest` answers from the war as it is in between. So REST agrees with the stream at every
//! moment. `trouble` holds what goes wrong on request, and `truth` what a client is scored against.

mod builder;
mod ess;
mod fault;
mod line;
mod log;
mod pace;
mod rest;
mod server;
mod sim;
mod state;
mod trouble;
mod truth;
mod war;

pub use builder::Builder;
pub use fault::RestFault;
pub use sim::Sim;
pub use trouble::{Fault, Form, Links, Misread, Script, ScriptError, Strike};
pub use truth::{Entry, Score, Scorer};
pub use war::{Report, War};
