//! Keys of `run!` that are not methods of the builder: methods of traits, each of which needs a feature.
//!
//! Without the feature, a key is still known, so that the compiler says which feature is missing, instead of suggesting
//! another method.

#[cfg(feature = "nats")]
pub use auraxis_nats::FromNats as _;
#[cfg(feature = "serve")]
pub use auraxis_serve::Serve as _;

/// Defines keys that do not compile, each with its message.
#[cfg(not(all(feature = "nats", feature = "serve")))]
macro_rules! without {
    ($feature:ident: $($key:ident $message:tt)+) => {
        pub mod $feature {
            $(
                #[allow(non_camel_case_types, reason = "named after the key")]
                #[diagnostic::on_unimplemented(message = $message, label = "add this feature to the dependency `auraxis`")]
                pub trait $key {}
            )+

            pub trait Keys: Sized {
                $(
                    #[must_use]
                    fn $key<T: $key>(self, _value: T) -> Self {
                        self
                    }
                )+
            }

            impl Keys for auraxis_runtime::ClientBuilder {}
        }

        pub use self::$feature::Keys as _;
    };
}

#[cfg(not(feature = "nats"))]
without! {
    nats:
    from "the key `from` requires the feature `nats`"
    durable "the key `durable` requires the feature `nats`"
    since "the key `since` requires the feature `nats`"
}

#[cfg(not(feature = "serve"))]
without! {
    serve:
    serve "the key `serve` requires the feature `serve`"
    serve_token "the key `serve_token` requires the feature `serve`"
    serve_token_file "the key `serve_token_file` requires the feature `serve`"
    serve_allow_origin "the key `serve_allow_origin` requires the feature `serve`"
    serve_settings "the key `serve_settings` requires the feature `serve`"
}
