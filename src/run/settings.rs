//! Settings from environment variables or flags.

use auraxis_core::environment::Environment;
use auraxis_runtime::ClientBuilder;

/// Settings that take precedence over the keys of `run!`.
pub(crate) struct Settings {
    pub(crate) service_id: Option<String>,
    pub(crate) environment: Option<Environment>,
    pub(crate) ess_url: Option<String>,
    pub(crate) rest_url: Option<String>,
}

impl Settings {
    pub(crate) fn apply(self, mut builder: ClientBuilder) -> ClientBuilder {
        if let Some(id) = self.service_id {
            builder = builder.service_id(id);
        }
        if let Some(environment) = self.environment {
            builder = builder.environment(environment);
        }
        if let Some(url) = self.ess_url {
            builder = builder.ess_url(url);
        }
        if let Some(url) = self.rest_url {
            builder = builder.rest_url(url);
        }
        builder
    }
}
