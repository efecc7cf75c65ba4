//! Opening a connection: name resolution, proxy, TLS and the WebSocket handshake.
//!
//! The handshake is made with hyper, which does not log requests, because the request contains the service id.

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
    client::legacy::connect::{HttpConnector, dns::GaiResolver, proxy::Tunnel},
    rt::TokioIo,
};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::handshake::{client::generate_key, derive_accept_key};
use tokio_util::task::AbortOnDropHandle;
use tower_service::Service;
use url::Url;

use super::{
    error_chain::error_chain,
    socket::{Connection, Socket},
    tls,
};
use crate::{
    config::Config,
    proxy,
    rest::response::time_until,
    service_id::{ServiceId, redacted},
};

/// The timeout of the whole connection attempt.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(20);

/// The timeout of the TCP connection, for all addresses of a host together.
const TCP_TIMEOUT: Duration = Duration::from_secs(10);

/// The variables that configure proxies.
const PROXY_HINT: &str =
    "check the variables `HTTP_PROXY` (for `ws://`), `HTTPS_PROXY` (for `wss://`), `ALL_PROXY` and `NO_PROXY`";

/// Why a connection attempt failed.
#[derive(Debug)]
pub(super) enum ConnectError {
    /// The server responded with HTTP 403, as it does to an invalid service id.
    Forbidden,
    /// Connecting to this URL can never succeed.
    Permanent(String),
    /// The attempt can be retried.
    Transient(String),
    /// The attempt can be retried after the time that the server requested with `Retry-After`.
    Busy(String, Duration),
}

/// Connects to a server. `address` is the address for messages, including the proxy.
pub(super) async fn connect(config: &Config, server: &Url, address: &str) -> Result<Socket, ConnectError> {
    let connecting = async {
        let url: Uri = config
            .ess_request(server)
            .parse()
            .map_err(|error| ConnectError::Permanent(format!("{address} is not a URL: {error}")))?;
        let is_secure = url.scheme_str() == Some("wss");
        if is_secure && !tls::IS_ENABLED {
            return Err(ConnectError::Permanent(format!(
                "{address} requires TLS, which this program was built without; enable the feature `native-tls` of auraxis"
            )));
        }
        let host = url.host().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        let connection = open(server, &url, is_secure)
            .await
            .map_err(|reason| ConnectError::Transient(format!("cannot connect to {address}: {reason}")))?;
        let connection = if is_secure {
            tls::handshake(&host, connection).await.map_err(|error| {
                let hint = tls::explain(&error).map_or(String::new(), |hint| format!(": {hint}"));
                ConnectError::Transient(format!("the TLS handshake with {address} failed{hint} ({error})"))
            })?
        } else {
            connection
        };
        handshake(&url, connection, address, &config.service_id).await
    };
    match timeout(CONNECT_TIMEOUT, connecting).await {
        Ok(result) => result,
        Err(_) => Err(ConnectError::Transient(format!("{address} did not respond within {CONNECT_TIMEOUT:?}"))),
    }
}

/// Opens a TCP connection to the server, directly or through a proxy.
async fn open(server: &Url, url: &Uri, is_secure: bool) -> Result<Box<dyn Connection>, String> {
    let destination = tcp_address(url, is_secure)?;
    let mut connector = connector(GaiResolver::new());
    let Some(proxy) = proxy::intercept(server) else {
        return connector.call(destination).await.map(boxed).map_err(|error| error_chain(&error));
    };
    if proxy.uri().scheme() != Some(&Scheme::HTTP) {
        return Err(format!("only `http://` proxies are supported for the event stream; {PROXY_HINT}"));
    }
    let mut tunnel = Tunnel::new(proxy.uri().clone(), connector);
    if let Some(authorization) = proxy.basic_auth() {
        tunnel = tunnel.with_auth(authorization.clone());
    }
    tunnel.call(destination).await.map(boxed).map_err(|error| format!("{}; {PROXY_HINT}", error_chain(&error)))
}

/// Returns a connector, which tries all addresses of a host as described in RFC 8305.
fn connector<R>(resolver: R) -> HttpConnector<R> {
    let mut connector = HttpConnector::new_with_resolver(resolver);
    connector.enforce_http(false);
    connector.set_nodelay(true);
    connector.set_connect_timeout(Some(TCP_TIMEOUT));
    connector
}

fn boxed(connection: TokioIo<tokio::net::TcpStream>) -> Box<dyn Connection> {
    Box::new(connection.into_inner())
}

/// Returns the URL without its path and with an explicit port.
fn tcp_address(url: &Uri, is_secure: bool) -> Result<Uri, String> {
    let (scheme, port) = if is_secure { ("https", 443) } else { ("http", 80) };
    let authority = format!("{}:{}", url.host().unwrap_or_default(), url.port_u16().unwrap_or(port));
    let address = Uri::builder().scheme(scheme).authority(authority).path_and_query("/").build();
    address.map_err(|error| error.to_string())
}

/// Upgrades the connection to a WebSocket.
async fn handshake(
    url: &Uri,
    connection: Box<dyn Connection>,
    address: &str,
    service_id: &ServiceId,
) -> Result<Socket, ConnectError> {
    let http_error = |error: hyper::Error| {
        let hint = if error.is_parse() && url.scheme_str() == Some("ws") {
            "; if the server requires TLS, use `wss://`"
        } else {
            ""
        };
        ConnectError::Transient(format!("{address} does not respond like a web server: {}{hint}", error_chain(&error)))
    };
    let key = generate_key();
    let (mut sender, connection) = http1::handshake(TokioIo::new(connection)).await.map_err(http_error)?;
    let _connection = AbortOnDropHandle::new(tokio::spawn(connection.with_upgrades()));
    let request = Request::get(url.path_and_query().map_or("/", PathAndQuery::as_str))
        .header(header::HOST, url.authority().map_or("", |authority| authority.as_str()))
        .header(header::CONNECTION, "Upgrade")
        .header(header::UPGRADE, "websocket")
        .header(header::SEC_WEBSOCKET_VERSION, "13")
        .header(header::SEC_WEBSOCKET_KEY, &key)
        .body(Empty::<Bytes>::new())
        .map_err(|error| ConnectError::Permanent(format!("cannot request {address}: {error}")))?;
    let response = sender.send_request(request).await.map_err(http_error)?;
    if response.status() != StatusCode::SWITCHING_PROTOCOLS {
        return Err(response_error(&response, address, service_id));
    }
    let accepted = response.headers().get(header::SEC_WEBSOCKET_ACCEPT).map(HeaderValue::as_bytes);
    if accepted != Some(derive_accept_key(key.as_bytes()).as_bytes()) {
        return Err(ConnectError::Transient(format!("{address} does not respond like a WebSocket server")));
    }
    let upgraded = upgrade::on(response).await.map_err(http_error)?;
    match upgraded.downcast::<TokioIo<Box<dyn Connection>>>() {
        Ok(Parts { io, read_buf, .. }) => Ok(Socket::new(io.into_inner(), &read_buf)),
        Err(upgraded) => Ok(Socket::new(Box::new(TokioIo::new(upgraded)), &[])),
    }
}

/// Returns the error of a response that does not upgrade to a WebSocket.
fn response_error<B>(response: &Response<B>, address: &str, service_id: &ServiceId) -> ConnectError {
    if response.status() == StatusCode::FORBIDDEN {
        return ConnectError::Forbidden;
    }
    let status = response.status();
    let header = |name| response.headers().get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    if let Some(location) = header(header::LOCATION) {
        let location = service_id.redact(&redacted(location));
        return ConnectError::Transient(format!(
            "{address} responded with {status} and redirects to `{location}`; redirects are not followed, so correct the URL"
        ));
    }
    match header(header::RETRY_AFTER).map(|after| (after, time_until(after))) {
        Some((after, Some(time))) => {
            ConnectError::Busy(format!("{address} responded with {status} and `Retry-After: {after}`"), time)
        }
        _ if status.is_success() => ConnectError::Transient(format!(
            "{address} responded with {status}, like a web page rather than an event stream; check the URL"
        )),
        _ => ConnectError::Transient(format!("{address} responded with {status}")),
    }
}

#[cfg(test)]
mod tests {
    use std::{
        future::{Ready, ready},
        net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
        task::{self, Poll},
        vec,
    };

    use hyper_util::client::legacy::connect::dns::Name;
    use tokio::net::{TcpListener, TcpSocket, TcpStream};

    use super::*;

    /// A resolver that returns these addresses for any host.
    #[derive(Clone)]
    struct Host(Vec<IpAddr>);

    impl Service<Name> for Host {
        type Response = vec::IntoIter<SocketAddr>;
        type Error = std::io::Error;
        type Future = Ready<Result<Self::Response, Self::Error>>;

        fn poll_ready(&mut self, _: &mut task::Context<'_>) -> Poll<Result<(), Self::Error>> {
            Poll::Ready(Ok(()))
        }

        fn call(&mut self, _: Name) -> Self::Future {
            ready(Ok(self.0.iter().map(|&address| SocketAddr::new(address, 0)).collect::<Vec<_>>().into_iter()))
        }
    }

    /// Makes attempts to connect to an address hang, as behind a firewall, by filling the queue of a listener.
    async fn black_hole(address: SocketAddr) -> (TcpListener, Vec<TcpStream>) {
        let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }.unwrap();
        socket.bind(address).unwrap();
        let listener = socket.listen(0).unwrap();
        let address = listener.local_addr().unwrap();
        let mut queue = Vec::new();
        while let Ok(connected) = timeout(Duration::from_millis(300), TcpStream::connect(address)).await {
            queue.push(connected.unwrap());
        }
        (listener, queue)
    }

    #[tokio::test]
    async fn all_addresses_of_a_host_are_tried() {
        let works = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let port = works.local_addr().unwrap().port();
        let (other, v4, v6) = (Ipv4Addr::new(127, 0, 0, 2), Ipv4Addr::LOCALHOST, Ipv6Addr::LOCALHOST);
        let mut dead: Vec<IpAddr> = vec![other.into()];
        match std::net::TcpListener::bind((v6, 0)) {
            Ok(_) => dead.push(v6.into()),
            Err(error) => println!("skipped, because IPv6 has no loopback: {error}"),
        }
        for dead in dead {
            let _dead = black_hole(SocketAddr::new(dead, port)).await;
            let url = format!("http://two.invalid:{port}/").parse().unwrap();
            let connected = connector(Host(vec![dead, v4.into()])).call(url).await.unwrap();
            assert_eq!(connected.inner().peer_addr().unwrap(), SocketAddr::new(v4.into(), port));
        }
    }
}
