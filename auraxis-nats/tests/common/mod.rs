//! A NATS server for a test, on a free port of 127.0.0.1, with its store in a temporary folder.
#![allow(dead_code, unreachable_pub, reason = "every test uses a part of this")]

use std::{
    env,
    fmt::Write as _,
    fs,
    io::{self, Read, Write as _},
    net::{Ipv4Addr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Mutex, Once, PoisonError},
    thread,
    time::{Duration, Instant},
};

use async_nats::jetstream::{
    self, Context,
    consumer::{AckPolicy, pull},
    stream::RetentionPolicy,
};
use auraxis_nats::{Broker, stream::StreamSettings};
use futures_util::StreamExt as _;
use openssl::{
    asn1::Asn1Time,
    bn::BigNum,
    hash::MessageDigest,
    nid::Nid,
    pkey::{PKey, Private},
    rsa::Rsa,
    x509::{
        X509, X509Name,
        extension::{BasicConstraints, SubjectAlternativeName},
    },
};
use tempfile::TempDir;

/// If this variable is set, tests that cannot run fail.
const NO_SKIPS: &str = "AURAXIS_NO_SKIPS";

/// What a test can wait for.
const PATIENCE: Duration = Duration::from_secs(30);

/// A server. Dropping it stops it and removes its store.
#[derive(Debug)]
pub struct NatsServer {
    program: PathBuf,
    folder: TempDir,
    port: u16,
    settings: ServerSettings,
    process: Option<Child>,
}

/// How a server is configured.
#[derive(Clone, Debug)]
pub struct ServerSettings {
    /// Whether it has JetStream.
    pub jetstream: bool,
    /// The limit of its store in bytes.
    pub max_store: Option<u64>,
    /// The only user.
    pub user: Option<(String, String)>,
    /// The only token.
    pub token: Option<String>,
    /// The public nkey of the only user.
    pub nkey: Option<String>,
    /// Whether it has a certificate of its own authority.
    pub tls: bool,
    /// More lines of its configuration.
    pub more: String,
}

impl Default for ServerSettings {
    fn default() -> Self {
        let more = String::new();
        Self { jetstream: true, max_store: None, user: None, token: None, nkey: None, tls: false, more }
    }
}

impl NatsServer {
    /// Starts a server with JetStream and without a login. Returns `None` if the server is not installed.
    pub fn start() -> Option<Self> {
        Self::with(ServerSettings::default())
    }

    /// Starts a server. Returns `None` if the server is not installed.
    pub fn with(settings: ServerSettings) -> Option<Self> {
        let Some(program) = program() else {
            skip();
            return None;
        };
        let folder = tempfile::Builder::new().prefix("auraxis-nats-").tempdir().unwrap();
        let port = free_port();
        if settings.tls {
            write_certificates(folder.path());
        }
        let mut server = Self { program, folder, port, settings, process: None };
        server.restart();
        Some(server)
    }

    /// Starts a cluster of three servers, which has elected its leader. Returns `None` if the server is not installed.
    pub fn cluster() -> Option<[Self; 3]> {
        let routes = [(); 3].map(|()| free_port());
        let urls = routes.map(|port| format!("nats://127.0.0.1:{port}")).join(", ");
        let more = |name: usize| {
            let port = routes[name];
            format!(
                "server_name: s{name}\ncluster {{ name: c, listen: \"127.0.0.1:{port}\", no_advertise: true, routes: \
                 [{urls}] }}\n"
            )
        };
        let start = |name| Self::with(ServerSettings { more: more(name), ..ServerSettings::default() });
        let cluster = [start(0)?, start(1)?, start(2)?];
        let deadline = Instant::now() + PATIENCE;
        while !cluster.iter().any(|server| server.log().contains("JetStream cluster new metadata leader")) {
            assert!(Instant::now() < deadline, "the cluster has no leader:\n{}", cluster[0].log());
            thread::sleep(Duration::from_millis(50));
        }
        Some(cluster)
    }

    /// Starts the server again, at the same address and with the same store. A running server is killed first.
    pub fn restart(&mut self) {
        self.kill();
        let config = self.folder.path().join("server.conf");
        fs::write(&config, self.config()).unwrap();
        let log = fs::OpenOptions::new().create(true).append(true).open(self.folder.path().join("log")).unwrap();
        let server = Command::new(&self.program)
            .arg("-c")
            .arg(&config)
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        self.process = Some(server);
        let deadline = Instant::now() + PATIENCE;
        while !self.greets() {
            let state = self.process.as_mut().and_then(|process| process.try_wait().unwrap());
            assert!(state.is_none() && Instant::now() < deadline, "the server does not start:\n{}", self.log());
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Starts the server again without what it had stored.
    pub fn restart_empty(&mut self) {
        self.kill();
        let _ = fs::remove_dir_all(self.folder.path().join("store"));
        self.restart();
    }

    /// Starts the server again with other settings.
    pub fn restart_with(&mut self, change: impl FnOnce(&mut ServerSettings)) {
        self.kill();
        change(&mut self.settings);
        self.restart();
    }

    /// Kills the server, as `kill -9` does.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _ = process.kill();
            let _ = process.wait();
        }
    }

    /// Stops or resumes the process, whose connections stay open.
    pub fn pause(&self, is_paused: bool) {
        let id = self.process.as_ref().expect("the server runs").id().to_string();
        let signal = if is_paused { "-STOP" } else { "-CONT" };
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
    }

    /// The URL without a login.
    pub fn url(&self) -> String {
        let scheme = if self.settings.tls { "tls" } else { "nats" };
        format!("{scheme}://127.0.0.1:{}", self.port)
    }

    /// The URL with a login, such as `user:password`.
    pub fn url_with(&self, login: &str) -> String {
        let url = self.url();
        let (scheme, host) = url.split_once("://").unwrap();
        format!("{scheme}://{login}@{host}")
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// The certificate of the authority, for servers with TLS.
    pub fn ca_file(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// What the server has logged.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    fn config(&self) -> String {
        let folder = self.folder.path().display();
        let ServerSettings { jetstream, max_store, user, token, nkey, tls, more } = &self.settings;
        let mut text = format!("listen: 127.0.0.1:{}\n", self.port);
        if *jetstream {
            let limit = max_store.map(|bytes| format!("max_file_store: {bytes}")).unwrap_or_default();
            writeln!(text, "jetstream {{\n  store_dir: \"{folder}/store\"\n  {limit}\n}}").unwrap();
        }
        if let Some((user, password)) = user {
            writeln!(text, "authorization {{ user: \"{user}\", password: \"{password}\" }}").unwrap();
        }
        if let Some(token) = token {
            writeln!(text, "authorization {{ token: \"{token}\" }}").unwrap();
        }
        if let Some(nkey) = nkey {
            writeln!(text, "authorization {{ users: [ {{ nkey: {nkey} }} ] }}").unwrap();
        }
        if *tls {
            writeln!(text, "tls {{ cert_file: \"{folder}/server.pem\", key_file: \"{folder}/server.key\" }}").unwrap();
        }
        text.push_str(more);
        text
    }

    /// Returns whether the server accepts connections and sends its first line.
    fn greets(&self) -> bool {
        let Ok(mut connection) = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)) else { return false };
        let mut first = [0; 4];
        connection.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        connection.read_exact(&mut first).is_ok() && &first == b"INFO"
    }
}

/// Connects to a server without a login.
pub async fn context(server: &NatsServer) -> Context {
    jetstream::new(within(server.url().parse::<Broker>().unwrap().connect()).await.unwrap())
}

/// Settings for streams that are small enough for any disk.
pub fn small_streams() -> StreamSettings {
    StreamSettings { max_bytes: 100_000_000, ..StreamSettings::default() }
}

/// Returns all messages of a stream.
pub async fn messages(context: &Context, stream: &str) -> Vec<jetstream::Message> {
    within(async {
        let stream = context.get_stream(stream).await.unwrap();
        let count = usize::try_from(stream.cached_info().state.messages).unwrap();
        if count == 0 {
            return Vec::new();
        }
        // Nothing is acknowledged, so that nothing is removed.
        let is_queue = stream.cached_info().config.retention == RetentionPolicy::WorkQueue;
        let ack_policy = if is_queue { AckPolicy::Explicit } else { AckPolicy::None };
        let name = Some("all".to_owned());
        let consumer =
            stream.create_consumer(pull::Config { name, ack_policy, ..pull::Config::default() }).await.unwrap();
        let batch = consumer.stream().messages().await.unwrap();
        let messages = batch.take(count).map(Result::unwrap).collect().await;
        stream.delete_consumer("all").await.unwrap();
        messages
    })
    .await
}

/// The ids of messages.
pub fn ids(messages: &[jetstream::Message]) -> Vec<String> {
    messages.iter().map(|message| header(message, "Nats-Msg-Id").expect("every message has an id")).collect()
}

/// A header of a message.
pub fn header(message: &jetstream::Message, name: &str) -> Option<String> {
    message.headers.as_ref()?.get(name).map(ToString::to_string)
}

/// Waits until a condition holds.
pub async fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < deadline, "never happened: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

static LOG: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Collects the log of all tests of this program from now on.
pub fn collect_log() {
    struct Lines;

    impl io::Write for Lines {
        fn write(&mut self, line: &[u8]) -> io::Result<usize> {
            let line_text = String::from_utf8_lossy(line).trim().to_owned();
            LOG.lock().unwrap_or_else(PoisonError::into_inner).push(line_text);
            Ok(line.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    let log = tracing_subscriber::fmt().with_env_filter("warn,auraxis=info").with_ansi(false);
    let _ = log.with_writer(|| Lines).try_init();
}

/// The lines that were logged and contain all of these texts.
pub fn logged(parts: &[&str]) -> Vec<String> {
    let lines = LOG.lock().unwrap_or_else(PoisonError::into_inner);
    lines.iter().filter(|line| parts.iter().all(|part| line.contains(part))).cloned().collect()
}

impl Drop for NatsServer {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Fails if the future takes longer than a test can wait.
pub async fn within<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future).await.expect("this takes too long")
}

pub fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}

/// The server's program: `NATS_SERVER`, or `nats-server` in the path.
fn program() -> Option<PathBuf> {
    if let Some(program) = env::var_os("NATS_SERVER") {
        return Some(program.into());
    }
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).map(|folder| folder.join("nats-server")).find(|program| program.is_file())
}

/// Reports once that tests are skipped.
fn skip() {
    static ONCE: Once = Once::new();

    assert!(env::var_os(NO_SKIPS).is_none(), "nats-server is not installed, and `{NO_SKIPS}` is set");
    // Unlike `println!`, this is shown if the test passes.
    let mut stderr = io::stderr();
    ONCE.call_once(|| writeln!(stderr, "skipped: nats-server is not in the path, nor in `NATS_SERVER`").unwrap());
}

/// Writes an authority, `ca.pem`, and the certificate that it has signed for 127.0.0.1.
fn write_certificates(folder: &Path) {
    let (ca_key, server_key) = (key(), key());
    let ca = certificate(&ca_key, "auraxis test authority", None);
    let server = certificate(&server_key, "auraxis test server", Some((&ca, &ca_key)));
    fs::write(folder.join("ca.pem"), ca.to_pem().unwrap()).unwrap();
    fs::write(folder.join("server.pem"), server.to_pem().unwrap()).unwrap();
    fs::write(folder.join("server.key"), server_key.private_key_to_pem_pkcs8().unwrap()).unwrap();
}

fn key() -> PKey<Private> {
    PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap()
}

/// A certificate, signed by itself or by an authority.
fn certificate(key: &PKey<Private>, name: &str, signer: Option<(&X509, &PKey<Private>)>) -> X509 {
    let mut subject = X509Name::builder().unwrap();
    subject.append_entry_by_nid(Nid::COMMONNAME, name).unwrap();
    let subject = subject.build();
    let mut builder = X509::builder().unwrap();
    builder.set_version(2).unwrap();
    let mut serial = BigNum::new().unwrap();
    serial.rand(64, openssl::bn::MsbOption::MAYBE_ZERO, false).unwrap();
    builder.set_serial_number(&serial.to_asn1_integer().unwrap()).unwrap();
    builder.set_subject_name(&subject).unwrap();
    builder.set_issuer_name(signer.map_or(&*subject, |(ca, _)| ca.subject_name())).unwrap();
    builder.set_pubkey(key).unwrap();
    builder.set_not_before(&Asn1Time::days_from_now(0).unwrap()).unwrap();
    builder.set_not_after(&Asn1Time::days_from_now(2).unwrap()).unwrap();
    if signer.is_none() {
        builder.append_extension(BasicConstraints::new().critical().ca().build().unwrap()).unwrap();
    } else {
        let names = SubjectAlternativeName::new().ip("127.0.0.1").build(&builder.x509v3_context(None, None)).unwrap();
        builder.append_extension(names).unwrap();
    }
    builder.sign(signer.map_or(key, |(_, key)| key), MessageDigest::sha256()).unwrap();
    builder.build()
}
