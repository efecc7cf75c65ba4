//! A library that holds nothing but triggers, and that nothing is called from.

#![forbid(unsafe_code)]
#![deny(warnings, missing_debug_implementations, missing_docs, unreachable_pub, clippy::pedantic)]
#![allow(clippy::needless_pass_by_value, reason = "a trigger owns its event")]

use auraxis::prelude::*;

one_of! {
    /// Something was shot.
    pub enum Fight { Death, VehicleDestroy }
}

/// Listens to both.
#[trigger(Death, VehicleDestroy)]
pub fn of_a_library(_: Fight) {}

mod deep {
    mod inside {
        use auraxis::prelude::*;

        #[trigger]
        fn of_a_private_module(_: Death) {}
    }
}
