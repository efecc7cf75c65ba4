//! TLS, by whichever library is built in, and what it means when it fails.

#[cfg(any(feature = "rustls", feature = "native-tls"))]
use super::causes::with_causes;
use super::socket::Connection;

/// Encrypts the connection.
///
/// # Errors
///
/// What failed, in words.
#[cfg(feature = "native-tls")]
pub(super) async fn secure(host: &str, connection: Box<dyn Connection>) -> Result<Box<dyn Connection>, String> {
    let connector = native_tls::TlsConnector::new().map_err(|error| error.to_string())?;
    let connected = tokio_native_tls::TlsConnector::from(connector).connect(host, connection).await;
    connected.map(|connection| Box::new(connection) as _).map_err(|error| with_causes(&error))
}

#[cfg(all(feature = "rustls", not(feature = "native-tls")))]
pub(super) async fn secure(host: &str, connection: Box<dyn Connection>) -> Result<Box<dyn Connection>, String> {
    use std::sync::Arc;

    use rustls_platform_verifier::BuilderVerifierExt;
    use tokio_rustls::{
        TlsConnector,
        rustls::{ClientConfig, crypto::aws_lc_rs, pki_types::ServerName},
    };

    let name = ServerName::try_from(host.to_owned()).map_err(|error| error.to_string())?;
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(BuilderVerifierExt::with_platform_verifier)
        .map_err(|error| error.to_string())?
        .with_no_client_auth();
    let connected = TlsConnector::from(Arc::new(config)).connect(name, connection).await;
    connected.map(|connection| Box::new(connection) as _).map_err(|error| with_causes(&error))
}

#[cfg(not(any(feature = "rustls", feature = "native-tls")))]
#[allow(clippy::unused_async)] // As the others.
pub(super) async fn secure(_host: &str, _connection: Box<dyn Connection>) -> Result<Box<dyn Connection>, String> {
    Err("this program was built without TLS: add the feature `native-tls` of auraxis".into())
}

/// Whether any TLS is built in.
pub(super) const IS_BUILT_IN: bool = cfg!(any(feature = "rustls", feature = "native-tls"));

/// What the words of OpenSSL, of Schannel and Secure Transport where they are known, and of rustls mean.
const MEANINGS: &[(&[&str], &str)] = &[
    (
        &[
            "hostname mismatch",
            "ip address mismatch",
            "not valid for name",
            "notvalidforname",
            "certificate not valid for",
        ],
        "the certificate is for another host: check the URL",
    ),
    (
        &["certificate has expired", "expired", "certexpired"],
        "the certificate has expired, or this machine's clock is wrong",
    ),
    (
        &["not yet valid", "not valid yet", "notvalidyet"],
        "the certificate is not valid yet, or this machine's clock is wrong",
    ),
    (
        &[
            "self-signed",
            "self signed",
            "unable to get local issuer",
            "unknownissuer",
            "unknown issuer",
            "causedasendentity",
            "no ca certificates",
        ],
        "nobody whom this machine trusts has signed the certificate: add the authority to the system's, or name it in \
         SSL_CERT_FILE",
    ),
    (
        &["wrong version number", "packet length too long", "http request", "invalidcontenttype", "corrupt message"],
        "the server does not speak TLS on this port: try `ws://`, or another port",
    ),
    (
        &[
            "handshake failure",
            "handshakefailure",
            "no shared cipher",
            "no cipher",
            "insufficient security",
            "protocol version",
            "protocolversion",
            "unsupported protocol",
            "incompatible",
        ],
        "server and client have no way of encryption in common. The official host has been seen to offer only RSA key \
         exchange, which the feature `native-tls` can do and `rustls` cannot",
    ),
    (&["unexpected eof", "eof", "connection reset", "closed"], "the server closed the connection during the handshake"),
];

/// What a failure means and what to do about it, if that is known.
pub(super) fn meaning(error: &str) -> Option<&'static str> {
    let error = error.to_ascii_lowercase();
    let known = |(words, _): &&(&[&str], &str)| words.iter().any(|word| error.contains(word));
    MEANINGS.iter().find(known).map(|(_, meaning)| *meaning)
}
