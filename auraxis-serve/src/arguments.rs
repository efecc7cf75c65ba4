//! The flags of a program that serves.
#![allow(clippy::doc_markdown, rustdoc::bare_urls)] // Doc comments are the help text here.

use std::{fmt, path::PathBuf};

use auraxis_runtime::{ClientBuilder, Error, Result};
use clap::Args;

use crate::server::{HttpServer, Serve as _};

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

    /// A flag of these that was given on the command line and needs `--serve`.
    #[arg(skip)]
    dependent: Option<&'static str>,
}

impl ServeArguments {
    /// Lets flags take precedence over variables. `is_flag` returns whether an argument was given as a flag.
    #[must_use]
    pub fn with_precedence(mut self, is_flag: impl Fn(&str) -> bool) -> Self {
        if is_flag("serve_token_file") && !is_flag("serve_token") {
            self.serve_token = None;
        }
        let dependents = ["serve_token", "serve_token_file", "serve_allow_origin"];
        self.dependent = dependents.into_iter().find(|argument| is_flag(argument));
        self
    }

    /// Applies the flags to a client. They take precedence over its settings.
    ///
    /// # Errors
    ///
    /// Returns an error if a flag is given for a server that there is not.
    pub fn apply(self, mut builder: ClientBuilder) -> Result<ClientBuilder> {
        if let Some(address) = self.serve {
            builder = builder.serve(address);
        }
        if let Some(argument) = self.dependent {
            let mut is_served = false;
            builder = builder.configure_companion(|server: HttpServer| {
                is_served = server.has_address();
                server
            });
            if !is_served {
                let flag = argument.replace('_', "-");
                let fault = format!("`--{flag}` requires a server; add `--serve ADDR`, or remove `--{flag}`");
                return Err(Error::setup(fault));
            }
        }
        if let Some(token) = self.serve_token {
            builder = builder.serve_token(token);
        } else if let Some(path) = self.serve_token_file {
            builder = builder.serve_token_file(path);
        }
        for origin in self.serve_allow_origin {
            builder = builder.serve_allow_origin(origin);
        }
        Ok(builder)
    }
}

impl fmt::Debug for ServeArguments {
    /// Without the token.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServeArguments").field("serve", &self.serve).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use auraxis_runtime::Client;
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Program {
        #[command(flatten)]
        serve: ServeArguments,
    }

    /// Returns the error of a client with these flags, of which the variables are none.
    fn error(builder: ClientBuilder, flags: &[&str], variables: &[&str]) -> Option<String> {
        let all = ["bot"].iter().chain(flags).chain(variables);
        let arguments = Program::try_parse_from(all).unwrap().serve;
        let is_flag = |argument: &str| flags.contains(&&*format!("--{}", argument.replace('_', "-")));
        arguments.with_precedence(is_flag).apply(builder).err().map(|error| error.to_string())
    }

    #[test]
    fn a_token_needs_a_server_if_it_is_a_flag() {
        let missing = "`--serve-token` requires a server; add `--serve ADDR`, or remove `--serve-token`";
        let token = ["--serve-token", "x"];
        assert_eq!(error(Client::builder(), &token, &[]).as_deref(), Some(missing));
        assert_eq!(error(Client::builder(), &[], &token), None);
        assert_eq!(error(Client::builder(), &["--serve-token", "x", "--serve", "0"], &[]), None);
        assert_eq!(error(Client::builder(), &token, &["--serve", "0"]), None);
        assert_eq!(error(Client::builder().serve("0"), &token, &[]), None);
    }

    #[test]
    fn the_token_is_not_shown() {
        let arguments = Program::try_parse_from(["bot", "--serve-token", "open sesame"]).unwrap().serve;
        assert!(!format!("{arguments:?}").contains("sesame"));
    }
}
