//! All routes of the parser agree, and what was parsed can be written and read again.
//!
//! `cargo +nightly fuzz run frame -- -dict=fuzz/frame.dict`
#![no_main]

use auraxis_core::{event::Event, frame::Frame};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let usual = Frame::parse_usual(bytes);
    let Ok(text) = str::from_utf8(bytes) else { return assert_eq!(usual, None) };
    let frame = Frame::parse(text);
    if let Some(usual) = &usual {
        assert_eq!(frame.as_ref(), Ok(usual));
    }
    // White space before a frame means nothing, but only the general route accepts it.
    let general = Frame::parse(&format!(" {text}"));
    match (&frame, &general) {
        (Ok(frame), Ok(general)) => assert_eq!(frame, general),
        (Err(fault), Err(general)) => assert_eq!(fault.kind, general.kind),
        _ => panic!("{frame:?} is not {general:?}"),
    }
    if let (Ok(Frame::Event(event)), Ok(Frame::Event(general))) = (&frame, &general) {
        assert_eq!(event.fingerprint(1), general.fingerprint(1));
        // What no struct can represent is kept, but not which of its keys were doubled.
        if !matches!(event, Event::Unknown(_)) {
            assert_eq!(Frame::parse(&event.to_frame()).as_ref(), Ok(&Frame::Event(event.clone())));
        }
    }
});
