//! The flags of a program that uses the broker.
#![allow(clippy::doc_markdown)] // Doc comments are the help text here.

use std::{fs, path::PathBuf};

use clap::Args;

use crate::{Broker, Error, ErrorKind, Result};

/// How to log in at the broker, in addition to its URL.
#[derive(Args, Clone, Debug, Default)]
pub struct LoginArguments {
    /// The credentials file of the broker's user, as written by nsc
    #[arg(long, value_name = "FILE", env = "AURAXIS_NATS_CREDS", hide_env_values = true)]
    pub nats_creds: Option<PathBuf>,

    /// A file with the seed of the broker user's nkey
    #[arg(long, value_name = "FILE", env = "AURAXIS_NATS_NKEY", hide_env_values = true)]
    pub nats_nkey: Option<PathBuf>,

    /// The certificates to trust, a PEM file, instead of those of the system
    #[arg(long, value_name = "FILE", env = "AURAXIS_NATS_CA")]
    pub nats_ca: Option<PathBuf>,

    /// The certificate of this client, a PEM file
    #[arg(long, value_name = "FILE", requires = "nats_key", env = "AURAXIS_NATS_CERT")]
    pub nats_cert: Option<PathBuf>,

    /// The key of this client's certificate, a PEM file
    #[arg(long, value_name = "FILE", requires = "nats_cert", env = "AURAXIS_NATS_KEY")]
    pub nats_key: Option<PathBuf>,
}

impl LoginArguments {
    /// Returns whether no flag is given.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        let Self { nats_creds, nats_nkey, nats_ca, nats_cert, nats_key } = self;
        nats_creds.is_none() && nats_nkey.is_none() && nats_ca.is_none() && nats_cert.is_none() && nats_key.is_none()
    }

    /// Adds the login to a broker.
    ///
    /// # Errors
    ///
    /// Returns an error if the file of the nkey cannot be read.
    pub fn apply(self, mut broker: Broker) -> Result<Broker> {
        if let Some(path) = self.nats_creds {
            broker = broker.credentials_file(path);
        }
        if let Some(path) = self.nats_nkey {
            let seed = fs::read_to_string(&path).map_err(|error| {
                Error::new(ErrorKind::Setup, format!("cannot read the nkey file `{}`: {error}", path.display()))
            })?;
            broker = broker.nkey(seed.trim());
        }
        if let Some(path) = self.nats_ca {
            broker = broker.ca_file(path);
        }
        if let (Some(certificate), Some(key)) = (self.nats_cert, self.nats_key) {
            broker = broker.client_certificate(certificate, key);
        }
        Ok(broker)
    }
}
