//! TLS with the enabled library, and explanations of its errors.

#[cfg(any(feature = "rustls", feature = "native-tls"))]
use super::error_chain::error_chain;
use super::socket::Connection;

/// Encrypts the connection.
///
/// # Errors
///
/// Returns an error message if the handshake fails.
#[cfg(feature = "native-tls")]
pub(super) async fn handshake(host: &str, connection: Box<dyn Connection>) -> Result<Box<dyn Connection>, String> {
    let connector = native_tls::TlsConnector::new().map_err(|error| error.to_string())?;
    let connected = tokio_native_tls::TlsConnector::from(connector).connect(host, connection).await;
    connected.map(|connection| Box::new(connection) as _).map_err(|error| error_chain(&error))
}

#[cfg(all(feature = "rustls", not(feature = "native-tls")))]
pub(super) async fn handshake(host: &str, connection: Box<dyn Connection>) -> Result<Box<dyn Connection>, String> {
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
    connected.map(|connection| Box::new(connection) as _).map_err(|error| error_chain(&error))
}

#[cfg(not(any(feature = "rustls", feature = "native-tls")))]
#[allow(clippy::unused_async, reason = "same signature as with TLS")]
pub(super) async fn handshake(_host: &str, _connection: Box<dyn Connection>) -> Result<Box<dyn Connection>, String> {
    Err("this program was built without TLS; enable the feature `native-tls` of auraxis".into())
}

/// Whether a TLS library is enabled.
pub(super) const IS_ENABLED: bool = cfg!(any(feature = "rustls", feature = "native-tls"));

/// Explanations of errors that contain certain phrases, from OpenSSL, Schannel, Secure Transport and rustls.
const EXPLANATIONS: &[(&[&str], &str)] = &[
    (
        &[
            "hostname mismatch",
            "ip address mismatch",
            "not valid for name",
            "notvalidforname",
            "certificate not valid for",
        ],
        "the certificate is for another host; check the URL",
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
        "the certificate is not signed by a trusted authority; add its authority to the system's trust store, or set \
         `SSL_CERT_FILE`",
    ),
    (
        &["wrong version number", "packet length too long", "http request", "invalidcontenttype", "corrupt message"],
        "the server does not use TLS on this port; try `ws://` or another port",
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
        "the server and this program have no TLS version or cipher in common; the official server has been observed to \
         offer only RSA key exchange, which requires the feature `native-tls` instead of `rustls`",
    ),
    (&["unexpected eof", "eof", "connection reset", "closed"], "the server closed the connection during the handshake"),
];

/// Explains an error and what to do about it, if it is known.
pub(super) fn explain(error: &str) -> Option<&'static str> {
    let error = error.to_ascii_lowercase();
    let matches = |(phrases, _): &&(&[&str], &str)| phrases.iter().any(|phrase| error.contains(phrase));
    EXPLANATIONS.iter().find(matches).map(|(_, explanation)| *explanation)
}
