//! Recordings from other systems, concatenated, damaged, or with wrong clocks.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod common;

use auraxis_core::event::*;
use auraxis_runtime::{Result, Speed, Trigger};
use common::*;

fn timed(character: u64, at_ms: i64) -> String {
    let frame = login(character).to_frame().replace('"', "\\\"");
    format!(r#"{{"at_ms":{at_ms},"link":0,"frame":"{frame}"}}"#)
}

async fn replayed_logins(name: &str, bytes: impl AsRef<[u8]>, speed: Speed) -> (Vec<u64>, Result) {
    let recording = Recording::new(name, bytes);
    let (client, log) = (recording.replay(speed).build().unwrap(), Log::new());
    client.add(Trigger::on::<PlayerLogin>().action(log.handler(|it: PlayerLogin| it.character_id.0))).unwrap();
    let result = within(client.run()).await;
    (log.take(), result)
}

#[tokio::test]
async fn all_line_endings_and_orders_of_keys_are_read() {
    let lines = [1, 2, 3].map(|character| login(character).to_frame());
    let swapped = r#"{"type":"serviceMessage","payload":{"world_id":"1","timestamp":"1","event_name":"PlayerLogin","character_id":"2"},"service":"event"}"#;
    let at_the_end = timed(2, 5).replace(r#"{"at_ms":5,"link":0,"#, "{").replace("}\"}", "}\",\"link\":0,\"at_ms\":5}");
    for (name, text) in [
        ("crlf", lines.join("\r\n") + "\r\n"),
        ("crlf without a last one", lines.join("\r\n")),
        ("blank lines", lines.join("\n\n\r\n \n")),
        ("notes between", lines.join("\n# the servers went down here\n")),
        ("other order of keys", [&lines[0], swapped, &lines[2]].join("\n")),
        ("moment at the end", [timed(1, 4), at_the_end, timed(3, 6)].join("\n")),
    ] {
        let (seen, result) = replayed_logins("lines", text, Speed::Max).await;
        assert_eq!(seen, [1, 2, 3], "{name}");
        result.unwrap();
    }
}

/// Clocks that start in 1970, jump or stand still. Nothing must wait for decades.
#[tokio::test]
async fn wrong_clocks_neither_lose_events_nor_block_the_replay() {
    const NOW: i64 = 1_730_180_202_000;
    for (name, moments) in [
        ("no clock at first", [0, 1_000, NOW, NOW + 100, NOW + 200]),
        ("back by an hour", [NOW, NOW + 100, NOW - 3_600_000, NOW - 3_599_900, NOW - 3_599_800]),
        ("stands", [0; 5]),
        ("forth by a year", [NOW, NOW + 31_536_000_000, NOW + 31_536_000_100, NOW + 31_536_000_200, NOW]),
        ("the largest of all", [NOW, i64::MAX, NOW, i64::MAX, 0]),
    ] {
        let text = (1..=5).zip(moments).map(|(character, at_ms)| timed(character, at_ms) + "\n").collect::<String>();
        for speed in [Speed::Max, Speed::Times(1.0)] {
            let (seen, result) = replayed_logins("clocks", &text, speed).await;
            assert_eq!(seen, [1, 2, 3, 4, 5], "{name} at {speed:?}");
            result.unwrap();
        }
    }
}

#[cfg(feature = "compression")]
mod compressed {
    use std::io::Write;

    use super::*;

    fn gz(text: &str) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    }

    fn zst(text: &str) -> Vec<u8> {
        zstd::encode_all(text.as_bytes(), 0).unwrap()
    }

    fn lines(characters: std::ops::RangeInclusive<u64>) -> String {
        characters.map(|character| login(character).to_frame() + "\n").collect()
    }

    #[tokio::test]
    async fn concatenated_compressed_files_are_one_recording() {
        let text = lines(1..=6);
        let pack: [fn(&str) -> Vec<u8>; 2] = [gz, zst];
        for (format, pack) in pack.into_iter().enumerate() {
            for cut in [0, 1, 50, text.len() / 2, text.len() - 1, text.len()] {
                let (first, second) = text.split_at(cut);
                let (seen, result) = replayed_logins("members", [pack(first), pack(second)].concat(), Speed::Max).await;
                assert_eq!(seen, [1, 2, 3, 4, 5, 6], "format {format}, cut at {cut}");
                result.unwrap();
            }
        }
    }

    #[tokio::test]
    async fn a_damaged_recording_is_read_up_to_the_damage() {
        let whole = gz(&lines(1..=2_000));
        let torn = &whole[..whole.len() - 100];
        let (seen, _) = replayed_logins("torn", torn, Speed::Max).await;
        assert!(!seen.is_empty() && seen.iter().copied().eq(1..=seen.len() as u64), "{}", seen.len());
        // The checksum at the end is wrong.
        let mut flipped = whole.clone();
        let check = flipped.len() - 8;
        flipped[check] ^= 1;
        let (seen, result) = replayed_logins("flipped", flipped, Speed::Max).await;
        assert!(seen.len() > 1_000, "{}", seen.len());
        assert!(result.unwrap_err().to_string().contains("cannot replay"));
    }
}
