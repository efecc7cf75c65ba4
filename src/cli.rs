//! `run!` with a command line.

mod arguments;
mod log;
mod progress;
mod sim;
mod terminal;

use auraxis_runtime::{ClientBuilder, Result};

use self::{arguments::Arguments, progress::Progress};
use crate::run::{Program, block_on, check_thread, stdout, watch};

/// Reads the command line, then runs the client.
#[doc(hidden)]
pub fn run(builder: ClientBuilder, program: Program) -> Result {
    check_thread()?;
    let arguments = Arguments::read(program);
    let progress = Progress::default();
    log::init(&progress);
    block_on(async {
        if arguments.explain {
            let client = arguments.apply(builder).build()?;
            return stdout::print(&format!("{}\n", client.explain()));
        }
        let is_simulated = arguments.sim;
        let mut builder = arguments.apply(builder);
        let sim = if is_simulated { Some(sim::start(builder.platform()).await?) } else { None };
        if let Some(sim) = &sim {
            builder = builder.ess_url(sim.ess_url()).rest_url(sim.rest_url());
        }
        let client = builder.build()?;
        watch(&client, progress.show(&client)).await
    })
}
