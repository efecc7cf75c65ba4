//! Serving over HTTP.

#[cfg(feature = "serve")]
pub(super) use auraxis_serve::ServeArguments;
#[cfg(not(feature = "serve"))]
pub(super) use without::ServeArguments;

#[cfg(not(feature = "serve"))]
mod without {
    #![allow(clippy::doc_markdown)] // Doc comments are the help text here.

    use auraxis_runtime::{ClientBuilder, Error, Result};
    use clap::Args;

    /// The flag of a program that cannot serve.
    #[derive(Args)]
    #[group(skip)]
    pub(crate) struct ServeArguments {
        /// Serve health, metrics, a live page and the events over HTTP; requires the feature `serve`
        #[arg(long, value_name = "ADDR", env = "AURAXIS_SERVE")]
        serve: Option<String>,
    }

    impl ServeArguments {
        pub(crate) fn with_precedence(self, _is_flag: impl Fn(&str) -> bool) -> Self {
            self
        }

        pub(crate) fn apply(self, builder: ClientBuilder) -> Result<ClientBuilder> {
            if self.serve.is_some() {
                return Err(Error::setup(
                    "cannot serve over HTTP: this program was built without it; enable the feature `serve` of auraxis",
                ));
            }
            Ok(builder)
        }
    }
}
