//! A bare loop of tokio-tungstenite, which counts frames and parses nothing.

use auraxis_bench::{Job, Load, Meter, traffic::stamp};
use futures_util::{SinkExt, StreamExt};
use tokio_tungstenite::{connect_async, tungstenite::Message};

static METER: Meter = Meter::new();

const SUBSCRIBE: &str = r#"{"service":"event","action":"subscribe","eventNames":["Death"],"worlds":["all"]}"#;

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let job = Job::of_process();
    METER.start(job.events);
    if job.load == Load::Quiet {
        METER.event();
    }
    let (mut socket, _) = connect_async(job.url).await?;
    socket.send(Message::text(SUBSCRIBE)).await?;
    while let Some(message) = socket.next().await {
        let Message::Text(text) = message? else { continue };
        match job.load {
            Load::Flood => METER.event(),
            Load::Paced => stamp(&text).into_iter().for_each(|sent_ns| METER.stamped(sent_ns)),
            Load::Quiet if text.starts_with(r#"{"subscription""#) => METER.event(),
            Load::Quiet => {}
        }
    }
    anyhow::bail!("the server has closed the connection")
}
