//! A framework for PlanetSide 2's live event stream.
//!
//! Annotate functions with [`#[trigger]`](trigger), write [`run!`] in `main`, and auraxis finds the functions,
//! subscribes to the events they need, keeps the connection alive and calls them.
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
//! - [`trigger`] documents the attribute; [`Trigger`] builds the same triggers without it. [`every`] runs functions
//!   periodically.
//! - [`event`] lists the events, [`id`] the identifiers they contain.
//! - [`run!`] and [`ClientBuilder`] configure a client; [`Client`] is what handlers use.
//! - [`census`] queries the REST API; [`ps2`] has a type for each of its collections.
#![cfg_attr(feature = "test", doc = "- [`test`](mod@test) tests triggers without a connection and without waiting.")]
//!
//! # Feature flags
//!
//! - `cli` (default): the command line of [`run!`], and its log. Implies `replay`.
//! - `compression` (default): compressed recordings, `.zst` and `.gz`. Implies `replay`.
//! - `cron` (default): `#[every(cron = "…")]`.
//! - `nats`: reading from NATS JetStream, the flag `--from`, and the module `nats`.
//! - `native-tls` (default): the operating system's TLS.
//! - `native-tls-vendored`: the same, with OpenSSL built from source.
//! - `replay` (default): recording the stream, and replaying recordings.
//! - `rustls`: TLS in Rust. It may not be able to connect to the official event stream, which has been seen to offer only
//!   RSA key exchange.
//! - `serve`: health, metrics, a live page and the events over HTTP, the flag `--serve`, and the module `serve`.
//! - `sim` (default): the simulator behind `--sim`. Implies `cli`.
//! - `test`: the module `test`. Implies `replay`.

#[cfg(feature = "cli")]
mod cli;
mod run;
#[cfg(feature = "test")]
pub mod test;
#[cfg(not(feature = "cli"))]
mod variables;

#[cfg(feature = "cli")]
pub use clap;

#[doc(inline)]
pub use auraxis_core::{delivery::Delivered, environment::Environment, time::Timestamp};
#[doc(inline)]
pub use auraxis_macros::{CustomEvent, every, one_of, trigger};
pub use auraxis_runtime::{
    Check, Client, ClientBuilder, Condition, ConditionKey, Conditions, Context, Error, ErrorKind, Events, Fits,
    FromContext, FromContextError, Handler, HandlerError, Ids, IntoError, IntoResult, OverflowPolicy, Result, RunError,
    Shareable, Shutdown, SourceLocation, State, Tick, Trigger, TriggerBuilder, TriggerHandle, TriggerStats, WaitFor,
};
#[cfg(feature = "replay")]
pub use auraxis_runtime::{ReplayProgress, Rotation, Speed};

pub mod ps2 {
    //! A type for each collection of the REST API: characters, outfits, items and so on.
    //!
    //! Load rows with [`Client::get_by_id`](crate::Client::get_by_id), [`Client::find`](crate::Client::find) or a
    //! [`Query`](crate::census::Query). Methods such as [`Character::outfit`] load related rows.
    #[doc(inline)]
    pub use auraxis_core::ps2::*;
}

pub mod census {
    //! The REST API: queries, and [`Census`], a client that does not need the event stream. Every
    //! [`Client`](crate::Client) has a `Census`, and methods to use it directly.
    #[doc(inline)]
    pub use auraxis_core::census::*;
    #[doc(inline)]
    pub use auraxis_runtime::census::*;
}

pub mod delivery {
    //! How an event was received: [`Delivered`], and what it contains.
    #[doc(inline)]
    pub use auraxis_core::delivery::*;
}

pub mod event {
    //! Events of the game, events derived from them, such as [`SessionEnd`], and signals of auraxis itself, such as
    //! [`Started`] or [`TriggerFailed`].
    //!
    //! [`Event`] can hold any of them. An event that this version does not know, or cannot parse, is an
    //! [`UnknownEvent`].
    #[doc(inline)]
    pub use auraxis_core::event::*;
}

pub mod health {
    //! The state of a client's stream, which [`Client::health`](crate::Client::health) returns.
    #[doc(inline)]
    pub use auraxis_runtime::health::*;
}

pub mod id {
    //! One type for each kind of identifier, with constants and names for known values.
    #[doc(inline)]
    pub use auraxis_core::id::*;
}

pub mod interest {
    //! What a trigger subscribes to: selectors and filters.
    #[doc(inline)]
    pub use auraxis_core::{interest::*, scope::Scope};
}

pub mod source {
    //! Sources of events other than the event stream, such as a broker: see [`ClientBuilder::source`].
    //!
    //! [`ClientBuilder::source`]: crate::ClientBuilder::source
    #[doc(inline)]
    pub use auraxis_runtime::source::*;
}

#[cfg(feature = "nats")]
pub mod nats {
    //! The same triggers behind NATS JetStream: [`NatsSource`] for bots, [`Relay`] for the program that holds the
    //! connections to the game.
    //!
    //! In `run!`, the keys `from`, `durable` and `since` are the methods of [`FromNats`].
    #[doc(inline)]
    pub use auraxis_nats::*;
}

#[cfg(feature = "serve")]
pub mod serve {
    //! Health, metrics, a live page and the events over HTTP: [`Serve`] starts a server with a client, and [`Routes`] returns
    //! the routes for programs that have an axum server of their own.
    //!
    //! In `run!`, the keys `serve`, `serve_token` and so on are the methods of [`Serve`].
    #[doc(inline)]
    pub use auraxis_serve::*;
}

pub mod prelude {
    //! Everything that most bots need: `use auraxis::prelude::*;`.
    #[doc(no_inline)]
    pub use crate::{
        Client, CustomEvent, Delivered, Environment, Shutdown, State, Tick, Timestamp, Trigger, TriggerHandle,
        event::*,
        every,
        id::*,
        one_of,
        ps2::{Character, Item, Outfit, World},
        trigger,
    };
}

/// Runs the triggers of the program until it is stopped.
///
/// Each key is a method of [`ClientBuilder`] and its argument. `state` can be given several times, for values of
/// different types.
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
/// The program gets a command line; see `--help`. A flag takes precedence over an environment variable, a variable over
/// a key, and a key over the default. Empty variables are ignored. Conflicting flags are rejected.
///
/// # Arguments of your own
///
/// With `args`, which comes first, the program has more flags and arguments: a type that implements `clap::Args`, as with
/// `#[derive(clap::Parser)]`. Handlers get it as a state. The feature `cli` re-exports [`clap`](crate::clap).
///
#[cfg_attr(feature = "cli", doc = "```no_run")]
#[cfg_attr(not(feature = "cli"), doc = "```ignore")]
/// use auraxis::{clap, prelude::*};
///
/// /// Announces deaths.
/// #[derive(clap::Parser)]
/// struct Arguments {
///     /// Only headshots
///     #[arg(long)]
///     headshots: bool,
/// }
///
/// #[trigger(Death)]
/// fn announce(death: Death, arguments: State<Arguments>) {
///     if death.is_headshot || !arguments.headshots {
///         println!("{} died", death.character_id);
///     }
/// }
///
/// fn main() -> auraxis::Result {
///     auraxis::run!(args = Arguments, service_id = "s:example")
/// }
/// ```
///
/// An argument with the name of a flag of auraxis is an error at the start.
///
/// # Without the feature `cli`
///
/// There are no flags, and the program can parse its own arguments. Environment variables work as described above.
/// Logging is not set up: install a `tracing` subscriber before `run!`.
///
/// # Output
///
/// Stdout is left to the handlers, which can use `println!`. If its reader is gone, as with `| head`, the program stops
/// gracefully and exits with 0. If stdout cannot be written for another reason, such as a full disk, the program stops
/// gracefully, reports the reason and exits with 1. `run!` installs a panic hook for this, which passes all other
/// panics to the previous hook.
///
/// Logs go to stderr; `RUST_LOG` sets the level, and `NO_COLOR` turns colors off. Log messages that cannot be written
/// are lost, and the program continues. A `tracing` subscriber that the program has installed is kept.
///
/// # Shutdown
///
/// Ctrl-C, SIGTERM, `--for` and [`Client::shutdown`] stop the client gracefully. On a second signal, or if a handler
/// blocks for longer than the [grace period](ClientBuilder::grace), the program exits with 1 without waiting any longer.
///
/// # Errors
///
/// Returns an error if the client cannot start or keep running; `main` prints it as readable text. Also returns an
/// error inside an asynchronous runtime: use `Client::builder().registered().build()?.run().await` there.
#[macro_export]
macro_rules! run {
    (args = $args:ty $(, $key:ident = $value:expr)* $(,)?) => {
        $crate::__private::run_with_args::<$args>($crate::__builder!($($key = $value),*), $crate::__program!())
    };
    ($($key:ident = $value:expr),* $(,)?) => {
        $crate::__private::run($crate::__builder!($($key = $value),*), $crate::__program!())
    };
}

/// The builder with the keys of the macro.
#[doc(hidden)]
#[macro_export]
macro_rules! __builder {
    ($($key:ident = $value:expr),*) => {{
        #[allow(unused_imports)]
        use $crate::__private::keys::*;
        $crate::Client::builder().registered()$(.$key($value))*
    }};
}

/// The program that contains the macro.
#[doc(hidden)]
#[macro_export]
macro_rules! __program {
    () => {
        $crate::__private::Program {
            // Cargo sets it for binaries and examples alone.
            name: ::core::option_env!("CARGO_BIN_NAME").or(::core::option_env!("CARGO_PKG_NAME")),
            version: ::core::option_env!("CARGO_PKG_VERSION"),
        }
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
    #[doc = include_str!("../docs/derived.md")]
    struct Derived;
    #[doc = include_str!("../docs/discord-py.md")]
    struct DiscordPy;
    #[doc = include_str!("../docs/performance.md")]
    struct Performance;
    #[cfg(feature = "nats")]
    #[doc = include_str!("../docs/scale.md")]
    struct Scale;
    #[cfg(feature = "serve")]
    #[doc = include_str!("../docs/serve.md")]
    struct Serve;
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
    pub use crate::cli::{run, run_with_args};
    pub use crate::run::{Program, keys};
    #[cfg(not(feature = "cli"))]
    pub use crate::variables::run;
}
