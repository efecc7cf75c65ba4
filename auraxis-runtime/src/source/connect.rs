//! Opening a connection: addresses, a proxy, TLS, then the WebSocket's handshake.
//!
//! The handshake is made with hyper, which tells nobody what it sends: the request has the service id in it.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::Empty;
use hyper::{
    Request, Response, StatusCode, Uri,
    client::conn::http1,
    header::{self, HeaderValue},
    http::uri::{PathAndQuery, Scheme},
    upgrade::{self, Parts},
};
use hyper_util::{
    client::legacy::connect::{HttpConnector, proxy::Tunnel},
    rt::TokioIo,
};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::handshake::{client::generate_key, derive_accept_key};
use tokio_util::task::AbortOnDropHandle;
use tower_service::Service;
use url::Url;

use super::{
    causes::with_causes,
    socket::{Connection, Socket},
    tls,
};
use crate::proxy;

/// A connection that is not there by then is given up.
const CONNECT: Duration = Duration::from_secs(20);

/// How long all addresses of a host have together.
const ADDRESSES: Duration = Duration::from_secs(10);

/// Why there is no connection.
#[derive(Debug)]
pub(super) enum Refusal {
    /// The server answers HTTP 403, as it does to a service id that it does not know.
    Forbidden,
    /// This program can never connect to such an address.
    Impossible(String),
    /// Something that may pass.
    Passing(String),
}

/// Connects to a server with a URL that shows the service id; `address` is the same for people to read.
pub(super) async fn connect(server: &Url, request: &str, address: &str) -> Result<Socket, Refusal> {
    let connecting = async {
        let url: Uri = request.parse().map_err(|error| Refusal::Impossible(format!("{address} is no URL: {error}")))?;
        let is_secure = url.scheme_str() == Some("wss");
        if is_secure && !tls::IS_BUILT_IN {
            return Err(Refusal::Impossible(format!(
                "{address} wants TLS, and this program was built without: add the feature `native-tls` of auraxis"
            )));
        }
        let host = url.host().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        let connection = reach(server, &url, is_secure)
            .await
            .map_err(|reason| Refusal::Passing(format!("{address} cannot be reached: {reason}")))?;
        let connection = if is_secure {
            tls::secure(&host, connection).await.map_err(|error| {
                let meaning = tls::meaning(&error).map_or(String::new(), |meaning| format!(": {meaning}"));
                Refusal::Passing(format!("the TLS handshake with {address} failed{meaning} ({error})"))
            })?
        } else {
            connection
        };
        shake_hands(&url, connection, address).await
    };
    match timeout(CONNECT, connecting).await {
        Ok(connected) => connected,
        Err(_) => Err(Refusal::Passing(format!("{address} did not answer within {CONNECT:?}"))),
    }
}

/// Opens a connection to the server, or through a proxy. All addresses of the host are tried, as RFC 8305 says.
async fn reach(server: &Url, url: &Uri, is_secure: bool) -> Result<Box<dyn Connection>, String> {
    let destination = tcp_address(url, is_secure)?;
    let mut connector = HttpConnector::new();
    connector.enforce_http(false);
    connector.set_nodelay(true);
    connector.set_connect_timeout(Some(ADDRESSES));
    let Some(proxy) = proxy::intercept(server) else {
        return connector.call(destination).await.map(boxed).map_err(|error| with_causes(&error));
    };
    let through = proxy::shown(&proxy);
    if proxy.uri().scheme() != Some(&Scheme::HTTP) {
        return Err(format!("the proxy {through} is of a kind that the stream cannot use: it takes `http://` proxies"));
    }
    let mut tunnel = Tunnel::new(proxy.uri().clone(), connector);
    if let Some(authorization) = proxy.basic_auth() {
        tunnel = tunnel.with_auth(authorization.clone());
    }
    tunnel.call(destination).await.map(boxed).map_err(|error| {
        format!(
            "the proxy {through} does not let it through ({}). HTTPS_PROXY and NO_PROXY decide",
            with_causes(&error)
        )
    })
}

fn boxed(connection: TokioIo<tokio::net::TcpStream>) -> Box<dyn Connection> {
    Box::new(connection.into_inner())
}

/// What to connect to: the URL without its path, its port named.
fn tcp_address(url: &Uri, is_secure: bool) -> Result<Uri, String> {
    let (scheme, port) = if is_secure { ("https", 443) } else { ("http", 80) };
    let authority = format!("{}:{}", url.host().unwrap_or_default(), url.port_u16().unwrap_or(port));
    let address = Uri::builder().scheme(scheme).authority(authority).path_and_query("/").build();
    address.map_err(|error| error.to_string())
}

/// Asks the server to go on as a WebSocket.
async fn shake_hands(url: &Uri, connection: Box<dyn Connection>, address: &str) -> Result<Socket, Refusal> {
    let broken = |error: hyper::Error| {
        Refusal::Passing(format!("{address} does not answer like a web server: {}", with_causes(&error)))
    };
    let key = generate_key();
    let (mut sender, connection) = http1::handshake(TokioIo::new(connection)).await.map_err(broken)?;
    let _connection = AbortOnDropHandle::new(tokio::spawn(connection.with_upgrades()));
    let request = Request::get(url.path_and_query().map_or("/", PathAndQuery::as_str))
        .header(header::HOST, url.authority().map_or("", |authority| authority.as_str()))
        .header(header::CONNECTION, "Upgrade")
        .header(header::UPGRADE, "websocket")
        .header(header::SEC_WEBSOCKET_VERSION, "13")
        .header(header::SEC_WEBSOCKET_KEY, &key)
        .body(Empty::<Bytes>::new())
        .map_err(|error| Refusal::Impossible(format!("{address} cannot be asked for: {error}")))?;
    let answer = sender.send_request(request).await.map_err(broken)?;
    if answer.status() != StatusCode::SWITCHING_PROTOCOLS {
        return Err(refused(&answer, address));
    }
    let accepted = answer.headers().get(header::SEC_WEBSOCKET_ACCEPT).map(HeaderValue::as_bytes);
    if accepted != Some(derive_accept_key(key.as_bytes()).as_bytes()) {
        return Err(Refusal::Passing(format!("{address} does not answer like a WebSocket server")));
    }
    let upgraded = upgrade::on(answer).await.map_err(broken)?;
    match upgraded.downcast::<TokioIo<Box<dyn Connection>>>() {
        Ok(Parts { io, read_buf, .. }) => Ok(Socket::new(io.into_inner(), &read_buf)),
        Err(upgraded) => Ok(Socket::new(Box::new(TokioIo::new(upgraded)), &[])),
    }
}

/// What an answer that is no WebSocket says.
fn refused<B>(answer: &Response<B>, address: &str) -> Refusal {
    if answer.status() == StatusCode::FORBIDDEN {
        return Refusal::Forbidden;
    }
    let header = |name| answer.headers().get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let more = match (header(header::LOCATION), header(header::RETRY_AFTER)) {
        (Some(location), _) => format!(", and points at {}", crate::service_id::redacted(location)),
        (None, Some(after)) => format!(", and asks to come back after {after}"),
        (None, None) => String::new(),
    };
    Refusal::Passing(format!("{address} answers {}{more}", answer.status()))
}
