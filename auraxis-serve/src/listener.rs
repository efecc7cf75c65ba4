//! Accepts connections, within limits.

use std::{
    error::Error as _,
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::{Duration, Instant},
};

use axum::{Router, body::Body};
use hyper::{
    Request, Response,
    body::{Body as HttpBody, Frame, Incoming, SizeHint},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    time::{sleep, timeout},
};
use tokio_io_timeout::TimeoutStream;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower_service::Service as _;

use crate::{
    app::App,
    connections::{Admission, Answering, Connection, Connections, MAX_CONNECTIONS},
    pace::Pace,
};

/// The time that a client has to send the head of a request, after connecting or after the last response. Browsers send it
/// at once, and open another connection if this one was closed.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);

/// How much longer a client that reads nothing is waited for than readers of streams, which their routes drop and count.
const WRITE_MARGIN: Duration = Duration::from_secs(2);

/// The maximum size of a connection's read buffer, and so of the head of a request, in bytes.
const MAX_HEAD: usize = 32 * 1024;

/// The maximum number of headers of a request.
const MAX_HEADERS: usize = 64;

/// The time that connections have to end when the server stops.
const STOP_TIMEOUT: Duration = Duration::from_millis(200);

/// The delay after a failure to accept a connection, such as too many open files.
const ACCEPT_DELAY: Duration = Duration::from_millis(100);

/// What a connection gets that is refused.
const REFUSAL: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\ncontent-length: 0\r\nretry-after: 1\r\n\r\n";

/// Serves until stopped.
pub(crate) async fn serve(listener: TcpListener, router: Router, app: Arc<App>, stop: CancellationToken) {
    let (connections, pace, tasks) = (Connections::default(), Arc::<Pace>::default(), TaskTracker::new());
    loop {
        let tcp = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => match accepted {
                Ok((tcp, _)) => tcp,
                Err(error) => {
                    tracing::warn!("cannot accept a connection: {error}");
                    sleep(ACCEPT_DELAY).await;
                    continue;
                }
            },
        };
        let Some(connection) = admit(&connections, &app, &tcp) else { continue };
        let (router, app, pace, stop) = (router.clone(), Arc::clone(&app), Arc::clone(&pace), stop.clone());
        tasks.spawn(async move {
            let serve = answer(tcp, router, &app, pace, &connection);
            tokio::select! {
                () = serve => {}
                () = connection.closed() => {}
                () = stop.cancelled() => {}
            }
        });
    }
    tasks.close();
    let _ = timeout(STOP_TIMEOUT, tasks.wait()).await;
}

fn admit(connections: &Connections, app: &App, tcp: &TcpStream) -> Option<Connection> {
    let counters = &app.counters;
    counters.connections.add();
    match connections.admit() {
        Admission::Admitted(connection) => Some(connection),
        Admission::Replaced(connection) => {
            if counters.evicted.add() == 1 {
                tracing::warn!(
                    "there are {MAX_CONNECTIONS} connections over HTTP, so an idle one was closed; further ones are only \
                     counted"
                );
            }
            Some(connection)
        }
        Admission::Refused => {
            if counters.refused.add() == 1 {
                tracing::warn!(
                    "there are {MAX_CONNECTIONS} busy connections over HTTP, so another one was refused; further ones are \
                     only counted"
                );
            }
            // The socket's buffer is empty, so this does not have to wait.
            let _ = tcp.try_write(REFUSAL);
            None
        }
    }
}

/// Answers the requests of a connection.
async fn answer(tcp: TcpStream, router: Router, app: &Arc<App>, pace: Arc<Pace>, connection: &Connection) {
    let _ = tcp.set_nodelay(true);
    let mut stream = TimeoutStream::new(tcp);
    stream.set_write_timeout(Some(app.settings.read_timeout() + WRITE_MARGIN));
    let answering = connection.answering();
    let service = service_fn(|request: Request<Incoming>| {
        let (mut router, app, pace, answering) =
            (router.clone(), Arc::clone(app), Arc::clone(&pace), answering.clone());
        async move {
            let delay = pace.delay(Instant::now());
            if !delay.is_zero() {
                app.counters.delayed.add();
                sleep(delay).await;
            }
            let answering = answering();
            let response: Response<Body> = router.call(request).await?;
            Ok::<_, std::convert::Infallible>(response.map(|body| Body::new(Answered { body, _answering: answering })))
        }
    });
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_buf_size(MAX_HEAD)
        .max_headers(MAX_HEADERS)
        .serve_connection(TokioIo::new(Box::pin(stream)), service)
        .with_upgrades()
        .await;
    let Err(error) = served else { return };
    let cause = error.source().and_then(|source| source.downcast_ref::<io::Error>());
    if error.is_timeout() {
        app.counters.slow_requests.add();
    } else if cause.is_some_and(|cause| cause.kind() == io::ErrorKind::TimedOut) {
        app.counters.slow_readers.add();
    } else if error.is_parse() {
        app.counters.malformed.add();
    }
}

/// The body of a response, until whose end the connection is busy.
struct Answered {
    body: Body,
    _answering: Answering,
}

impl HttpBody for Answered {
    type Data = <Body as HttpBody>::Data;
    type Error = <Body as HttpBody>::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
