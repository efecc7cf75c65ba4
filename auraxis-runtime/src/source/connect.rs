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
    client::legacy::connect::{HttpConnector, dns::GaiResolver, proxy::Tunnel},
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
use crate::{
    config::Config,
    proxy,
    rest::response::time_until,
    service_id::{ServiceId, redacted},
};

/// A connection that is not there by then is given up.
const CONNECT: Duration = Duration::from_secs(20);

/// How long all addresses of a host have together.
const ADDRESSES: Duration = Duration::from_secs(10);

/// What to change when a proxy is in the way.
const DECIDE: &str = "HTTP_PROXY (for `ws://`), HTTPS_PROXY (for `wss://`), ALL_PROXY and NO_PROXY decide";

/// Why there is no connection.
#[derive(Debug)]
pub(super) enum Refusal {
    /// The server answers HTTP 403, as it does to a service id that it does not know.
    Forbidden,
    /// This program can never connect to such an address.
    Impossible(String),
    /// Something that may pass.
    Passing(String),
    /// The server says when to come back.
    Busy(String, Duration),
}

/// Connects to a server. `address` is what people read of it, with the proxy on the way.
pub(super) async fn connect(config: &Config, server: &Url, address: &str) -> Result<Socket, Refusal> {
    let connecting = async {
        let url: Uri = config
            .ess_request(server)
            .parse()
            .map_err(|error| Refusal::Impossible(format!("{address} is no URL: {error}")))?;
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
        shake_hands(&url, connection, address, &config.service_id).await
    };
    match timeout(CONNECT, connecting).await {
        Ok(connected) => connected,
        Err(_) => Err(Refusal::Passing(format!("{address} did not answer within {CONNECT:?}"))),
    }
}

/// Opens a connection to the server, or through a proxy.
async fn reach(server: &Url, url: &Uri, is_secure: bool) -> Result<Box<dyn Connection>, String> {
    let destination = tcp_address(url, is_secure)?;
    let mut connector = connector(GaiResolver::new());
    let Some(proxy) = proxy::intercept(server) else {
        return connector.call(destination).await.map(boxed).map_err(|error| with_causes(&error));
    };
    if proxy.uri().scheme() != Some(&Scheme::HTTP) {
        return Err(format!("the stream can use `http://` proxies only. {DECIDE}"));
    }
    let mut tunnel = Tunnel::new(proxy.uri().clone(), connector);
    if let Some(authorization) = proxy.basic_auth() {
        tunnel = tunnel.with_auth(authorization.clone());
    }
    tunnel.call(destination).await.map(boxed).map_err(|error| format!("{}. {DECIDE}", with_causes(&error)))
}

/// Connects to a host. All its addresses are tried, as RFC 8305 says.
fn connector<R>(resolver: R) -> HttpConnector<R> {
    let mut connector = HttpConnector::new_with_resolver(resolver);
    connector.enforce_http(false);
    connector.set_nodelay(true);
    connector.set_connect_timeout(Some(ADDRESSES));
    connector
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
async fn shake_hands(
    url: &Uri,
    connection: Box<dyn Connection>,
    address: &str,
    service_id: &ServiceId,
) -> Result<Socket, Refusal> {
    let broken = |error: hyper::Error| {
        let hint =
            if error.is_parse() && url.scheme_str() == Some("ws") { ". If it wants TLS, write `wss://`" } else { "" };
        Refusal::Passing(format!("{address} does not answer like a web server: {}{hint}", with_causes(&error)))
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
        return Err(refused(&answer, address, service_id));
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
fn refused<B>(answer: &Response<B>, address: &str, service_id: &ServiceId) -> Refusal {
    if answer.status() == StatusCode::FORBIDDEN {
        return Refusal::Forbidden;
    }
    let status = answer.status();
    let header = |name| answer.headers().get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    if let Some(location) = header(header::LOCATION) {
        let location = service_id.redact(&redacted(location));
        return Refusal::Passing(format!(
            "{address} answers {status} and points at {location}. Redirects are not followed: correct the URL"
        ));
    }
    match header(header::RETRY_AFTER).map(|after| (after, time_until(after))) {
        Some((after, Some(time))) => {
            Refusal::Busy(format!("{address} answers {status} and asks to come back after {after}"), time)
        }
        _ if status.is_success() => Refusal::Passing(format!(
            "{address} answers {status} like a web page, and not like an event stream: check the URL"
        )),
        _ => Refusal::Passing(format!("{address} answers {status}")),
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

    /// Knows one host with these addresses.
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

    /// An address where attempts to connect hang, as of a host behind a firewall: the queue of a listener is full.
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
    async fn a_host_is_reached_though_its_first_address_is_dead() {
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
