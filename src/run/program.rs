//! The program that contains `run!`.

use auraxis_runtime::ClientBuilder;

/// The program that contains `run!`, as named by Cargo.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Program {
    /// Defaults to the name of the executable.
    pub name: Option<&'static str>,
    pub version: Option<&'static str>,
}

impl Program {
    /// Passes name and version on to what is served.
    #[cfg_attr(not(feature = "serve"), allow(clippy::unused_self))]
    pub(crate) fn describe(self, builder: ClientBuilder) -> ClientBuilder {
        #[cfg(feature = "serve")]
        let builder = auraxis_serve::Serve::serve_settings(builder, |settings| settings.bot(self.name, self.version));
        builder
    }
}
