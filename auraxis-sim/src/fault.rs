//! Ways in which REST fails on request.

use std::{collections::VecDeque, io, time::Duration};

use axum::{
    Json,
    body::Body,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use futures_util::{StreamExt, stream};
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::{line::Line, state::State};

/// A way in which REST fails, to see what a client makes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RestFault {
    /// The error body that says a collection is down, with status 200 as all of them.
    ServiceUnavailable,
    /// This body, with status 200: errors come like that.
    Body(&'static str),
    /// This status and no body. What is no status becomes 500.
    Status(u16),
    /// Status 200 and a page of HTML.
    NotJson,
    /// The usual answer, said to be HTML.
    WrongType,
    /// A redirect to the publisher's home page, as during maintenance.
    Maintenance,
    /// A redirect to `badrequest.json`, as for an address that cannot be read.
    BadRequest,
    /// No answer for so long, then the usual one.
    Hang(Duration),
    /// Half of the usual answer, nothing for so long, then the other half.
    Stall(Duration),
    /// Half of the usual answer, then the connection is cut.
    HalfBody,
    /// The connection is reset.
    Reset,
}

/// Which faults come up.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    pub(crate) next: VecDeque<RestFault>,
    pub(crate) always: Option<RestFault>,
}

impl Faults {
    /// How the next answer fails, if it does.
    pub(crate) fn take(&mut self) -> Option<RestFault> {
        self.next.pop_front().or(self.always)
    }
}

impl RestFault {
    /// What is answered instead of the usual answer.
    pub(crate) async fn answer(self, state: &State, line: &Line, usual: impl FnOnce() -> Value) -> Response {
        let html = [(header::CONTENT_TYPE, "text/html")];
        let redirect = |to| (StatusCode::FOUND, [(header::LOCATION, to)]).into_response();
        match self {
            Self::ServiceUnavailable => Json(json!({ "error": "service_unavailable" })).into_response(),
            Self::Body(text) => ([(header::CONTENT_TYPE, "application/json")], text).into_response(),
            Self::Status(code) => {
                StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR).into_response()
            }
            Self::NotJson => (html, "<html><body>The gates are closed.</body></html>").into_response(),
            Self::WrongType => (html, usual().to_string()).into_response(),
            Self::Maintenance => redirect("https://www.daybreakgames.com/home"),
            Self::BadRequest => redirect("https://census.daybreakgames.com/badrequest.json"),
            Self::Hang(time) => {
                tokio::select! {
                    () = sleep(time) => {}
                    () = state.stop.cancelled() => {}
                }
                Json(usual()).into_response()
            }
            Self::Stall(pause) => halves(&usual(), pause, true),
            Self::HalfBody => halves(&usual(), FLUSH, false),
            Self::Reset => {
                line.reset();
                StatusCode::OK.into_response()
            }
        }
    }
}

/// So long the first half needs to get on its way.
const FLUSH: Duration = Duration::from_millis(20);

/// Half of the body, and after a pause the other half, or else the end of the connection.
fn halves(body: &Value, pause: Duration, is_whole: bool) -> Response {
    let mut first = body.to_string().into_bytes();
    let second = first.split_off(first.len() / 2);
    let rest = async move {
        sleep(pause).await;
        if is_whole { Ok(second) } else { Err(io::Error::from(io::ErrorKind::ConnectionReset)) }
    };
    let body = Body::from_stream(stream::iter([Ok(first)]).chain(stream::once(rest)));
    ([(header::CONTENT_TYPE, "application/json")], body).into_response()
}
