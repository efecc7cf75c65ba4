//! `run!` with a command line.

mod arguments;
mod broker;
mod duration;
mod log;
mod progress;
mod serve;
mod sim;
mod terminal;

use auraxis_runtime::{ClientBuilder, Result};

use self::{arguments::Arguments, progress::Progress};
use crate::run::{Program, block_on, check_thread, stdout, watch};

/// A program without arguments of its own.
#[derive(clap::Args)]
struct NoArguments {}

/// Reads the command line, then runs the client.
#[doc(hidden)]
pub fn run(builder: ClientBuilder, program: Program) -> Result {
    check_thread()?;
    let (arguments, NoArguments {}) = Arguments::read(program)?;
    start(program.describe(builder), arguments)
}

/// Reads the command line with the program's own arguments, which become a state, then runs the client.
#[doc(hidden)]
pub fn run_with_args<Own: clap::Args + Send + Sync + 'static>(builder: ClientBuilder, program: Program) -> Result {
    check_thread()?;
    let (arguments, own) = Arguments::read::<Own>(program)?;
    start(program.describe(builder).state(own), arguments)
}

fn start(builder: ClientBuilder, arguments: Arguments) -> Result {
    let progress = Progress::default();
    log::init(&progress, arguments.log_format);
    block_on(async {
        if arguments.explain {
            let client = arguments.apply(builder)?.build()?;
            return stdout::print(&format!("{}\n", client.explain()));
        }
        let is_simulated = arguments.sim;
        let mut builder = arguments.apply(builder)?;
        let sim = if is_simulated { Some(sim::start(builder.platform()).await?) } else { None };
        if let Some(sim) = &sim {
            builder = builder.ess_url(sim.ess_url()).rest_url(sim.rest_url());
        }
        let client = builder.build()?;
        watch(&client, progress.show(&client)).await
    })
}
