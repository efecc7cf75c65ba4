//! The headers of messages, which say how the relay received an event.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_nats::HeaderMap;
use auraxis_core::delivery::{Delivery, Origin};

/// When the relay received the event, in milliseconds since 1970.
pub const RECEIVED_AT: &str = "Auraxis-Received-At";

/// Where the relay received the event from: `live`, `backfill`, `replay` or `program`.
pub const ORIGIN: &str = "Auraxis-Origin";

/// `true` if the event is the first of its kind and world after a gap.
pub const AFTER_GAP: &str = "Auraxis-After-Gap";

/// The trace that a message belongs to, as the W3C defines it. Passed on, and otherwise not used.
pub const TRACE: [&str; 2] = ["traceparent", "tracestate"];

/// The beginning of all headers of auraxis.
const PREFIX: &str = "Auraxis-";

const ORIGINS: [(Origin, &str); 5] = [
    (Origin::Live, "live"),
    (Origin::Backfill, "backfill"),
    (Origin::Replay, "replay"),
    (Origin::Redelivery, "redelivery"),
    (Origin::Program, "program"),
];

/// Writes how an event was received.
pub fn write(delivery: &Delivery, headers: &mut HeaderMap) {
    headers.insert(RECEIVED_AT, milliseconds(delivery.received_at).to_string());
    if let Some((_, name)) = ORIGINS.iter().find(|(origin, _)| *origin == delivery.origin) {
        headers.insert(ORIGIN, *name);
    }
    if delivery.after_gap {
        headers.insert(AFTER_GAP, "true");
    }
}

/// Reads how an event was received by the relay. `otherwise` is the time if the message has none. A missing or unknown
/// origin is [`Origin::Live`].
#[must_use]
pub fn read(headers: Option<&HeaderMap>, otherwise: SystemTime) -> Delivery {
    let text = |name: &str| headers.and_then(|headers| headers.get(name)).map(async_nats::HeaderValue::as_str);
    let received_at = text(RECEIVED_AT).and_then(|text| text.parse().ok()).map(Duration::from_millis);
    let origin = text(ORIGIN).and_then(|name| ORIGINS.iter().find(|(_, known)| *known == name));
    let mut delivery = Delivery::new(
        received_at.and_then(|since| UNIX_EPOCH.checked_add(since)).unwrap_or(otherwise),
        origin.map_or(Origin::Live, |(origin, _)| *origin),
    );
    delivery.after_gap = text(AFTER_GAP) == Some("true");
    delivery
}

/// Copies the headers of auraxis, and those of a trace, except some.
pub(crate) fn copy(from: &HeaderMap, except: &[&str], to: &mut HeaderMap) {
    for (name, values) in from.iter() {
        let text: &str = name.as_ref();
        if (text.starts_with(PREFIX) || TRACE.contains(&text)) && !except.contains(&text) {
            for value in values {
                to.append(name.clone(), value.clone());
            }
        }
    }
}

pub(crate) fn milliseconds(time: SystemTime) -> i64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const THEN: SystemTime = UNIX_EPOCH;

    #[test]
    fn a_delivery_is_read_as_it_was_written() {
        for (origin, _) in ORIGINS {
            for after_gap in [false, true] {
                let mut delivery = Delivery::new(THEN + Duration::from_millis(1_700_000_000_123), origin);
                delivery.after_gap = after_gap;
                let mut headers = HeaderMap::new();
                write(&delivery, &mut headers);
                assert_eq!(read(Some(&headers), THEN), delivery);
            }
        }
    }

    #[test]
    fn missing_and_odd_headers_have_defaults() {
        let live = Delivery::new(THEN, Origin::Live);
        assert_eq!(read(None, THEN), live);
        let mut headers = HeaderMap::new();
        for (name, value) in [(RECEIVED_AT, "soon"), (ORIGIN, "moon"), (AFTER_GAP, "perhaps")] {
            headers.insert(name, value);
        }
        assert_eq!(read(Some(&headers), THEN), live);
        headers.insert(RECEIVED_AT, u64::MAX.to_string());
        let _ = read(Some(&headers), THEN);
    }

    #[test]
    fn only_headers_of_auraxis_and_of_traces_are_copied() {
        let mut headers = HeaderMap::new();
        for name in [ORIGIN, AFTER_GAP, "traceparent", "Nats-Msg-Id", "Other"] {
            headers.insert(name, name);
        }
        let mut copied = HeaderMap::new();
        copy(&headers, &[AFTER_GAP], &mut copied);
        assert_eq!(copied.iter().count(), 2);
        assert!(copied.get(ORIGIN).is_some() && copied.get("traceparent").is_some());
    }
}
