//! Measures how many events per second the simulator can send to one client.
//!
//! ```sh
//! cargo run -p auraxis-sim --release --example firehose -- 10     # for ten seconds
//! ```
//!
//! The client runs in a separate thread and only reads bytes and counts frames, so the simulator is the bottleneck. The
//! first number is the war alone, the second includes sending it to the client.
#![allow(clippy::print_stdout, reason = "it prints what it measures")]

use std::{
    env,
    io::{Read as _, Write as _},
    net::TcpStream,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use auraxis_core::time::Timestamp;
use auraxis_sim::{Sim, War};

/// Faster than the simulator can send, so that it is never idle.
const RATE: f64 = 5_000_000.0;

const START: Timestamp = Timestamp(1_700_000_000);

fn main() -> anyhow::Result<()> {
    let seconds = env::args().nth(1).map_or(Ok(5), |text| text.parse())?;
    let duration = Duration::from_secs(seconds);
    println!("war alone     {:>9.0} events/s", generated(duration));
    println!("to one client {:>9.0} events/s", sent(duration)?);
    Ok(())
}

fn generated(duration: Duration) -> f64 {
    let started = Instant::now();
    let count = War::new(1, START).take_while(|_| started.elapsed() < duration).count();
    per_second(count as u64, started.elapsed())
}

fn sent(duration: Duration) -> anyhow::Result<f64> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let sim = runtime.block_on(Sim::builder().rate(RATE).war_start(START).start())?;
    let count = Arc::new(AtomicU64::new(0));
    let client = thread::spawn({
        let (url, count) = (sim.rest_url(), Arc::clone(&count));
        move || read(url.trim_start_matches("http://"), &count)
    });
    let speed = runtime.block_on(async {
        // The beginning of a war is not typical.
        tokio::time::sleep(Duration::from_secs(1)).await;
        let (started, first) = (Instant::now(), count.load(Ordering::Relaxed));
        tokio::time::sleep(duration).await;
        let speed = per_second(count.load(Ordering::Relaxed) - first, started.elapsed());
        sim.shutdown().await;
        speed
    });
    // It returns when the connection is closed.
    let _ = client.join();
    Ok(speed)
}

#[expect(clippy::cast_precision_loss, reason = "the count is far below 2^52")]
fn per_second(count: u64, duration: Duration) -> f64 {
    count as f64 / duration.as_secs_f64()
}

/// Subscribes to everything and counts frames until the connection is closed.
fn read(address: &str, count: &AtomicU64) -> std::io::Result<()> {
    let mut socket = TcpStream::connect(address)?;
    write!(
        socket,
        "GET /streaming?environment=ps2&service-id=s:firehose HTTP/1.1\r\nHost: {address}\r\nConnection: Upgrade\r\n\
         Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    )?;
    let mut buffer = vec![0; 1 << 20];
    let (mut from, mut to) = (0, 0);
    // The HTTP response ends with an empty line.
    while !buffer[..to].windows(4).any(|four| four == b"\r\n\r\n") {
        to += socket.read(&mut buffer[to..])?;
    }
    if let Some(end) = buffer[..to].windows(4).position(|four| four == b"\r\n\r\n") {
        from = end + 4;
    }
    socket.write_all(&masked(
        br#"{"service":"event","action":"subscribe","characters":["all"],"eventNames":["all"],"worlds":["all"]}"#,
    ))?;
    loop {
        while let Some(length) = frame(&buffer[from..to]) {
            from += length;
            count.fetch_add(1, Ordering::Relaxed);
        }
        buffer.copy_within(from..to, 0);
        (from, to) = (0, to - from);
        match socket.read(&mut buffer[to..])? {
            0 => return Ok(()),
            many => to += many,
        }
    }
}

/// Returns the length of the first frame including its header, if it is complete. Frames of a server are not masked.
fn frame(bytes: &[u8]) -> Option<usize> {
    let length = match *bytes.get(1)? {
        126 => 4 + usize::from(u16::from_be_bytes([*bytes.get(2)?, *bytes.get(3)?])),
        127 => 10 + usize::try_from(u64::from_be_bytes(bytes.get(2..10)?.try_into().ok()?)).ok()?,
        short => 2 + usize::from(short),
    };
    (bytes.len() >= length).then_some(length)
}

/// Returns a text frame of a client, masked with zeros.
fn masked(text: &[u8]) -> Vec<u8> {
    let mut frame = vec![0x81, 0x80 | u8::try_from(text.len()).unwrap_or(125), 0, 0, 0, 0];
    frame.extend(text);
    frame
}
