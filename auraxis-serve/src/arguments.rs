//! The flags of a program that serves.
#![allow(clippy::doc_markdown)] // Doc comments are the help text here.

use std::{fmt, fs, path::PathBuf};

use auraxis_runtime::{ClientBuilder, Error, Result};
use clap::Args;

use crate::server::Serve as _;

/// What to serve over HTTP.
#[derive(Args, Clone, Default)]
#[group(skip)]
pub struct ServeArguments {
    /// Serve health, metrics, a live page and the events on this address, e.g. 127.0.0.1:8080, over HTTP
    #[arg(long, value_name = "ADDR", env = "AURAXIS_SERVE")]
    pub serve: Option<String>,

    /// With --serve: the token that allows pausing triggers; without one, nothing can be changed over HTTP
    #[arg(long, value_name = "TOKEN", env = "AURAXIS_SERVE_TOKEN", hide_env_values = true)]
    pub serve_token: Option<String>,

    /// With --serve: a file with that token
    #[arg(long, value_name = "FILE", env = "AURAXIS_SERVE_TOKEN_FILE")]
    pub serve_token_file: Option<PathBuf>,

    /// With --serve: an origin whose pages can read what is served, e.g. https://example.com, or *; can be repeated
    #[arg(long, value_name = "ORIGIN", env = "AURAXIS_SERVE_ALLOW_ORIGIN", value_delimiter = ',')]
    pub serve_allow_origin: Vec<String>,
}

impl ServeArguments {
    /// Applies the flags to a client. They take precedence over its settings.
    ///
    /// # Errors
    ///
    /// Returns an error if the file of the token cannot be read, or is empty.
    pub fn apply(self, mut builder: ClientBuilder) -> Result<ClientBuilder> {
        if let Some(address) = self.serve {
            builder = builder.serve(address);
        }
        if let Some(path) = self.serve_token_file {
            let token = fs::read_to_string(&path).map_err(|error| {
                Error::setup(format!("cannot read the token file `{}`", path.display())).caused_by(error)
            })?;
            if token.trim().is_empty() {
                return Err(Error::setup(format!("the token file `{}` is empty", path.display())));
            }
            builder = builder.serve_token(token.trim());
        }
        if let Some(token) = self.serve_token {
            builder = builder.serve_token(token);
        }
        if !self.serve_allow_origin.is_empty() {
            builder = builder.serve_settings(|settings| {
                self.serve_allow_origin.into_iter().fold(settings, crate::Settings::allow_origin)
            });
        }
        Ok(builder)
    }
}

impl fmt::Debug for ServeArguments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServeArguments").field("serve", &self.serve).finish_non_exhaustive()
    }
}
