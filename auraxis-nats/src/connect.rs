//! Where the broker is, how to log in, and what it must be able to do.

use std::{
    error::Error as StdError,
    fmt::{self, Write as _},
    io,
    path::PathBuf,
    str::FromStr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use async_nats::{
    Client, ConnectError, ConnectErrorKind, ConnectOptions, Event, ServerAddr,
    jetstream::{
        self, Context, ErrorCode,
        context::{AccountError, AccountErrorKind},
    },
    rustls,
};
use percent_encoding::percent_decode_str;
use tokio::sync::Notify;
use tracing::{debug, info, warn};
use url::Url;

use crate::{Error, ErrorKind, Result};

/// The oldest server that can be used, as major and minor version. Older ones lack filters by several subjects, or
/// features of consumers that bots use.
const OLDEST_SERVER: (u64, u64) = (2, 12);

/// The longest delay between attempts to reconnect. Short, because a backlog grows meanwhile.
const MAX_RECONNECT_DELAY: Duration = Duration::from_secs(5);

/// The time that one attempt to connect can take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// A NATS server, or a cluster, with JetStream: its addresses, and how to log in.
///
/// ```
/// # fn main() -> auraxis_nats::Result {
/// let broker: auraxis_nats::Broker = "nats://relay:secret@127.0.0.1:4222".parse()?;
/// assert_eq!(broker.to_string(), "nats://127.0.0.1:4222");
/// # Ok(())
/// # }
/// ```
///
/// `Debug` and `Display` show no secrets, nor do errors.
#[derive(Clone)]
pub struct Broker {
    /// Without user and password: the client logs addresses.
    servers: Vec<ServerAddr>,
    name: String,
    login: Option<Login>,
    credentials: Option<PathBuf>,
    ca: Option<PathBuf>,
    certificate: Option<(PathBuf, PathBuf)>,
}

/// How to log in.
#[derive(Clone)]
enum Login {
    Password { user: String, password: String },
    Token(String),
    Nkey(String),
}

/// Whether a lost connection is replaced by the client itself.
#[derive(Clone, Debug)]
pub(crate) enum Reconnect {
    /// The client reconnects until it is dropped.
    Always,
    /// The owner of the client is notified, and creates another one.
    Never(Arc<Failure>),
}

/// Whether the connection of a client has failed: it was lost, or the server reported an error. Most errors, such as a
/// missing permission, are not answers to a request, so that nothing else would fail.
#[derive(Debug, Default)]
pub(crate) struct Failure {
    notify: Notify,
    error: Mutex<Option<String>>,
}

impl Failure {
    fn report(&self, error: Option<String>) {
        if let Some(error) = error {
            self.error.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
        }
        self.notify.notify_one();
    }

    /// Waits for the failure. Cancel safe. To be awaited by one task, and once.
    pub(crate) async fn wait(&self, broker: &Broker) -> Error {
        self.notify.notified().await;
        let text = match self.error.lock().unwrap_or_else(PoisonError::into_inner).take() {
            Some(error) => format!("the broker at {broker} reported an error: {error}"),
            None => format!("lost the connection to the broker at {broker}"),
        };
        Error::new(ErrorKind::Broker, text)
    }
}

impl FromStr for Broker {
    type Err = Error;

    /// Parses `nats://host:4222`, or `tls://host:4222` to require TLS; more hosts follow after commas. Before the host
    /// can be `user:password@`, or `token@`, percent-encoded where they contain `/`, `?`, `#`, `@`, `,` or `%`.
    fn from_str(text: &str) -> Result<Self> {
        let (mut servers, mut login) = (Vec::new(), None);
        let mut scheme = None;
        for part in text.split(',').map(str::trim) {
            let part = match (part.split_once("://"), scheme) {
                (Some((own, _)), _) => {
                    scheme = Some(own);
                    part.to_owned()
                }
                (None, Some(scheme)) => format!("{scheme}://{part}"),
                (None, None) => format!("nats://{part}"),
            };
            let (server, own_login) = server(&part)?;
            servers.push(server);
            login = login.or(own_login);
        }
        let name = String::from("auraxis");
        Ok(Self { servers, name, login, credentials: None, ca: None, certificate: None })
    }
}

/// Parses the URL of one server.
fn server(text: &str) -> Result<(ServerAddr, Option<Login>)> {
    let (scheme, rest) = text.split_once("://").unwrap_or(("nats", text));
    // Everything before the last `@` may be secret, even in a URL that cannot be parsed.
    let shown = match rest.rsplit_once('@') {
        Some((_, host)) => format!("{scheme}://…@{host}"),
        None => text.to_owned(),
    };
    let invalid =
        |reason: &str| Error::new(ErrorKind::Setup, format!("the address of the broker, `{shown}`, {reason}"));

    if !matches!(scheme, "nats" | "tls") {
        return Err(invalid("must begin with `nats://` or `tls://`"));
    }
    if rest.is_empty() {
        return Err(invalid("has no host; write `nats://host:4222`"));
    }
    let url = Url::parse(text).map_err(|error| invalid(&format!("cannot be parsed: {error}")))?;
    if url.host_str().is_none_or(str::is_empty) {
        return Err(invalid("has no host; write `nats://host:4222`"));
    }
    if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
        return Err(invalid("must end with the port; percent-encode `/`, `?` and `#` in a password"));
    }
    let decoded = |part: &str| percent_decode_str(part).decode_utf8_lossy().into_owned();
    let login = match (url.username(), url.password()) {
        ("", None) => None,
        (token, None) => Some(Login::Token(decoded(token))),
        (user, Some(password)) => Some(Login::Password { user: decoded(user), password: decoded(password) }),
    };
    let mut bare = url;
    let bare_again = bare.set_username("").and_then(|()| bare.set_password(None));
    if bare_again.is_err() {
        return Err(invalid("cannot be parsed"));
    }
    bare.set_path("");
    let address = ServerAddr::from_url(bare).map_err(|error| invalid(&format!("cannot be used: {error}")))?;
    Ok((address, login))
}

impl Broker {
    /// Sets the name under which the server lists the connection.
    #[must_use]
    pub fn named(self, name: impl Into<String>) -> Self {
        Self { name: name.into(), ..self }
    }

    /// Logs in with a user and a password. Overrides those of the URL.
    #[must_use]
    pub fn user_and_password(self, user: impl Into<String>, password: impl Into<String>) -> Self {
        Self { login: Some(Login::Password { user: user.into(), password: password.into() }), ..self }
    }

    /// Logs in with a token.
    #[must_use]
    pub fn token(self, token: impl Into<String>) -> Self {
        Self { login: Some(Login::Token(token.into())), ..self }
    }

    /// Logs in with the seed of an nkey, which begins with `SU`.
    #[must_use]
    pub fn nkey(self, seed: impl Into<String>) -> Self {
        Self { login: Some(Login::Nkey(seed.into())), ..self }
    }

    /// Logs in with a file of credentials, as `nsc` writes it.
    #[must_use]
    pub fn credentials_file(self, path: impl Into<PathBuf>) -> Self {
        Self { credentials: Some(path.into()), ..self }
    }

    /// Trusts the certificates in this PEM file, instead of those of the system.
    #[must_use]
    pub fn ca_file(self, path: impl Into<PathBuf>) -> Self {
        Self { ca: Some(path.into()), ..self }
    }

    /// Identifies the client to the server with a certificate and its key, both PEM files.
    #[must_use]
    pub fn client_certificate(self, certificate: impl Into<PathBuf>, key: impl Into<PathBuf>) -> Self {
        Self { certificate: Some((certificate.into(), key.into())), ..self }
    }

    /// Connects, and checks that the server is new enough and has JetStream. The client reconnects by itself, without
    /// limit.
    ///
    /// # Errors
    ///
    /// Returns an error if no server can be reached, if it refuses the login, if it is older than 2.12, or if it has no
    /// JetStream.
    pub async fn connect(&self) -> Result<Client> {
        self.open(Reconnect::Always).await
    }

    pub(crate) async fn open(&self, reconnect: Reconnect) -> Result<Client> {
        let options = self.options(reconnect)?;
        let connected = options.connect(&self.servers[..]).await;
        let client = connected.map_err(|error| self.cannot_connect(&error))?;
        self.check_version(&client.server_info().version)?;
        let context = jetstream::new(client.clone());
        self.check_jetstream(&context).await?;
        Ok(client)
    }

    fn options(&self, reconnect: Reconnect) -> Result<ConnectOptions> {
        let mut options = ConnectOptions::new().name(&self.name).connection_timeout(CONNECT_TIMEOUT);
        match self.login.clone() {
            Some(Login::Password { user, password }) => options = options.user_and_password(user, password),
            Some(Login::Token(token)) => options = options.token(token),
            Some(Login::Nkey(seed)) => options = options.nkey(seed),
            None => {}
        }
        if let Some(path) = &self.credentials {
            let cannot_read = |error: io::Error| {
                let message = format!(
                    "cannot read the credentials file `{}`: {error}; give a file that `nsc generate creds` wrote",
                    path.display()
                );
                Error::new(ErrorKind::Setup, message)
            };
            let text = std::fs::read_to_string(path).map_err(cannot_read)?;
            options = options.credentials(&text).map_err(cannot_read)?;
        }
        if let Some(path) = &self.ca {
            std::fs::metadata(path).map_err(|error| {
                Error::new(ErrorKind::Setup, format!("cannot read the CA file `{}`: {error}", path.display()))
            })?;
            options = options.add_root_certificates(path.clone());
        }
        if let Some((certificate, key)) = self.certificate.clone() {
            options = options.add_client_certificate(certificate, key);
        }
        // The client panics if a program contains several cryptography libraries and has not chosen one.
        if rustls::crypto::CryptoProvider::get_default().is_none() {
            let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        }
        let was_connected = Arc::new(AtomicBool::new(false));
        let broker = self.to_string();
        Ok(options
            .event_callback({
                let was_connected = was_connected.clone();
                let reconnect = reconnect.clone();
                move |event| {
                    match (&event, &reconnect) {
                        // The owner reports whether it can use the connection.
                        (Event::Connected, Reconnect::Never(_)) => was_connected.store(true, Ordering::Relaxed),
                        (Event::Disconnected, Reconnect::Never(failure)) => failure.report(None),
                        (Event::ServerError(error), Reconnect::Never(failure)) => {
                            failure.report(Some(error.to_string()));
                        }
                        _ => log(&event, &broker, &was_connected),
                    }
                    std::future::ready(())
                }
            })
            .reconnect_delay_callback(move |attempts| match &reconnect {
                _ if !was_connected.load(Ordering::Relaxed) => Duration::ZERO,
                Reconnect::Always => reconnect_delay(attempts),
                // Longer than the client lives.
                Reconnect::Never(_) => Duration::from_hours(24),
            }))
    }

    fn check_version(&self, version: &str) -> Result {
        let mut numbers = version.split(['.', '-']).map(|number| number.parse::<u64>().ok());
        let is_new = match (numbers.next().flatten(), numbers.next().flatten()) {
            (Some(major), Some(minor)) => (major, minor) >= OLDEST_SERVER,
            _ => false,
        };
        if is_new {
            return Ok(());
        }
        let (major, minor) = OLDEST_SERVER;
        Err(Error::new(
            ErrorKind::Version,
            format!("the NATS server at {self} has version {version}; version {major}.{minor} or newer is required"),
        ))
    }

    async fn check_jetstream(&self, context: &Context) -> Result {
        let refused = |error: AccountError| match error.kind() {
            AccountErrorKind::JetStreamUnavailable => self.no_jetstream(),
            AccountErrorKind::JetStream(error)
                if matches!(
                    error.error_code(),
                    ErrorCode::JETSTREAM_NOT_ENABLED | ErrorCode::JETSTREAM_NOT_ENABLED_FOR_ACCOUNT
                ) =>
            {
                self.no_jetstream()
            }
            _ => Error::new(ErrorKind::Broker, format!("cannot query JetStream at {self}: {error}")),
        };
        context.query_account().await.map(drop).map_err(refused)
    }

    fn no_jetstream(&self) -> Error {
        Error::new(
            ErrorKind::NoJetStream,
            format!(
                "the NATS server at {self} has no JetStream for this user; start it with `nats-server -js`, or, if its \
                 disk is full, make room and restart it"
            ),
        )
    }

    fn cannot_connect(&self, error: &ConnectError) -> Error {
        let has_login = self.login.is_some() || self.credentials.is_some();
        let (kind, reason) = match error.kind() {
            ConnectErrorKind::AuthorizationViolation if has_login => (
                ErrorKind::Refused,
                "the server refused the login; check the user, password, token, key or credentials".to_owned(),
            ),
            ConnectErrorKind::AuthorizationViolation => (
                ErrorKind::Refused,
                "the server requires a login; write `nats://user:password@host`, or set a token, key or credentials"
                    .to_owned(),
            ),
            ConnectErrorKind::Authentication => {
                (ErrorKind::Refused, "the nkey is invalid; give its seed, which begins with `SU`".to_owned())
            }
            ConnectErrorKind::TimedOut => {
                (ErrorKind::Unreachable, format!("no answer within {} seconds", CONNECT_TIMEOUT.as_secs()))
            }
            ConnectErrorKind::Tls => (ErrorKind::Tls, tls_reason(&chain(error))),
            _ if is_tls(error) => (ErrorKind::Tls, tls_reason(&chain(error))),
            _ => (ErrorKind::Unreachable, format!("{}; check the address, and whether the server runs", chain(error))),
        };
        Error::new(kind, format!("cannot connect to the NATS server at {self}: {reason}"))
    }
}

/// Returns whether a TLS library reported the error.
fn is_tls(error: &(dyn StdError + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        let inner = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        if error.is::<rustls::Error>() || inner.is_some_and(<dyn StdError + Send + Sync>::is::<rustls::Error>) {
            return true;
        }
        cause = error.source();
    }
    false
}

fn tls_reason(reason: &str) -> String {
    let hint = if reason.contains("UnknownIssuer") {
        "the certificate is signed by an unknown authority; give its CA file"
    } else if reason.contains("NotValidForName") || reason.contains("not valid for name") {
        "the certificate is for another host; check the address"
    } else if reason.contains("Expired") || reason.contains("expired") {
        "the certificate has expired; renew it"
    } else if reason.contains("InvalidContentType") || reason.contains("corrupt message") {
        "the server does not use TLS; write `nats://`"
    } else if reason.contains("CertificateRequired") || reason.contains("certificate required") {
        "the server requires a client certificate; give one and its key"
    } else {
        "check the address, the CA file and the certificates"
    };
    format!("the TLS handshake failed ({reason}); {hint}")
}

/// The error's message and its causes, each once.
pub(crate) fn chain(error: &(dyn StdError + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let message = error.to_string();
        if !text.contains(&message) {
            let _ = write!(text, ": {message}");
        }
        cause = error.source();
    }
    text
}

/// The error of a connection that can no longer be used.
pub(crate) fn broken(error: &(dyn StdError + 'static)) -> Error {
    Error::new(ErrorKind::Broker, format!("the connection to the broker is broken: {}", chain(error)))
}

pub(crate) fn reconnect_delay(attempts: usize) -> Duration {
    let exponent = u32::try_from(attempts.saturating_sub(1)).unwrap_or(u32::MAX);
    let millis = 50_u64.saturating_mul(2_u64.saturating_pow(exponent));
    Duration::from_millis(millis).min(MAX_RECONNECT_DELAY)
}

fn log(event: &Event, broker: &str, was_connected: &AtomicBool) {
    match event {
        Event::Connected if was_connected.swap(true, Ordering::Relaxed) => {
            info!("reconnected to the broker at {broker}");
        }
        Event::Connected => info!("connected to the broker at {broker}"),
        Event::Disconnected => warn!("lost the connection to the broker at {broker}; reconnecting"),
        Event::LameDuckMode => info!("the broker at {broker} is about to stop"),
        Event::SlowConsumer(_) => warn!("the broker sent more than could be stored; messages were dropped"),
        Event::ServerError(error) => warn!("the broker at {broker} reported an error: {error}"),
        Event::ClientError(error) => debug!("the connection to the broker at {broker}: {error}"),
        Event::Draining | Event::Closed => debug!("the connection to the broker at {broker} is closed"),
    }
}

impl fmt::Display for Broker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, server) in self.servers.iter().enumerate() {
            write!(f, "{}{}", if index == 0 { "" } else { "," }, server.as_url_str())?;
        }
        Ok(())
    }
}

impl fmt::Debug for Broker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let login = self.login.as_ref().map(|login| match login {
            Login::Password { .. } => "password",
            Login::Token(_) => "token",
            Login::Nkey(_) => "nkey",
        });
        f.debug_struct("Broker")
            .field("servers", &self.to_string())
            .field("login", &login)
            .field("credentials", &self.credentials)
            .field("ca", &self.ca)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_servers_shares_the_scheme_and_the_login_and_shows_no_secret() {
        let broker: Broker = "tls://me:hun%2Cter2@a:4222,b:4223, c".parse().unwrap();
        assert_eq!(broker.to_string(), "tls://a:4222,tls://b:4223,tls://c");
        let Some(Login::Password { user, password }) = &broker.login else { panic!("{broker:?}") };
        assert_eq!((user.as_str(), password.as_str()), ("me", "hun,ter2"));
        assert!(!format!("{broker:?}").contains("ter2"), "{broker:?}");

        let broker: Broker = "nats://hunter2@[::1]:4222".parse().unwrap();
        assert_eq!(broker.to_string(), "nats://[::1]:4222");
        assert!(matches!(&broker.login, Some(Login::Token(token)) if token == "hunter2"));
        assert_eq!("host".parse::<Broker>().unwrap().to_string(), "nats://host");
    }

    #[test]
    fn a_wrong_address_is_refused_with_its_reason_and_without_its_secrets() {
        for (text, reason) in [
            ("", "has no host"),
            ("nats://", "has no host"),
            ("http://me:hunter2@h", "must begin with `nats://` or `tls://`"),
            ("nats://me:hunter2@h:99999", "cannot be parsed: invalid port number"),
            ("nats://me:hunter2@h/stream", "must end with the port"),
            ("nats://me:hun/ter2@h", "cannot be parsed"),
            ("nats://me:hun#ter2@h:1", "cannot be parsed"),
            ("nats://h:1#hunter2@h", "must end with the port"),
            ("nats://a,,b", "has no host"),
        ] {
            let error = text.parse::<Broker>().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Setup);
            let error = error.to_string();
            assert!(error.contains(reason) && !error.contains("hun") && !error.contains("ter2"), "{text}: {error}");
        }
    }

    #[test]
    fn delays_grow_and_stay_below_their_limit() {
        let delays: Vec<_> = (0..12).map(reconnect_delay).collect();
        assert!(delays.is_sorted(), "{delays:?}");
        assert_eq!((delays[2], delays[11]), (Duration::from_millis(100), MAX_RECONNECT_DELAY));
        assert_eq!(reconnect_delay(usize::MAX), MAX_RECONNECT_DELAY);
    }

    #[test]
    fn versions_are_compared_as_numbers() {
        let broker: Broker = "nats://h".parse().unwrap();
        for version in ["2.12.0", "2.15.1", "2.100.0-beta.1", "3.0.0"] {
            assert!(broker.check_version(version).is_ok(), "{version}");
        }
        for version in ["2.9.25", "2.11.9", "1.99.0", "", "new"] {
            assert_eq!(broker.check_version(version).unwrap_err().kind(), ErrorKind::Version, "{version}");
        }
    }
}
