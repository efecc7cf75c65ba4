//! Sends one request: over HTTP or, in a test, to a fake.

use std::{sync::Arc, time::Duration};

use auraxis_core::census::{Query, Verb};
use reqwest::redirect;

use super::{
    error::{Error, ErrorKind},
    limits::MAX_ANSWER,
    response::Response,
};

#[derive(Debug)]
pub(super) enum Backend {
    Http(Http),
    #[cfg(feature = "test")]
    Fake(super::fake::Rest),
}

/// The HTTP clients: one ignores the proxies of the environment, the other uses them.
#[derive(Debug)]
pub(super) struct Http {
    direct: reqwest::Client,
    proxied: reqwest::Client,
}

impl Backend {
    /// Creates the HTTP clients. `has_proxy` says whether any server is reached through a proxy.
    pub(super) fn http(has_proxy: bool) -> crate::Result<Self> {
        let builder = || {
            reqwest::Client::builder()
                .user_agent(concat!("auraxis/", env!("CARGO_PKG_VERSION")))
                // The target of a redirect may be an error page.
                .redirect(redirect::Policy::none())
        };
        let http = || {
            let direct = builder().no_proxy().build()?;
            let proxied = if has_proxy { builder().build()? } else { direct.clone() };
            Ok(Http { direct, proxied })
        };
        let cannot = |error: reqwest::Error| crate::Error::setup("cannot create the HTTP client").caused_by(error);
        http().map(Self::Http).map_err(cannot)
    }

    /// Sends one request. `url` is the URL for the query and the verb, and `proxy` the proxy that leads there, if any.
    #[cfg_attr(not(feature = "test"), allow(unused_variables))] // Only the fake reads the query.
    pub(super) async fn send(
        &self,
        url: String,
        proxy: Option<&Arc<str>>,
        query: &Query,
        verb: Verb,
        timeout: Duration,
    ) -> Result<Response, Error> {
        match self {
            Self::Http(Http { direct, proxied }) => {
                let http = if proxy.is_some() { proxied } else { direct };
                let mut response = http.get(url).timeout(timeout).send().await.map_err(Error::transport)?;
                let body = body(&mut response).await?;
                Ok(Response::new(response.status().as_u16(), response.headers(), body))
            }
            #[cfg(feature = "test")]
            Self::Fake(rest) => Ok(rest.answer(query, verb)),
        }
    }
}

async fn body(response: &mut reqwest::Response) -> Result<Vec<u8>, Error> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(Error::transport)? {
        if body.len() + chunk.len() > MAX_ANSWER {
            return Err(Error::new(ErrorKind::TooLarge));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}
