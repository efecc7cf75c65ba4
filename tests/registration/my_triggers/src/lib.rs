//! A library that contains only triggers, none of which the program calls.

#![forbid(unsafe_code)]
#![deny(warnings, missing_debug_implementations, missing_docs, unreachable_pub, clippy::pedantic)]
#![allow(clippy::needless_pass_by_value, reason = "a trigger takes its event by value")]

use auraxis::prelude::*;

one_of! {
    /// A kill, or the destruction of a vehicle.
    pub enum Fight { Death, VehicleDestroy }
}

/// Listens to both events.
#[trigger(Death, VehicleDestroy)]
pub fn in_a_library(_: Fight) {}

mod deep {
    mod inside {
        use auraxis::prelude::*;

        #[trigger]
        fn in_a_private_module(_: Death) {}
    }
}
