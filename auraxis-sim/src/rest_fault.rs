//! Faults of REST, on request.

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
use tokio_util::sync::CancellationToken;

use crate::socket::SocketControl;

/// A way in which REST fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RestFault {
    /// Status 200 and the error body for a collection that is down.
    ServiceUnavailable,
    /// Status 200 and this body. The real API reports errors like that.
    Body(&'static str),
    /// This status and no body. An invalid status becomes 500.
    Status(u16),
    /// Status 200 and an HTML page.
    NotJson,
    /// The right body, declared as HTML.
    WrongType,
    /// A redirect to the publisher's home page, as during maintenance.
    Maintenance,
    /// A redirect to `badrequest.json`, as for an invalid address.
    BadRequest,
    /// The right answer after a delay.
    Hang(Duration),
    /// The right answer with a pause in the middle of its body.
    Stall(Duration),
    /// Half of the right answer, then the end of the connection.
    HalfBody,
    /// A reset of the connection.
    Reset,
}

/// The faults that answers get.
#[derive(Debug, Default)]
pub(crate) struct RestFaults {
    pub(crate) next: VecDeque<RestFault>,
    pub(crate) always: Option<RestFault>,
    /// A fault and when it ends, counted from the start of the simulator.
    pub(crate) timed: Option<(RestFault, Duration)>,
}

impl RestFaults {
    /// The fault of the next answer, if it has one.
    pub(crate) fn take(&mut self, now: Duration) -> Option<RestFault> {
        let timed = self.timed.filter(|(_, end)| *end > now).map(|(fault, _)| fault);
        self.next.pop_front().or(timed).or(self.always)
    }
}

impl RestFault {
    /// What is answered instead of the right answer. A delay ends early when the simulator stops.
    pub(crate) async fn answer(
        self,
        stop: &CancellationToken,
        socket: &SocketControl,
        right: impl FnOnce() -> Value,
    ) -> Response {
        let html = [(header::CONTENT_TYPE, "text/html")];
        let redirect = |to| (StatusCode::FOUND, [(header::LOCATION, to)]).into_response();
        match self {
            Self::ServiceUnavailable => Json(json!({ "error": "service_unavailable" })).into_response(),
            Self::Body(text) => ([(header::CONTENT_TYPE, "application/json")], text).into_response(),
            Self::Status(code) => {
                StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR).into_response()
            }
            Self::NotJson => (html, "<html><body>The gates are closed.</body></html>").into_response(),
            Self::WrongType => (html, right().to_string()).into_response(),
            Self::Maintenance => redirect("https://www.daybreakgames.com/home"),
            Self::BadRequest => redirect("https://census.daybreakgames.com/badrequest.json"),
            Self::Hang(time) => {
                tokio::select! {
                    () = sleep(time) => {}
                    () = stop.cancelled() => {}
                }
                Json(right()).into_response()
            }
            Self::Stall(pause) => halves(&right(), pause, true),
            Self::HalfBody => halves(&right(), FLUSH, false),
            Self::Reset => {
                socket.reset();
                StatusCode::OK.into_response()
            }
        }
    }
}

/// Gives the first half time to be sent.
const FLUSH: Duration = Duration::from_millis(20);

/// Half of the body, a pause, then the other half or else the end of the connection.
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
