//! The command line of a bot: what `run!` does.

mod arguments;
mod log;
mod program;
mod progress;
mod running;
mod sim;
mod stdout;
mod terminal;
mod watchdog;

use auraxis_runtime::{ClientBuilder, Error, ErrorKind, Result};

pub use self::program::Program;
use self::{arguments::Arguments, progress::Progress, running::Running, watchdog::Watchdog};

/// Reads the command line, then runs the client to its end.
#[doc(hidden)]
pub fn run(builder: ClientBuilder, program: Program) -> Result {
    if tokio::runtime::Handle::try_current().is_ok() {
        return Err(Error::setup(
            "`run!` starts a runtime of its own and cannot be used within one: write \
             `Client::builder().registered().build()?.run().await` instead, or call `run!` from a plain `fn main()`",
        ));
    }
    let arguments = Arguments::read(program);
    let progress = Progress::default();
    log::init(&progress);
    stdout::guard();

    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Error::setup("the asynchronous runtime cannot be started").caused_by(error))?;
    let result = runtime.block_on(async {
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
        let _watchdog = Watchdog::start(&client)?;
        let running = Running::new();
        let result = progress.show(&client).await;
        if let Err(error) = &result
            && error.kind() == ErrorKind::Stuck
        {
            // It may be stderr that holds up the handler, and would hold up whoever tells the error.
            watchdog::exit(Some(error.to_string()));
        }
        drop(running);
        result.and_then(|()| stdout::state())
    });
    // Handlers had their grace period; a blocking one that is left must not keep the program.
    runtime.shutdown_background();
    result
}
