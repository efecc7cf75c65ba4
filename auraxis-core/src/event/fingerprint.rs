//! Recognizing an event that is received again.

use super::catalogue::Event;

impl Event {
    /// Whether two events can have equal payloads: the service has sent equal gains of experience and equal items within
    /// one second, and nothing distinguishes deaths and destroyed vehicles of nobody.
    #[inline]
    #[must_use]
    pub fn can_have_twins(&self) -> bool {
        match self {
            Self::GainExperience(_) | Self::ItemAdded(_) => true,
            Self::Death(_) | Self::VehicleDestroy(_) => self.character_ids().next().is_none(),
            Self::Unknown(event) => matches!(event.event_name(), "GainExperience" | "ItemAdded"),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::frame::Frame;

    fn fingerprint(payload: &str) -> u64 {
        let Ok(Frame::Event(event)) = Frame::parse(&format!(r#"{{"payload":{{{payload}}}}}"#)) else {
            panic!("not an event: {payload}")
        };
        event.fingerprint(1)
    }

    #[test]
    fn the_order_and_spelling_of_fields_do_not_matter_and_their_values_do() {
        let login = fingerprint(r#""character_id":"5","event_name":"PlayerLogin","timestamp":"1","world_id":"40""#);
        let reordered = fingerprint(r#" "world_id":40,"timestamp":"1","event_name":"PlayerLogin","character_id":"5""#);
        assert_eq!(login, reordered);
        for other in [
            r#""character_id":"6","event_name":"PlayerLogin","timestamp":"1","world_id":"40""#,
            r#""character_id":"5","event_name":"PlayerLogout","timestamp":"1","world_id":"40""#,
            r#""character_id":"5","event_name":"PlayerLogin","timestamp":"2","world_id":"40""#,
            r#""character_id":"5","event_name":"PlayerLogin","timestamp":"1","world_id":"41""#,
            r#""character_id":"1","event_name":"PlayerLogin","timestamp":"5","world_id":"40""#,
            r#""character_id":"5","event_name":"PlayerLogin","new":"1","timestamp":"1","world_id":"40""#,
            r#""character_id":"5","event_name":"New","timestamp":"1","world_id":"40""#,
        ] {
            assert_ne!(login, fingerprint(other), "{other}");
        }
        let unknown = fingerprint(r#""a":"1","b":"2","event_name":"New""#);
        assert_eq!(unknown, fingerprint(r#""event_name":"New","b":"2","a":"1""#));
        assert_ne!(unknown, fingerprint(r#""a":"2","b":"1","event_name":"New""#));
    }
}
