//! What the server sends: a minute of the simulated war, over and over, each time a second later.

use std::{
    collections::HashSet,
    io::{self, Write},
    net::{TcpListener, TcpStream},
    sync::Arc,
    thread,
    time::Duration,
};

use anyhow::Result;
use auraxis::{event::EventKind, prelude::*};
use auraxis_sim::War;
use tungstenite::{Message, WebSocket, accept};

use crate::meter::{Load, now_ns};

/// The number of different frames.
const FRAMES: usize = 20_000;

/// The length of timestamps in seconds.
const DIGITS: usize = 10;

/// Each write is about this long.
const CHUNK: usize = 256 << 10;

/// The rate of paced events per second.
const RATE: u32 = 2_000;

/// The first frame of a connection, as from the event stream.
const GREETING: &str = r#"{"connected":"true","service":"push","type":"connectionStateChanged"}"#;

/// The answer to a subscription.
pub const ECHO: &str = r#"{"subscription":{"characterCount":0,"eventNames":["Death"],"logicalAndCharactersWithWorlds":false,"worlds":["all"]}}"#;

/// The kinds of the events: all that are sent regularly.
pub const KINDS: [EventKind; 14] = [
    EventKind::AchievementEarned,
    EventKind::BattleRankUp,
    EventKind::ContinentLock,
    EventKind::Death,
    EventKind::FacilityControl,
    EventKind::GainExperience,
    EventKind::ItemAdded,
    EventKind::MetagameEvent,
    EventKind::PlayerFacilityCapture,
    EventKind::PlayerFacilityDefend,
    EventKind::PlayerLogin,
    EventKind::PlayerLogout,
    EventKind::SkillAdded,
    EventKind::VehicleDestroy,
];

/// Frames that are sent in a loop. No event is sent twice, because their timestamps advance by a second each time.
#[derive(Clone, Debug)]
pub struct Traffic {
    /// WebSocket frames, one after the other.
    bytes: Vec<u8>,
    /// Where the timestamps are.
    timestamps: Vec<usize>,
    texts: Vec<String>,
}

impl Default for Traffic {
    fn default() -> Self {
        Self::new()
    }
}

impl Traffic {
    /// Creates events as in the simulator, of the [`KINDS`].
    #[must_use]
    pub fn new() -> Self {
        let second = Timestamp(1_800_000_000);
        let mut traffic = Self { bytes: Vec::new(), timestamps: Vec::new(), texts: Vec::new() };
        let mut known = HashSet::new();
        for event in War::new(1, second).filter(|sent| KINDS.contains(&sent.event.kind())) {
            let text = event.event.to_frame();
            let Some(at) = text.find(r#""timestamp":""#).map(|at| at + r#""timestamp":""#.len()) else { continue };
            let mut timeless = text.clone();
            timeless.replace_range(at..at + DIGITS, "");
            if known.insert(timeless) {
                traffic.push(text, at);
            }
            if traffic.texts.len() == FRAMES {
                break;
            }
        }
        traffic
    }

    fn push(&mut self, text: String, timestamp: usize) {
        self.bytes.extend(header(text.len()));
        self.timestamps.push(self.bytes.len() + timestamp);
        self.bytes.extend(text.as_bytes());
        self.texts.push(text);
    }

    /// Returns the texts of the frames.
    #[must_use]
    pub fn texts(&self) -> &[String] {
        &self.texts
    }

    fn set_second(&mut self, second: i64) {
        let digits = format!("{second:0DIGITS$}");
        for &at in &self.timestamps {
            self.bytes[at..at + DIGITS].copy_from_slice(digits.as_bytes());
        }
    }

    /// Writes as fast as the connection takes it.
    fn flood(mut self, mut stream: TcpStream) -> io::Result<()> {
        for second in Timestamp::now().0 - 600.. {
            self.set_second(second);
            for chunk in self.bytes.chunks(CHUNK) {
                stream.write_all(chunk)?;
            }
        }
        Ok(())
    }
}

/// Writes single gains of experience, with the time of writing as the character.
fn pace(mut stream: TcpStream) -> io::Result<()> {
    let period = Duration::from_secs(1) / RATE;
    let (mut due, second) = (now_ns(), Timestamp::now().0);
    for loop_number in 0u64.. {
        due += u64::try_from(period.as_nanos()).unwrap_or(0);
        while now_ns() < due {
            thread::sleep(Duration::from_nanos(due.saturating_sub(now_ns())));
        }
        let text = format!(
            r#"{{"payload":{{"amount":"{}","character_id":"{:019}","event_name":"GainExperience","experience_id":"1","loadout_id":"6","other_id":"5428010618041058369","team_id":"2","timestamp":"{second}","world_id":"1","zone_id":"2"}},"service":"event","type":"serviceMessage"}}"#,
            loop_number % 1_000,
            now_ns()
        );
        let mut frame = header(text.len());
        frame.extend(text.into_bytes());
        stream.write_all(&frame)?;
    }
    Ok(())
}

/// Returns the stamp of a paced event in the text of its frame.
#[must_use]
pub fn stamp(text: &str) -> Option<u64> {
    let (_, rest) = text.split_once(r#""character_id":""#)?;
    rest.get(..19)?.parse().ok()
}

/// Answers each subscription.
fn answer(mut socket: WebSocket<TcpStream>) -> Result<()> {
    loop {
        if socket.read()?.to_text().is_ok_and(|text| text.contains(r#""subscribe""#)) {
            socket.send(Message::text(ECHO))?;
        }
    }
}

/// Serves connections.
///
/// # Errors
///
/// Returns an error if no port is free.
pub fn serve(load: Load) -> io::Result<(u16, thread::JoinHandle<()>)> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let port = listener.local_addr()?.port();
    let traffic = Arc::new(Traffic::new());
    let serve = move || {
        for stream in listener.incoming().flatten() {
            let traffic = Arc::clone(&traffic);
            // The thread stops when the client disconnects.
            thread::spawn(move || connection(stream, load, &traffic));
        }
    };
    Ok((port, thread::spawn(serve)))
}

fn connection(stream: TcpStream, load: Load, traffic: &Traffic) -> Result<()> {
    stream.set_nodelay(true)?;
    let mut socket = accept(stream)?;
    socket.send(Message::text(GREETING))?;
    match load {
        Load::Flood => traffic.clone().flood(socket.get_ref().try_clone()?)?,
        Load::Paced => pace(socket.get_ref().try_clone()?)?,
        Load::Quiet => answer(socket)?,
    }
    Ok(())
}

/// Returns the header of a text frame of a server.
fn header(length: usize) -> Vec<u8> {
    match u8::try_from(length) {
        Ok(short @ ..126) => vec![0x81, short],
        _ => [&[0x81, 126][..], &u16::try_from(length).unwrap_or(u16::MAX).to_be_bytes()].concat(),
    }
}
