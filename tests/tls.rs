//! TLS with the enabled library: what works, and the message of each failure.
//!
//! `cargo test --test tls` uses `native-tls`; for the other,
//! `cargo test --test tls --no-default-features --features rustls,sim`. The servers are OpenSSL's in both cases.
#![cfg(any(feature = "native-tls", feature = "rustls"))]
#![allow(clippy::unwrap_used)] // Helpers of tests are tests.

use std::{
    env, fs,
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    path::PathBuf,
    sync::Arc,
    thread,
};

use openssl::{
    asn1::Asn1Time,
    bn::BigNum,
    hash::MessageDigest,
    pkey::{PKey, Private},
    rsa::Rsa,
    ssl::{SslAcceptor, SslMethod, SslOptions, SslVersion},
    x509::{
        X509, X509Builder, X509Name,
        extension::{BasicConstraints, ExtendedKeyUsage, KeyUsage, SubjectAlternativeName},
    },
};
use tokio_tungstenite::tungstenite;

#[path = "connection/apart.rs"]
mod apart;
mod common;

use apart::CONNECTED;

/// A certificate and its key.
struct Identity {
    certificate: X509,
    key: PKey<Private>,
}

/// The properties of a certificate.
struct Wanted<'a> {
    name: &'a str,
    /// The first and the last day of its validity, relative to today.
    days: (i64, i64),
    /// The issuer; `None` if it is self-signed.
    issuer: Option<&'a Identity>,
}

const YEAR: (i64, i64) = (-1, 365);

impl Identity {
    fn new(wanted: &Wanted<'_>) -> Self {
        let key = PKey::from_rsa(Rsa::generate(2_048).unwrap()).unwrap();
        let is_authority = wanted.issuer.is_none();
        let mut name = X509Name::builder().unwrap();
        name.append_entry_by_text("CN", wanted.name).unwrap();
        let name = name.build();
        let day = |days: i64| {
            let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
            Asn1Time::from_unix(i64::try_from(now).unwrap() + days * 86_400).unwrap()
        };
        let mut builder = X509Builder::new().unwrap();
        builder.set_version(2).unwrap();
        let serial = BigNum::from_u32(u32::from(is_authority) + 1).unwrap().to_asn1_integer().unwrap();
        builder.set_serial_number(&serial).unwrap();
        builder.set_subject_name(&name).unwrap();
        builder.set_issuer_name(wanted.issuer.map_or(&*name, |issuer| issuer.certificate.subject_name())).unwrap();
        builder.set_pubkey(&key).unwrap();
        builder.set_not_before(&day(wanted.days.0)).unwrap();
        builder.set_not_after(&day(wanted.days.1)).unwrap();
        if is_authority {
            builder.append_extension(BasicConstraints::new().critical().ca().build().unwrap()).unwrap();
            let usage = KeyUsage::new().critical().key_cert_sign().digital_signature().key_encipherment().build();
            builder.append_extension(usage.unwrap()).unwrap();
        } else {
            builder.append_extension(BasicConstraints::new().build().unwrap()).unwrap();
            builder.append_extension(ExtendedKeyUsage::new().server_auth().build().unwrap()).unwrap();
        }
        let names = SubjectAlternativeName::new().dns(wanted.name).build(&builder.x509v3_context(None, None)).unwrap();
        builder.append_extension(names).unwrap();
        builder.sign(wanted.issuer.map_or(&key, |issuer| &issuer.key), MessageDigest::sha256()).unwrap();
        Self { certificate: builder.build(), key }
    }

    fn signed_by(issuer: &Self, name: &str, days: (i64, i64)) -> Self {
        Self::new(&Wanted { name, days, issuer: Some(issuer) })
    }
}

/// Starts a server with this certificate that answers a subscription, on a dedicated thread for as long as the tests
/// run. Returns the port.
fn server(identity: &Identity, change: impl FnOnce(&mut openssl::ssl::SslAcceptorBuilder)) -> u16 {
    let mut acceptor = SslAcceptor::mozilla_intermediate_v5(SslMethod::tls()).unwrap();
    acceptor.set_certificate(&identity.certificate).unwrap();
    acceptor.set_private_key(&identity.key).unwrap();
    change(&mut acceptor);
    let acceptor = Arc::new(acceptor.build());
    listen(move |stream| {
        let Ok(stream) = acceptor.accept(stream) else { return };
        let Ok(mut websocket) = tungstenite::accept(stream) else { return };
        if websocket.read().is_ok() {
            let echo = r#"{"subscription":{"characterCount":0,"eventNames":["Death"],"logicalAndCharactersWithWorlds":false,"worlds":["all"]}}"#;
            let _ = websocket.send(tungstenite::Message::text(echo));
            while websocket.read().is_ok() {}
        }
    })
}

/// Serves each connection on a dedicated thread. Returns the port.
fn listen(serve: impl Fn(TcpStream) + Clone + Send + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let serve = serve.clone();
            thread::spawn(move || serve(stream));
        }
    });
    port
}

/// A file with the certificates of authorities.
struct Authorities(PathBuf);

impl Authorities {
    fn of(name: &str, authority: &Identity) -> Self {
        let path = env::temp_dir().join(format!("auraxis-tls-{}-{name}.pem", std::process::id()));
        fs::write(&path, authority.certificate.to_pem().unwrap()).unwrap();
        Self(path)
    }
}

impl Drop for Authorities {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// Returns the output of a client that connects there and trusts these authorities.
async fn connect(url: &str, authorities: &Authorities) -> String {
    apart::connect(url, &[("SSL_CERT_FILE", authorities.0.to_str().unwrap())]).await
}

async fn assert_told(url: &str, authorities: &Authorities, told: &str) {
    let said = connect(url, authorities).await;
    assert!(said.contains(told) && !said.contains(CONNECTED), "{url}: no `{told}` in {said}");
    let others = [WRONG_HOST, EXPIRED, TOO_EARLY, UNTRUSTED, PLAIN, NOTHING_IN_COMMON, CLOSED];
    for other in others.into_iter().filter(|other| *other != told) {
        assert!(!said.contains(other), "{url}: `{other}` in {said}");
    }
}

const WRONG_HOST: &str = "the certificate is for another host";
const EXPIRED: &str = "the certificate has expired";
const TOO_EARLY: &str = "the certificate is not valid yet";
const UNTRUSTED: &str = "the certificate is not signed by a trusted authority";
const PLAIN: &str = "the server does not use TLS on this port";
const NOTHING_IN_COMMON: &str = "have no TLS version or cipher in common";
const CLOSED: &str = "closed the connection during the handshake";

fn authority(name: &str) -> Identity {
    Identity::new(&Wanted { name, days: YEAR, issuer: None })
}

fn url(port: u16) -> String {
    format!("wss://localhost:{port}/streaming")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_with_a_trusted_certificate_is_accepted() {
    let authority = authority("Vanu Authority");
    let trusted = Authorities::of("trusted", &authority);
    let port = server(&Identity::signed_by(&authority, "localhost", YEAR), |_| {});
    let said = connect(&url(port), &trusted).await;
    assert!(said.contains(CONNECTED), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_fault_of_a_certificate_has_its_own_message() {
    let authority = authority("Vanu Authority");
    let trusted = Authorities::of("faults", &authority);
    let signed = |name, days| Identity::signed_by(&authority, name, days);
    for (identity, told) in [
        (signed("push.planetside2.com", YEAR), WRONG_HOST),
        (signed("localhost", (-30, -2)), EXPIRED),
        (signed("localhost", (2, 30)), TOO_EARLY),
        (Identity::signed_by(&self::authority("Spandex Authority"), "localhost", YEAR), UNTRUSTED),
        (self::authority("localhost"), UNTRUSTED),
    ] {
        assert_told(&url(server(&identity, |_| {})), &trusted, told).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_for_another_address_is_reported() {
    let authority = authority("Vanu Authority");
    let trusted = Authorities::of("address", &authority);
    let port = server(&Identity::signed_by(&authority, "localhost", YEAR), |_| {});
    assert_told(&format!("wss://127.0.0.1:{port}/"), &trusted, WRONG_HOST).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ports_without_tls_and_servers_that_hang_up_are_reported() {
    let trusted = Authorities::of("ports", &authority("Vanu Authority"));
    let plain = listen(|mut stream| {
        let _ = stream.read(&mut [0; 16]);
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
    });
    assert_told(&url(plain), &trusted, PLAIN).await;
    let closing = listen(|mut stream| {
        // Read, so that the end is no reset.
        let _ = stream.read(&mut [0; 4_096]);
    });
    assert_told(&url(closing), &trusted, CLOSED).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_with_rsa_key_exchange_only_is_for_native_tls() {
    let authority = authority("Vanu Authority");
    let trusted = Authorities::of("rsa", &authority);
    let port = server(&Identity::signed_by(&authority, "localhost", YEAR), |acceptor| {
        acceptor.set_max_proto_version(Some(SslVersion::TLS1_2)).unwrap();
        acceptor.set_cipher_list("AES128-GCM-SHA256").unwrap();
    });
    if cfg!(feature = "native-tls") {
        let said = connect(&url(port), &trusted).await;
        assert!(said.contains(CONNECTED), "{said}");
    } else {
        assert_told(&url(port), &trusted, NOTHING_IN_COMMON).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_with_outdated_encryption_is_reported() {
    let authority = authority("Vanu Authority");
    let trusted = Authorities::of("old", &authority);
    let identity = Identity::signed_by(&authority, "localhost", YEAR);
    // Encryption without a secret, and a version that nobody takes any more.
    for (version, ciphers) in [(SslVersion::TLS1_2, "NULL-SHA256"), (SslVersion::TLS1_1, "DEFAULT")] {
        let port = server(&identity, |acceptor| {
            acceptor.clear_options(SslOptions::NO_TLSV1_1);
            acceptor.set_min_proto_version(Some(version)).unwrap();
            acceptor.set_max_proto_version(Some(version)).unwrap();
            acceptor.set_cipher_list(&format!("{ciphers}:@SECLEVEL=0")).unwrap();
        });
        assert_told(&url(port), &trusted, NOTHING_IN_COMMON).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_root_certificates_no_server_is_trusted() {
    let identity = Identity::signed_by(&authority("Vanu Authority"), "localhost", YEAR);
    let none = Authorities("/nowhere/at/all.pem".into());
    let url = url(server(&identity, |_| {}));
    if cfg!(feature = "native-tls") {
        assert_told(&url, &none, UNTRUSTED).await;
    } else {
        let said = connect(&url, &none).await;
        assert!(said.contains("No CA certificates were loaded"), "{said}");
    }
}
