//! Injected REST faults.

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

/// How a REST request fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RestFault {
    /// Status 200 and the body `{"error":"service_unavailable"}`, as for a collection that is down.
    ServiceUnavailable,
    /// Status 200 and this body. The real API reports most errors this way.
    Body(&'static str),
    /// This status and an empty body. An invalid status becomes 500.
    Status(u16),
    /// Status 200 and an HTML page.
    NotJson,
    /// The correct body with content type `text/html`.
    WrongType,
    /// A redirect to the publisher's home page, as during maintenance.
    Maintenance,
    /// A redirect to `badrequest.json`, as for an invalid URL.
    BadRequest,
    /// The correct response after a delay.
    Hang(Duration),
    /// The correct response with a pause in the middle of its body.
    Stall(Duration),
    /// The first half of the correct body, then the connection is closed.
    HalfBody,
    /// A connection reset.
    Reset,
}

/// The faults of the next responses, in order of precedence.
#[derive(Debug, Default)]
pub(crate) struct RestFaults {
    pub(crate) next: VecDeque<RestFault>,
    /// A fault and when it ends, counted from the start of the simulator.
    pub(crate) timed: Option<(RestFault, Duration)>,
    pub(crate) always: Option<RestFault>,
}

impl RestFaults {
    /// Takes the fault of the next response, if any.
    pub(crate) fn take(&mut self, now: Duration) -> Option<RestFault> {
        let timed = self.timed.filter(|(_, end)| *end > now).map(|(fault, _)| fault);
        self.next.pop_front().or(timed).or(self.always)
    }
}

impl RestFault {
    /// Returns the faulty response. A delay ends early when the simulator stops.
    pub(crate) async fn answer(
        self,
        stop: &CancellationToken,
        socket: &SocketControl,
        correct: impl FnOnce() -> Value,
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
            Self::WrongType => (html, correct().to_string()).into_response(),
            Self::Maintenance => redirect("https://www.daybreakgames.com/home"),
            Self::BadRequest => redirect("https://census.daybreakgames.com/badrequest.json"),
            Self::Hang(time) => {
                tokio::select! {
                    () = sleep(time) => {}
                    () = stop.cancelled() => {}
                }
                Json(correct()).into_response()
            }
            Self::Stall(pause) => halves(&correct(), pause, true),
            Self::HalfBody => halves(&correct(), FLUSH_DELAY, false),
            Self::Reset => {
                socket.reset();
                StatusCode::OK.into_response()
            }
        }
    }
}

/// The time for the first half to be sent.
const FLUSH_DELAY: Duration = Duration::from_millis(20);

/// Returns a response with the first half of the body, a pause, and then the second half, or a connection error if
/// `is_complete` is false.
fn halves(body: &Value, pause: Duration, is_complete: bool) -> Response {
    let mut first = body.to_string().into_bytes();
    let second = first.split_off(first.len() / 2);
    let rest = async move {
        sleep(pause).await;
        if is_complete { Ok(second) } else { Err(io::Error::from(io::ErrorKind::ConnectionReset)) }
    };
    let body = Body::from_stream(stream::iter([Ok(first)]).chain(stream::once(rest)));
    ([(header::CONTENT_TYPE, "application/json")], body).into_response()
}
