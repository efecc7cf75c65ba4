//! Tests of the enum that `one_of!` declares. Its errors are tested in `diagnostics`.

use super::expansion::tokens;
use crate::one_of;

#[test]
fn an_enum_with_a_variant_for_each_event() {
    let expansion = one_of::expand(tokens(
        "/// A fight.
        #[derive(PartialEq)]
        pub(crate) enum Fight { Death, auraxis::event::VehicleDestroy, }",
    ));
    let expected = tokens(
        r#"/// A fight.
        #[derive(PartialEq)]
        #[derive(::core::clone::Clone, ::core::fmt::Debug)]
        pub(crate) enum Fight {
            #[doc = "See [`Death`]."]
            Death(Death),
            #[doc = "See [`auraxis::event::VehicleDestroy`]."]
            VehicleDestroy(auraxis::event::VehicleDestroy),
        }
        impl ::core::convert::From<Death> for Fight {
            fn from(event: Death) -> Self {
                Self::Death(event)
            }
        }
        impl ::core::convert::From<auraxis::event::VehicleDestroy> for Fight {
            fn from(event: auraxis::event::VehicleDestroy) -> Self {
                Self::VehicleDestroy(event)
            }
        }"#,
    );
    assert_eq!(expansion.to_string(), expected.to_string());
}
