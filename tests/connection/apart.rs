//! A client in a child process, because environment variables belong to a whole process.

use std::{
    env,
    io::{self, Write},
    sync::Arc,
};

use auraxis::{Client, prelude::*};
use tokio::{process::Command, sync::Notify};
use tracing_subscriber::filter::LevelFilter;

use crate::common::within;

const URL: &str = "AURAXIS_TEST_URL";

pub(crate) const SERVICE_ID: &str = "verysecret";

pub(crate) const CONNECTED: &str = "<connected>";

/// Variables that say how to connect.
const VARIABLES: [&str; 10] = [
    "HTTP_PROXY",
    "http_proxy",
    "HTTPS_PROXY",
    "https_proxy",
    "ALL_PROXY",
    "all_proxy",
    "NO_PROXY",
    "no_proxy",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
];

/// The child process. Does nothing unless it is given a URL.
#[tokio::test]
async fn child() {
    let Ok(url) = env::var(URL) else { return };
    let failed = Arc::new(Notify::new());
    let log = Log(Arc::clone(&failed));
    tracing_subscriber::fmt()
        .with_ansi(false)
        .with_max_level(LevelFilter::TRACE)
        .with_writer(move || log.clone())
        .init();
    let client = Client::builder()
        .service_id(SERVICE_ID)
        .ess_url(url)
        .trigger(Trigger::on::<Death>().action(|_: Death| {}))
        .trigger(Trigger::on::<Connected>().action(|_: Connected, client: Client| {
            println!("{CONNECTED}");
            client.shutdown();
        }))
        .build()
        .unwrap();
    tokio::select! {
        ended = client.run() => ended.unwrap(),
        () = failed.notified() => {}
    }
}

/// Prints the log, and notices when a connection has failed.
#[derive(Clone)]
struct Log(Arc<Notify>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        io::stdout().write_all(bytes)?;
        if String::from_utf8_lossy(bytes).contains("not connected") {
            self.0.notify_one();
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stdout().flush()
    }
}

/// Returns everything that a client prints until it has connected there or failed once.
pub(crate) async fn connect(url: &str, variables: &[(&str, &str)]) -> String {
    let mut command = Command::new(env::current_exe().unwrap());
    for name in VARIABLES {
        command.env_remove(name);
    }
    command.args(["--exact", "apart::child", "--nocapture"]).env(URL, url).envs(variables.iter().copied());
    let output = within(command.kill_on_drop(true).output()).await.unwrap();
    let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert!(!said.contains(SERVICE_ID), "{said}");
    said
}
