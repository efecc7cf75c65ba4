//! Triggers for PlanetSide 2's live event stream.
//!
//! Annotate functions with [`#[trigger]`](trigger), write [`run!`] in `main`, and they are called with the events of
//! the game: auraxis finds the functions, works out what to subscribe to, keeps the stream honest, and dispatches.
//!
//! ```no_run
//! use auraxis::prelude::*;
//!
//! #[trigger(Death, condition = |death| death.is_headshot)]
//! fn on_headshot(death: Death) {
//!     println!("{} was shot in the head", death.character_id);
//! }
//!
//! fn main() -> auraxis::Result {
//!     auraxis::run!(service_id = "s:example")
//! }
//! ```
//!
//! Where to go from here:
//!
//! - [`trigger`] is the reference of the attribute, [`Trigger`] the same by hand.
//! - [`event`] lists the events, [`id`] what they refer to.
//! - [`run!`] and [`ClientBuilder`] set a client up; [`Client`] is what handlers talk to.
//! - Without the game, any bot runs on `--sim` (a simulated war) or `--replay FILE`.
//!
//! # Feature flags
//!
//! - `cli` (default): the flags of [`run!`] and its log. Implies `replay`.
//! - `compression` (default): recordings that end in `.zst` or `.gz`. Implies `replay`.
//! - `native-tls` (default): the TLS of the system.
//! - `native-tls-vendored`: the same with an OpenSSL that is built along.
//! - `replay` (default): recording the stream, and replaying recordings.
//! - `rustls`: TLS in Rust. The official event stream may be out of its reach.
//! - `sim` (default): the simulator behind `--sim`. Implies `cli`.
//! - `test`: the module `test`, to test triggers without a stream. Implies `replay`.

#[cfg(feature = "cli")]
mod cli;
mod run;
#[cfg(feature = "test")]
pub mod test;
#[cfg(not(feature = "cli"))]
mod variables;

#[doc(inline)]
pub use auraxis_core::{environment::Environment, time::Timestamp};
#[doc(inline)]
pub use auraxis_macros::{one_of, trigger};
pub use auraxis_runtime::{
    Action, Client, ClientBuilder, Condition, ConditionKey, Conditions, Context, Error, ErrorKind, Events, Fits,
    FromContext, Funnel, Handler, Ids, IntoError, Missing, Outcome, OverflowPolicy, Place, Result, Run, Shareable,
    Shutdown, State, Trigger, TriggerBuilder, TriggerHandle, WaitFor,
};
#[cfg(feature = "replay")]
pub use auraxis_runtime::{Replayed, Rotation, Speed};

pub mod ps2 {
    //! PlanetSide 2, as the REST API describes it: a type for each collection.
    #[doc(inline)]
    pub use auraxis_core::ps2::*;
}

pub mod census {
    //! Questions to the REST API, with a [`Client`](crate::Client) or on their own.
    #[doc(inline)]
    pub use auraxis_core::census::*;
    #[doc(inline)]
    pub use auraxis_runtime::census::*;
}

pub mod event {
    //! What the game sends, and what auraxis itself has to say.
    #[doc(inline)]
    pub use auraxis_core::event::*;
}

pub mod id {
    //! Identifiers, each a type of its own, with the names that are known.
    #[doc(inline)]
    pub use auraxis_core::id::*;
}

pub mod interest {
    //! What a trigger wants: selectors and filters.
    #[doc(inline)]
    pub use auraxis_core::{interest::*, scope::Scope};
}

pub mod prelude {
    //! Everything that most bots need: `use auraxis::prelude::*;`.
    #[doc(no_inline)]
    pub use crate::{
        Client, Environment, Shutdown, State, Timestamp, Trigger, TriggerHandle,
        event::*,
        id::*,
        one_of,
        ps2::{Character, Item, Outfit, World},
        trigger,
    };
}

/// Runs the program's triggers, and returns when it is told to stop.
///
/// Each key is a method of [`ClientBuilder`]; `state` may be given several times, for several types.
///
/// ```no_run
/// # use std::{sync::atomic::AtomicU64, time::Duration};
/// # #[derive(Default)]
/// # struct Deaths(AtomicU64);
/// fn main() -> auraxis::Result {
///     auraxis::run!(service_id = "s:example", state = Deaths::default(), grace = Duration::from_secs(5))
/// }
/// ```
///
/// The program gets a command line; `--help` explains it. A flag takes precedence over its environment variable, that
/// over a key here. Flags of which one would be ignored are an error.
///
/// # Without a command line
///
/// Without the feature `cli`, there are no flags: the arguments are left to the program. Environment variables are read
/// all the same, and take precedence over keys. Nothing sets up a log: to see what auraxis has to say, set up a subscriber
/// for `tracing` before `run!`. Everything else below holds.
///
/// # Output
///
/// Stdout belongs to the handlers, which may use `println!`: when nobody reads it any more, as with `| head`, the
/// program stops in order and exits with 0; when it cannot be written, as on a full disk, with the reason and 1. A panic
/// hook that `run!` installs sees to that; other panics go to the hook that was there before.
///
/// What auraxis has to say goes to stderr, as much of it as `RUST_LOG` asks for, in colours on a terminal unless
/// `NO_COLOR` is set. A log that cannot be written is lost and stops nothing. A program that has set up a subscriber for
/// `tracing` keeps it.
///
/// # The end
///
/// Ctrl-C and SIGTERM stop in order, as `--for` does and [`Client::shutdown`]. A second signal ends the program at once,
/// with exit code 1, and so does a handler that does not end within the [grace period](ClientBuilder::grace) and cannot
/// be given up because it blocks.
///
/// # Errors
///
/// Whatever keeps the client from starting or going on, in prose if it is returned from `main`. Within an asynchronous
/// runtime, use `Client::builder().registered().build()?.run().await` instead.
#[macro_export]
macro_rules! run {
    ($($key:ident = $value:expr),* $(,)?) => {
        $crate::__private::run(
            $crate::Client::builder().registered()$(.$key($value))*,
            $crate::__private::Program {
                // Cargo sets it for binaries and examples alone.
                name: ::core::option_env!("CARGO_BIN_NAME").or(::core::option_env!("CARGO_PKG_NAME")),
                version: ::core::option_env!("CARGO_PKG_VERSION"),
            },
        )
    };
}

/// The programs of the README are built like any other.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

/// For generated code.
#[doc(hidden)]
pub mod __private {
    pub use auraxis_runtime::__private::*;

    #[cfg(feature = "cli")]
    pub use crate::cli::run;
    pub use crate::run::Program;
    #[cfg(not(feature = "cli"))]
    pub use crate::variables::run;
}
