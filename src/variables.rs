//! `run!` without a command line.

use std::{env, str::FromStr};

use auraxis_runtime::{ClientBuilder, Error, Result};

use crate::run::{Program, Settings, block_on, check_thread, watch};

/// Reads the environment variables, then runs the client.
#[doc(hidden)]
pub fn run(builder: ClientBuilder, program: Program) -> Result {
    check_thread()?;
    let builder = read()?.apply(program.describe(builder));
    #[cfg(feature = "nats")]
    let builder = {
        let (from, durable) = (variable::<String>("AURAXIS_FROM")?, variable::<String>("AURAXIS_DURABLE")?);
        crate::run::read_from(builder, from.as_deref(), durable.as_deref())
    };
    #[cfg(feature = "serve")]
    let builder = {
        use auraxis_serve::Serve;

        let (address, origins) =
            (variable::<String>("AURAXIS_SERVE")?, variable::<String>("AURAXIS_SERVE_ALLOW_ORIGIN")?);
        let (token, file) =
            (variable::<String>("AURAXIS_SERVE_TOKEN")?, variable::<String>("AURAXIS_SERVE_TOKEN_FILE")?);
        let builder = address.into_iter().fold(builder, Serve::serve);
        let builder = file.into_iter().fold(builder, Serve::serve_token_file);
        let builder = token.into_iter().fold(builder, Serve::serve_token);
        origins.iter().flat_map(|origins| origins.split(',')).fold(builder, Serve::serve_allow_origin)
    };
    block_on(async {
        let client = builder.build()?;
        watch(&client, client.run()).await
    })
}

fn read() -> Result<Settings> {
    Ok(Settings {
        service_id: variable("AURAXIS_SERVICE_ID")?,
        environment: variable("AURAXIS_ENVIRONMENT")?,
        ess_url: variable("AURAXIS_ESS_URL")?,
        rest_url: variable("AURAXIS_REST_URL")?,
    })
}

/// Reads a variable. Empty variables are ignored, as some container setups define them.
fn variable<T: FromStr<Err: std::fmt::Display>>(name: &str) -> Result<Option<T>> {
    let Some(value) = env::var_os(name).filter(|value| !value.is_empty()) else { return Ok(None) };
    let Some(text) = value.to_str() else { return Err(Error::setup(format!("{name} is not valid UTF-8"))) };
    let invalid = |fault: T::Err| Error::setup(format!("invalid value '{text}' for {name}: {fault}"));
    text.parse().map(Some).map_err(invalid)
}
