//! Refusals of new connections.

use std::{collections::VecDeque, time::Duration};

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

/// How a new connection is refused.
#[derive(Clone, Debug)]
pub(super) enum Refusal {
    /// With this HTTP status. An invalid status becomes 403.
    Status(u16),
    /// With status 503 and a `Retry-After` header.
    Busy(Duration),
    /// With status 302 and a `Location` header.
    Redirect(String),
    /// The connection is accepted and immediately closed.
    Flap,
}

/// The refusals of the next connections. Moments are counted from the start of the simulator.
#[derive(Debug, Default)]
pub(super) struct Refusals {
    /// All connections are refused with 403.
    pub(super) is_closed: bool,
    /// One refusal per connection.
    pub(super) next: VecDeque<Refusal>,
    /// A refusal for all connections, and when it ends.
    pub(super) timed: Option<(Refusal, Duration)>,
}

impl Refusals {
    /// Takes the refusal of a new connection, if it is to be refused.
    pub(super) fn take(&mut self, now: Duration) -> Option<Refusal> {
        if self.is_closed {
            return Some(Refusal::Status(StatusCode::FORBIDDEN.as_u16()));
        }
        let timed = || self.timed.clone().filter(|(_, end)| *end > now).map(|(refusal, _)| refusal);
        self.next.pop_front().or_else(timed)
    }
}

impl Refusal {
    /// Returns the HTTP response, or `None` if the connection is accepted first.
    pub(super) fn answer(&self) -> Option<Response> {
        let with = |status: StatusCode, name, value: &str| match HeaderValue::from_str(value) {
            Ok(value) => (status, [(name, value)]).into_response(),
            Err(_) => status.into_response(),
        };
        Some(match self {
            Self::Status(code) => StatusCode::from_u16(*code).unwrap_or(StatusCode::FORBIDDEN).into_response(),
            Self::Busy(delay) => {
                let seconds = delay.as_secs() + u64::from(delay.subsec_nanos() > 0);
                with(StatusCode::SERVICE_UNAVAILABLE, header::RETRY_AFTER, &seconds.to_string())
            }
            Self::Redirect(location) => with(StatusCode::FOUND, header::LOCATION, location),
            Self::Flap => return None,
        })
    }
}
