//! Server-Sent Events: `/events`.
//!
//! Each reader has a task, which passes text on to the body of its response through a channel. So a reader that does not
//! read blocks its own task only, which gives up after a while.

use std::{borrow::Cow, convert::Infallible, fmt::Write as _, mem, sync::Arc, time::Duration};

use auraxis_core::event::Event;
use axum::{
    Json, Router,
    body::{Body, Bytes},
    extract::State,
    http::{
        HeaderMap, StatusCode, Uri,
        header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER},
    },
    response::{IntoResponse as _, Response},
    routing::get,
};
use futures_util::stream;
use serde_json::json;
use tokio::{
    sync::mpsc,
    time::{Instant, sleep_until, timeout},
};

use crate::{
    app::{App, MAX_EVENT_READERS},
    event_query::EventQuery,
    hub::{Reader, Received},
    needs::Need,
    readers::Place,
};

/// The time after which something is sent to a reader whose events do not happen. Proxies close silent connections.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// The time after which a refused reader can try again, in seconds.
const RETRY_SECONDS: u32 = 10;

/// The time after which a browser connects again, in milliseconds.
const RECONNECT_MS: u32 = 2_000;

/// Text that is longer than this is sent before more is written.
const MAX_TEXT: usize = 32 << 10;

pub(crate) fn routes() -> Router<Arc<App>> {
    Router::new().route("/events", get(events))
}

async fn events(State(app): State<Arc<App>>, uri: Uri, headers: HeaderMap) -> Response {
    let query = match EventQuery::parse(&uri) {
        Ok(query) => query,
        Err(error) => return refusal(StatusCode::BAD_REQUEST, &error),
    };
    let Some(place) = app.events.enter() else {
        let message = format!("there are {MAX_EVENT_READERS} readers; try again in {RETRY_SECONDS} s");
        let response = refusal(StatusCode::SERVICE_UNAVAILABLE, &message);
        return ([(RETRY_AFTER, RETRY_SECONDS)], response).into_response();
    };
    // First, so that no event is missed once the client has subscribed.
    let mut reader = app.hub.read();
    let need = match query.need().map(|interest| Need::new(&app.client, interest)).transpose() {
        Ok(need) => need,
        Err(error) => {
            tracing::debug!("cannot subscribe for a reader: {error}");
            return refusal(StatusCode::SERVICE_UNAVAILABLE, "the events cannot be subscribed to");
        }
    };
    let header = headers.get("last-event-id").map(|id| String::from_utf8_lossy(id.as_bytes()).into_owned());
    // The address of a page that reconnects is still that of its first request.
    let last_event_id = header.filter(|id| !id.is_empty()).or_else(|| query.last_event_id.clone());
    let is_resumed = last_event_id.is_none_or(|id| reader.resume_after(&id));
    let (sender, texts) = mpsc::channel(1);
    let feed = Feed { reader, query, place, sender, timeout: app.settings.read_timeout(), _need: need };
    tokio::spawn(feed.run(is_resumed));
    let body = stream::unfold(texts, async |mut texts: mpsc::Receiver<Bytes>| {
        texts.recv().await.map(|text| (Ok::<_, Infallible>(text), texts))
    });
    let headers = [
        (CONTENT_TYPE.as_str(), "text/event-stream"),
        (CACHE_CONTROL.as_str(), "no-store"),
        // Proxies must not collect events.
        ("x-accel-buffering", "no"),
    ];
    (headers, Body::from_stream(body)).into_response()
}

fn refusal(status: StatusCode, message: &str) -> Response {
    (status, Json(json!({ "error": message }))).into_response()
}

/// Sends events to a reader.
struct Feed {
    reader: Reader,
    query: EventQuery,
    place: Place,
    sender: mpsc::Sender<Bytes>,
    timeout: Duration,
    _need: Option<Need>,
}

/// The reader is gone, or does not read.
struct Gone;

impl Feed {
    async fn run(mut self, is_resumed: bool) {
        let mut text = format!("retry: {RECONNECT_MS}\n");
        if is_resumed {
            self.write_position(&mut text);
        } else {
            self.write_lost(&mut text, None, self.reader.position());
        }
        // Fails when the reader is gone.
        let _ = self.send_all(text).await;
    }

    async fn send_all(&mut self, start: String) -> Result<(), Gone> {
        self.send(start).await?;
        let mut keep_alive_at = Instant::now() + KEEP_ALIVE;
        loop {
            let mut text = String::new();
            tokio::select! {
                () = self.sender.closed() => return Err(Gone),
                () = sleep_until(keep_alive_at) => {
                    text.push_str(": keep-alive\n");
                    self.write_position(&mut text);
                }
                received = self.reader.next() => match received {
                    Some(received) => text = self.write_events(&received).await?,
                    None => return Ok(()),
                },
            }
            if !text.is_empty() {
                self.send(text).await?;
                keep_alive_at = Instant::now() + KEEP_ALIVE;
            }
        }
    }

    /// Writes the events that the reader wants. Sends what is too much for one text.
    async fn write_events(&mut self, received: &Received) -> Result<String, Gone> {
        let mut text = String::new();
        if received.lost > 0 {
            self.place.lose(received.lost);
            self.write_lost(&mut text, Some(received.lost), received.first() - 1);
        }
        for (number, served) in received.events().filter(|(_, served)| self.query.admits(&served.event)) {
            write(&mut text, &name(&served.event), &self.reader.id(number), served.payload());
            if text.len() > MAX_TEXT {
                self.send(mem::take(&mut text)).await?;
            }
        }
        Ok(text)
    }

    /// Writes an id without an event, so that a reader whose events are rare can resume as well.
    fn write_position(&self, text: &mut String) {
        let _ = write!(text, "id: {}\n\n", self.reader.id(self.reader.position()));
    }

    fn write_lost(&self, text: &mut String, events: Option<u64>, position: u64) {
        write(text, "lost", &self.reader.id(position), &json!({ "events": events }).to_string());
    }

    async fn send(&self, text: String) -> Result<(), Gone> {
        let Ok(sent) = timeout(self.timeout, self.sender.send(text.into())).await else {
            self.place.time_out();
            tracing::debug!("a reader of /events does not read; it is dropped");
            return Err(Gone);
        };
        sent.map_err(|_| Gone)
    }
}

fn write(text: &mut String, event: &str, id: &str, data: &str) {
    let _ = write!(text, "event: {event}\nid: {id}\ndata: {data}\n\n");
}

/// Returns the name of an event. That of an unknown one is any text, and a line break would end the field.
fn name(event: &Event) -> Cow<'_, str> {
    let name = event.name();
    if name.contains(['\n', '\r']) { name.replace(['\n', '\r'], " ").into() } else { name.into() }
}
