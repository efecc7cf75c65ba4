//! How one question gets to a server: over HTTP, or to a script in a test.

use std::time::Duration;

use auraxis_core::census::{Query, Reply, Verb};
use reqwest::{Response, header::LOCATION, redirect};

use super::{Error, ErrorKind};

/// The largest answer that is read. 5,000 of the largest rows make about 10 MiB.
pub(super) const LARGEST: usize = 64 << 20;

#[derive(Debug)]
pub(super) enum Wire {
    Http(reqwest::Client),
    #[cfg(feature = "test")]
    Script(crate::test::Rest),
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) status: u16,
    pub(crate) location: Option<String>,
    pub(crate) body: Vec<u8>,
}

impl Wire {
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
    pub(super) async fn ask(&self, url: String, query: &Query, verb: Verb, time: Duration) -> Result<Answered, Error> {
        match self {
            Self::Http(http) => {
                let mut response = http.get(url).timeout(time).send().await.map_err(Error::transport)?;
                let body = body(&mut response).await?;
                let location = response.headers().get(LOCATION).and_then(|location| location.to_str().ok());
                Ok(Answered { status: response.status().as_u16(), location: location.map(str::to_owned), body })
            }
            #[cfg(feature = "test")]
            Self::Script(rest) => Ok(rest.answer(query, verb)),
        }
    }
}

impl Answered {
    pub(super) fn reply(&self) -> Reply<'_> {
        Reply { status: self.status, location: self.location.as_deref(), body: &self.body }
    }
}

async fn body(response: &mut Response) -> Result<Vec<u8>, Error> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(Error::transport)? {
        if body.len() + chunk.len() > LARGEST {
            return Err(Error::new(ErrorKind::TooLarge));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}
