//! Sends one request: over HTTP, or to a script in a test.

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
    Script(super::script::Rest),
}

/// One client for each way to a server, since a client uses the proxies of the environment or none.
#[derive(Debug)]
pub(super) struct Http {
    direct: reqwest::Client,
    proxied: reqwest::Client,
}

impl Backend {
    /// `has_proxy` is whether any server is asked through a proxy.
    pub(super) fn http(has_proxy: bool) -> crate::Result<Self> {
        let builder = || {
            reqwest::Client::builder()
                .user_agent(concat!("auraxis/", env!("CARGO_PKG_VERSION")))
                // The target of a redirect may be an error message.
                .redirect(redirect::Policy::none())
        };
        let http = || {
            let direct = builder().no_proxy().build()?;
            let proxied = if has_proxy { builder().build()? } else { direct.clone() };
            Ok(Http { direct, proxied })
        };
        let cannot = |error: reqwest::Error| crate::Error::setup("the HTTP client cannot be set up").caused_by(error);
        http().map(Self::Http).map_err(cannot)
    }

    /// Sends one request. `url` is that of the query and the verb at the server, which is reached through the `proxy`
    /// if there is one.
    #[cfg_attr(not(feature = "test"), allow(unused_variables))] // Only a script looks at the query.
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
            Self::Script(rest) => Ok(rest.answer(query, verb)),
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
