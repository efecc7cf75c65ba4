//! `#[trigger]`, `one_of!` and `run!` with shadowed names, in every position, and with many lints denied.

#![no_implicit_prelude]
#![forbid(unsafe_code)]
#![deny(
    warnings,
    missing_debug_implementations,
    missing_docs,
    rust_2018_idioms,
    trivial_casts,
    unreachable_pub,
    unused,
    unused_qualifications,
    unused_results,
    clippy::pedantic
)]
#![allow(
    clippy::needless_pass_by_value,
    clippy::unused_async,
    reason = "these concern the functions themselves: a trigger takes its event by value"
)]

/// Constants with the names of generated variables: in a pattern, a constant takes precedence.
mod constants {
    #![allow(dead_code, non_upper_case_globals, reason = "only the names matter")]

    use ::auraxis::{Client, event::Death, trigger};

    const event: ::core::primitive::u8 = 0;
    const context: ::core::primitive::u8 = 0;
    const a1: ::core::primitive::u8 = 0;

    #[trigger]
    fn constants(death: Death, client: Client) {
        ::core::mem::drop((death, client));
    }
}

/// Items with the names of those in the generated code.
mod shadowed {
    #![allow(dead_code, non_camel_case_types, unused_macros, reason = "only the names matter")]

    use ::auraxis::{Client, Shutdown, event::Death, trigger};

    struct Box;
    struct Clone;
    struct Context;
    struct Debug;
    struct Err;
    struct Event;
    struct From;
    struct FromContext;
    struct Ok;
    struct Option;
    struct OverflowPolicy;
    struct Registration;
    struct Result;
    struct Some;
    struct State;
    struct Trigger;
    struct bool;

    mod alloc {}
    mod auraxis {}
    mod core {}
    mod inventory {}
    mod std {}

    macro_rules! file {
        () => {
            ::core::compile_error!("the user's macro was called")
        };
    }
    macro_rules! line {
        () => {
            ::core::compile_error!("the user's macro was called")
        };
    }
    macro_rules! module_path {
        () => {
            ::core::compile_error!("the user's macro was called")
        };
    }
    macro_rules! submit {
        () => {
            ::core::compile_error!("the user's macro was called")
        };
    }

    #[trigger(Death, condition = |death| death.is_headshot, overflow = block)]
    async fn names_of_types(_: Death, client: Client, shutdown: Shutdown) -> ::core::result::Result<(), Error> {
        ::core::mem::drop((file, client, shutdown));
        ::core::result::Result::Ok(())
    }

    fn file() {}

    #[trigger(Death, blocking)]
    fn event(_: Death, context: Client, a1: Shutdown) {
        ::core::mem::drop((context, a1));
    }

    fn a1(_: &Death) -> ::core::primitive::bool {
        true
    }

    fn c1(death: &Death) -> ::auraxis::id::CharacterId {
        death.character_id
    }

    #[trigger(Death, condition = a1, key = c1)]
    async fn context(_: Death, client: Client, event: Shutdown) {
        ::core::mem::drop((client, event));
    }

    #[trigger]
    fn build(build: Death) {
        ::core::mem::drop(build);
    }

    #[derive(::core::fmt::Debug)]
    struct Error;

    impl ::core::fmt::Display for Error {
        fn fmt(&self, _: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            ::core::result::Result::Ok(())
        }
    }

    impl ::core::error::Error for Error {}

    ::auraxis::one_of! {
        enum Self_ { Death, ::auraxis::event::BattleRankUp }
    }

    #[trigger(Death, ::auraxis::event::BattleRankUp)]
    fn one_of(either: Self_) {
        match either {
            Self_::Death(death) => ::core::mem::drop(death),
            Self_::BattleRankUp(rank_up) => ::core::mem::drop(rank_up),
        }
    }

    fn run() -> ::auraxis::Result {
        ::auraxis::run!(service_id = "s:example", state = 1_u8, state = "two")
    }
}

/// Captures of `macro_rules!` in every position.
mod captured {
    use ::auraxis::{event::Death, prelude::*};

    macro_rules! triggers {
        (
            $event:ty, $path:path, $one:ident, $selector:expr, $owner:ty, $word:literal;
            $function:ident, $parameter:ident, $pattern:pat, $extractor:ty, $output:ty;
            $condition:expr, $closure:expr, $name:expr, $option:ident, $policy:ident, $root:path
        ) => {
            #[trigger($event, condition = $condition, condition = $closure, name = $name, $option, overflow = $policy)]
            async fn $function($parameter: $event, client: $extractor) -> $output {
                ::core::mem::drop(($parameter, client));
                ::core::result::Result::Ok(())
            }

            mod $function {
                use ::auraxis::prelude::*;

                #[trigger($selector, <$owner>::filter_experience(8))]
                fn selector($pattern: $owner) {}

                #[trigger($word)]
                fn word(_: UnknownEvent) {}

                #[trigger]
                fn first_parameter(_: $owner) {}

                #[trigger($path, crate = $root)]
                fn path(_: $path) {}
            }

            one_of! {
                enum Either { $one, $owner }
            }

            #[trigger($one, $owner)]
            fn either(either: Either) {
                match either {
                    Either::$one(event) => ::core::mem::drop(event),
                    Either::GainExperience(event) => ::core::mem::drop(event),
                }
            }
        };
    }

    fn enabled(_: &Death) -> bool {
        true
    }

    triggers! {
        Death, ::auraxis::event::BattleRankUp, Death, GainExperience::filter_experience(7), GainExperience, "Birth";
        captures, event, _, Client, ::auraxis::Result;
        enabled, |death| death.is_headshot, "captures in all positions", sequential, drop_newest, ::auraxis
    }
}

/// Other attributes above and below `#[trigger]`.
mod attributed {
    use ::auraxis::prelude::*;
    use ::tracing::instrument;

    #[cfg(any())]
    #[trigger(Nothing)]
    fn absent(_: Nothing) {}

    #[trigger(Nothing)]
    #[cfg(any())]
    fn absent(_: Nothing) {}

    #[cfg_attr(all(), trigger(Death))]
    fn conditional_attribute(_: Death) {}

    #[cfg(not(target_os = "none"))]
    #[trigger(Death)]
    #[cfg(not(target_os = "none"))]
    #[inline]
    #[must_use = "it is a future"]
    /// Documented.
    pub(crate) async fn in_the_middle(_: Death) -> ::auraxis::Result {
        ::core::result::Result::Ok(())
    }

    #[instrument]
    #[trigger(Death)]
    async fn instrumented_above(_: Death, _: Client) {}

    #[trigger(Death)]
    #[instrument(skip_all)]
    async fn instrumented_below(_: Death, _: Client) -> ::auraxis::Result {
        ::core::result::Result::Ok(())
    }

    #[trigger(Death)]
    #[instrument]
    fn instrumented(_: Death) {}

    // `#[tokio::main]` turns the function into a plain `fn`, which is what `#[trigger]` receives.
    #[::tokio::main(flavor = "current_thread", crate = "::tokio")]
    #[trigger(Death, blocking)]
    async fn with_its_own_runtime(_: Death) {}
}

/// Triggers in every position where items are allowed.
mod nested {
    use ::auraxis::prelude::*;

    pub(super) fn function() {
        #[trigger(Death)]
        fn in_a_function(_: Death) {}

        if false {
            type Local = Death;

            #[trigger(Local)]
            fn in_a_block(_: Local) {}
        }
        let closure = || {
            #[trigger(Death)]
            fn in_a_closure(_: Death) {}
        };
        closure();
    }

    const _: () = {
        #[trigger(Death)]
        fn in_a_constant(_: Death) {}
    };

    pub(super) struct Method;

    impl Method {
        pub(super) fn call() {
            #[trigger(Death)]
            fn in_a_method(_: Death) {}
        }
    }

    mod r#mod {
        #[::auraxis::trigger(::auraxis::event::Death)]
        fn r#type(r#struct: ::auraxis::event::Death) {
            ::core::mem::drop(r#struct);
        }
    }

    mod toolbox {
        pub(super) use ::auraxis as framework;
    }

    #[toolbox::framework::trigger(Death, overflow = block, crate = toolbox::framework)]
    fn from_a_toolbox(_: Death, _: Client) {}
}

mod registry {
    use ::auraxis::{Client, TriggerHandle};
    use ::std::{assert_eq, prelude::rust_2024::*};

    use super::{attributed, nested};

    #[test]
    fn holds_every_trigger() {
        nested::function();
        nested::Method::call();
        let _: fn(_) -> _ = attributed::in_the_middle;

        let triggers = Client::builder().registered().build().unwrap().triggers();
        let mut names: Vec<_> = triggers.iter().map(TriggerHandle::name).collect();
        names.sort_unstable();
        assert_eq!(
            names,
            [
                "build",
                "captures in all positions",
                "conditional_attribute",
                "constants",
                "context",
                "either",
                "event",
                "first_parameter",
                "from_a_toolbox",
                "in_a_block",
                "in_a_closure",
                "in_a_constant",
                "in_a_function",
                "in_a_method",
                "in_the_middle",
                "instrumented",
                "instrumented_above",
                "instrumented_below",
                "names_of_types",
                "one_of",
                "path",
                "selector",
                "type",
                "with_its_own_runtime",
                "word",
            ]
        );
    }
}
