//! A framework for PlanetSide 2's live event stream.
//!
//! Annotate functions with [`#[trigger]`](trigger), write [`run!`] in `main`, and auraxis finds the functions, subscribes
//! to the events they need, keeps the connection alive and calls them.
//!
//! ```no_run
//! use auraxis::prelude::*;
//!
//! #[trigger(BattleRankUp)]
//! async fn print_levelup(event: BattleRankUp, client: Client) -> auraxis::Result {
//!     let Some(character) = client.get_by_id::<Character>(event.character_id).await? else {
//!         println!("Skipping anonymous player");
//!         return Ok(());
//!     };
//!     println!("{} has reached BR {}!", character.name_long(&client).await?, event.battle_rank);
//!     Ok(())
//! }
//!
//! fn main() -> auraxis::Result {
//!     auraxis::run!(service_id = "s:example")
//! }
//! ```
//!
//! Run any bot without the game: `cargo run -- --sim` connects it to a simulated war, `--replay FILE` to a recording.
//!
//! Where to go from here:
//!
//! - [`trigger`] is the reference of the attribute, [`Trigger`] the same by hand.
//! - [`event`] lists the events, [`id`] the identifiers they contain.
//! - [`run!`] and [`ClientBuilder`] configure a client; [`Client`] is what handlers use.
//! - [`census`] queries the REST API, [`ps2`] has its types.
#![cfg_attr(feature = "test", doc = "- [`test`](mod@test) tests triggers without a connection and without waiting.")]
//!
//! # Feature flags
//!
//! - `cli` (default): the command line of [`run!`], and its log. Implies `replay`.
//! - `compression` (default): compressed recordings, `.zst` and `.gz`. Implies `replay`.
//! - `native-tls` (default): the operating system's TLS.
//! - `native-tls-vendored`: the same, with OpenSSL built from source.
//! - `replay` (default): recording the stream, and replaying recordings.
//! - `rustls`: TLS in Rust. It may not be able to connect to the official event stream, which has been seen to offer only
//!   RSA key exchange.
//! - `sim` (default): the simulator behind `--sim`. Implies `cli`.
//! - `test`: the module `test`. Implies `replay`.

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
    Client, ClientBuilder, Condition, ConditionKey, Conditions, Context, Error, ErrorKind, Events, Fits, FromContext,
    FromContextError, Handler, Ids, IntoError, IntoResult, OverflowPolicy, Result, Shareable, Shutdown, SourceLocation,
    State, Trigger, TriggerBuilder, TriggerHandle, TriggerStats, WaitFor,
};
#[cfg(feature = "replay")]
pub use auraxis_runtime::{ReplayProgress, Rotation, Speed};

pub mod ps2 {
    //! A type for each collection of the REST API: characters, outfits, items and so on.
    #[doc(inline)]
    pub use auraxis_core::ps2::*;
}

pub mod census {
    //! The REST API: queries, and [`Census`], a client without the event stream.
    #[doc(inline)]
    pub use auraxis_core::census::*;
    #[doc(inline)]
    pub use auraxis_runtime::census::*;
}

pub mod event {
    //! Events of the game, and signals of auraxis itself.
    #[doc(inline)]
    pub use auraxis_core::event::*;
}

pub mod id {
    //! Identifiers, a type for each, with the names of known values.
    #[doc(inline)]
    pub use auraxis_core::id::*;
}

pub mod interest {
    //! What a trigger subscribes to: selectors and filters.
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

/// Runs the triggers of the program until it is stopped.
///
/// Each key is a method of [`ClientBuilder`]. `state` can be given several times, for values of different types.
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
/// The program gets a command line, see `--help`. Precedence: flag, variable, key, default. Empty variables are ignored.
/// Conflicting flags are rejected.
///
/// # Without the feature `cli`
///
/// There are no flags, and the arguments are left to the program. Environment variables work as described above. No log
/// is set up: install a `tracing` subscriber before `run!`.
///
/// # Output
///
/// Stdout belongs to the handlers, which can use `println!`. If its reader is gone, as with `| head`, the program stops
/// gracefully and exits with 0; if it cannot be written, as on a full disk, it exits with the reason and 1. `run!`
/// installs a panic hook for this, which passes all other panics to the previous hook.
///
/// Logs go to stderr; `RUST_LOG` sets the level, `NO_COLOR` turns colors off. A log that cannot be written is lost and
/// stops nothing. A `tracing` subscriber that the program has installed is kept.
///
/// # Shutdown
///
/// Ctrl-C, SIGTERM, `--for` and [`Client::shutdown`] stop the client gracefully. A second signal exits immediately with
/// exit code 1, and so does a handler that blocks for longer than the [grace period](ClientBuilder::grace).
///
/// # Errors
///
/// Returns an error if the client cannot start or go on; `main` prints it in prose. Inside an asynchronous runtime, use
/// `Client::builder().registered().build()?.run().await` instead.
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

/// Programs in the documentation are built like any other.
#[cfg(doctest)]
mod documentation {
    #[doc = include_str!("../README.md")]
    struct Readme;
    #[doc = include_str!("../docs/census.md")]
    struct Census;
    #[doc = include_str!("../docs/configuration.md")]
    struct Configuration;
    #[doc = include_str!("../docs/testing.md")]
    struct Testing;
    #[doc = include_str!("../docs/triggers.md")]
    struct Triggers;
}

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
