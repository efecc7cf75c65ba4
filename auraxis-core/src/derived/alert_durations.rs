//! How long the types of alerts last.

use std::ops::RangeInclusive;

use crate::id::MetagameEventId;

/// The duration of each type of alert in minutes, according to the collection `metagame_event`. Where sources disagree,
/// the longest.
const MINUTES: &[(RangeInclusive<u32>, i64)] = &[
    (1..=4, 90),
    (7..=14, 45),
    (16..=18, 45),
    (106..=106, 120),
    (123..=134, 45),
    (147..=158, 90),
    (159..=162, 10),
    (164..=164, 60),
    (167..=167, 30),
    (168..=168, 45),
    (170..=170, 45),
    (172..=175, 30),
    (176..=183, 45),
    (186..=197, 45),
    (198..=201, 30),
    (204..=204, 10),
    (205..=205, 20),
    (206..=206, 2),
    (207..=207, 60),
    (208..=210, 45),
    (211..=214, 90),
    (215..=215, 45),
    (216..=221, 30),
    // 45 minutes now.
    (222..=224, 90),
    (225..=225, 30),
    (226..=227, 45),
    (228..=233, 30),
    (234..=234, 20),
    (235..=235, 2),
    (236..=241, 15),
    (242..=246, 15),
    (248..=250, 30),
    (251..=255, 15),
    (260..=260, 5),
];

/// Returns the longest duration of an alert of this type, in seconds; `None` if the type is unknown.
pub(super) fn seconds(alert: MetagameEventId) -> Option<i64> {
    MINUTES.iter().find(|(ids, _)| ids.contains(&alert.0)).map(|(_, minutes)| minutes * 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order_and_contains_the_alerts_of_today() {
        assert!(MINUTES.windows(2).all(|rows| rows[0].0.end() < rows[1].0.start()));
        let minutes = |id| seconds(MetagameEventId(id)).map(|seconds| seconds / 60);
        assert_eq!(
            [147, 176, 211, 227, 228, 232, 236, 248, 5, 261].map(minutes),
            [Some(90), Some(45), Some(90), Some(45), Some(30), Some(30), Some(15), Some(30), None, None]
        );
    }
}
