//! A bare loop of tokio-tungstenite, which counts frames and parses nothing.

use auraxis_bench::{Job, Meter, traffic::stamp};
use futures_util::StreamExt;
use tokio_tungstenite::{connect_async, tungstenite::Message};

static METER: Meter = Meter::new();

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let job = Job::of_process();
    METER.start(job.events);
    let (mut socket, _) = connect_async(job.url).await?;
    while let Some(message) = socket.next().await {
        let Message::Text(text) = message? else { continue };
        match job.is_stamped.then(|| stamp(&text)).flatten() {
            Some(sent_ns) => METER.stamped(sent_ns),
            None => METER.event(),
        }
    }
    anyhow::bail!("the server has closed the connection")
}
