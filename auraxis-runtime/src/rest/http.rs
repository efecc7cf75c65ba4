//! How one question gets to a server: over HTTP, or to a script in a test.

use std::time::Duration;

use auraxis_core::census::{Query, Verb};
use reqwest::{header::LOCATION, redirect};

use super::{
    error::{Error, ErrorKind},
    limits::MAX_ANSWER,
    response::Response,
};

#[derive(Debug)]
pub(super) enum Backend {
    Http(reqwest::Client),
    #[cfg(feature = "test")]
    Script(crate::test::rest::Rest),
}

impl Backend {
    pub(super) fn http() -> crate::Result<Self> {
        reqwest::Client::builder()
            .user_agent(concat!("auraxis/", env!("CARGO_PKG_VERSION")))
            // Where a redirect leads is what it says: maintenance, or a bad request.
            .redirect(redirect::Policy::none())
            .build()
            .map(Self::Http)
            .map_err(|error| crate::Error::setup("the HTTP client cannot be set up").caused_by(error))
    }

    /// Asks once. `url` is what the query and the verb come to on the server that is asked.
    #[cfg_attr(not(feature = "test"), allow(unused_variables))] // Only a script looks at the query.
    pub(super) async fn ask(&self, url: String, query: &Query, verb: Verb, time: Duration) -> Result<Response, Error> {
        match self {
            Self::Http(http) => {
                let mut response = http.get(url).timeout(time).send().await.map_err(Error::transport)?;
                let body = body(&mut response).await?;
                let location = response.headers().get(LOCATION).and_then(|location| location.to_str().ok());
                Ok(Response { status: response.status().as_u16(), location: location.map(str::to_owned), body })
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
