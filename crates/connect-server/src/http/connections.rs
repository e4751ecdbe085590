//! The open connections: each with time limits, and not more than a limit. If there are too many, the oldest one that waits for
//! a request gives way, so that clients that send nothing keep nobody out.

use std::collections::{BTreeMap, HashMap};
use std::convert::Infallible;
use std::io::{self, IoSlice};
use std::net::{IpAddr, SocketAddr};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::ConnectInfo;
use axum::http::Request;
use axum::response::Response;
use hyper::body::{Frame, Incoming, SizeHint};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use prometheus_client::metrics::gauge::Gauge;
use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

use super::client_address::network;
use crate::config::Config;
use crate::metrics;
use crate::state::AppState;

/// How long a connection may wait for the head of a request: longer than proxies keep idle connections.
const IDLE_TIMEOUT: Duration = Duration::from_secs(75);

/// The largest head of a request, and the most that is kept of what a client does not read, in bytes.
const MAX_BUFFER: usize = 32 * 1024;

/// How long a client may leave what was sent to it unread.
const UNREAD_TIMEOUT: Duration = Duration::from_secs(30);

/// After how long a connection takes no more requests.
const MAX_AGE: Duration = Duration::from_secs(3600);

/// How long a request may take to finish when the backend stops.
const GRACE_PERIOD: Duration = Duration::from_secs(10);

/// The pause after the system refuses a connection, because it has no file or no memory left.
const REFUSED_PAUSE: Duration = Duration::from_millis(100);

/// The part of the connections, and of the system's files, that one address or everything else gets: a quarter.
const SHARE: usize = 4;

/// Serves a router until `stop` is cancelled, and until its requests have finished.
pub(crate) async fn serve(listener: TcpListener, router: Router, state: &AppState) {
    let stop = &state.stop;
    let connections = Connections::new(&state.config, state.metrics.connections.clone());
    let tasks = TaskTracker::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.cancelled() => break,
        };
        match accepted {
            Ok((stream, peer)) => {
                if let Some(connection) = connections.open(peer.ip()) {
                    let task = connection.serve(stream, peer, router.clone(), stop.clone());
                    tasks.spawn(task);
                }
            }
            Err(error) => {
                tracing::warn!(%error, "accepting a connection failed");
                tokio::time::sleep(REFUSED_PAUSE).await;
            }
        }
    }
    drop(listener);
    tasks.close();
    tasks.wait().await;
}

/// The open connections.
struct Connections {
    open: Arc<Mutex<Open>>,
    gauge: Gauge,
    max: usize,
    max_of_address: usize,
    trusted: Vec<ipnet::IpNet>,
}

#[derive(Default)]
struct Open {
    /// The oldest first.
    connections: BTreeMap<u64, (IpAddr, Activity)>,
    /// How many each address has.
    of_address: HashMap<IpAddr, usize>,
    next_id: u64,
}

/// What a connection does.
#[derive(Clone, Default)]
struct Activity {
    /// The requests whose answer is not complete.
    requests: Arc<AtomicUsize>,
    /// Whether the client does not read what is sent to it.
    is_blocked: Arc<AtomicBool>,
    /// Cancelled when the connection has to give way.
    evicted: CancellationToken,
}

impl Activity {
    fn is_idle(&self) -> bool {
        self.requests.load(Ordering::SeqCst) == 0 && !self.is_blocked.load(Ordering::SeqCst)
    }
}

impl Connections {
    fn new(config: &Config, gauge: Gauge) -> Self {
        let files = rlimit::increase_nofile_limit(u64::MAX).unwrap_or(u64::MAX);
        let files = usize::try_from(files).unwrap_or(usize::MAX);
        let max = config.max_connections.min(files - files / SHARE);
        if max < config.max_connections {
            tracing::info!(
                max,
                "the system's limit on open files limits the connections"
            );
        }
        Self {
            open: Arc::default(),
            gauge,
            max,
            max_of_address: max.div_ceil(SHARE),
            trusted: config.trusted_proxies.clone(),
        }
    }

    /// Adds a connection. `None` if there are too many, and all are in use.
    fn open(&self, address: IpAddr) -> Option<Connection> {
        let address = address.to_canonical();
        let is_proxy = self.trusted.iter().any(|net| net.contains(&address));
        let address = network(address);
        let mut open = lock(&self.open);
        let of_address = open.of_address.get(&address).copied().unwrap_or_default();
        if !is_proxy && of_address >= self.max_of_address {
            open.evict(|of| *of == address)?;
        }
        if open.connections.len() >= self.max {
            open.evict(|_| true)?;
        }
        let id = open.next_id;
        open.next_id += 1;
        let activity = Activity::default();
        open.connections.insert(id, (address, activity.clone()));
        *open.of_address.entry(address).or_default() += 1;
        Some(Connection {
            id,
            activity,
            open: self.open.clone(),
            _counted: metrics::Counted::new(&self.gauge),
        })
    }
}

impl Open {
    /// Ends the oldest connection without a request. `None` if there is none.
    fn evict(&mut self, may_be_of: impl Fn(&IpAddr) -> bool) -> Option<()> {
        let mut connections = self.connections.iter();
        let (id, _) = connections
            .find(|(_, (address, activity))| may_be_of(address) && activity.is_idle())?;
        let id = *id;
        self.remove(id)?.evicted.cancel();
        Some(())
    }

    fn remove(&mut self, id: u64) -> Option<Activity> {
        let (address, activity) = self.connections.remove(&id)?;
        if let Some(count) = self.of_address.get_mut(&address) {
            *count -= 1;
            if *count == 0 {
                self.of_address.remove(&address);
            }
        }
        Some(activity)
    }
}

/// A connection, which is counted until this is dropped.
struct Connection {
    id: u64,
    activity: Activity,
    open: Arc<Mutex<Open>>,
    _counted: metrics::Counted,
}

impl Connection {
    async fn serve(
        self,
        stream: TcpStream,
        peer: SocketAddr,
        router: Router,
        stop: CancellationToken,
    ) {
        // Failures of both are harmless.
        let _ = stream.set_nodelay(true);
        let _ = SockRef::from(&stream).set_tcp_user_timeout(Some(UNREAD_TIMEOUT));
        let service = service_fn(|request| answer(&router, request, peer, &self.activity));
        let stream = WatchedStream {
            stream,
            is_blocked: self.activity.is_blocked.clone(),
        };
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(IDLE_TIMEOUT)
            .max_buf_size(MAX_BUFFER)
            .serve_connection(TokioIo::new(stream), service);
        let mut connection = pin!(connection);
        let evicted = &self.activity.evicted;
        tokio::select! {
            // Clients may disconnect at any moment.
            _ = connection.as_mut() => return,
            () = evicted.cancelled() => return,
            () = stop.cancelled() => {}
            () = tokio::time::sleep(MAX_AGE) => {
                connection.as_mut().graceful_shutdown();
                // Its requests have deadlines of their own.
                tokio::select! {
                    _ = connection.as_mut() => return,
                    () = evicted.cancelled() => return,
                    () = stop.cancelled() => {}
                }
            }
        }
        if !self.activity.is_idle() {
            connection.as_mut().graceful_shutdown();
            let _ = tokio::time::timeout(GRACE_PERIOD, connection).await;
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        lock(&self.open).remove(self.id);
    }
}

fn lock(open: &Mutex<Open>) -> MutexGuard<'_, Open> {
    open.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Answers a request. It counts as a request of the connection until its answer is sent.
async fn answer(
    router: &Router,
    request: Request<Incoming>,
    peer: SocketAddr,
    activity: &Activity,
) -> Result<Response, Infallible> {
    let counted = Counted::new(activity);
    let mut request = request.map(Body::new);
    request.extensions_mut().insert(ConnectInfo(peer));
    let response = router.clone().oneshot(request).await?;
    Ok(response.map(|body| {
        Body::new(CountedBody {
            body,
            _counted: counted,
        })
    }))
}

/// A request under way.
struct Counted(Arc<AtomicUsize>);

impl Counted {
    fn new(activity: &Activity) -> Self {
        activity.requests.fetch_add(1, Ordering::SeqCst);
        Self(activity.requests.clone())
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// The body of an answer, whose request is under way until it is sent.
struct CountedBody {
    body: Body,
    _counted: Counted,
}

impl HttpBody for CountedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A stream that tells whether its client reads.
struct WatchedStream {
    stream: TcpStream,
    is_blocked: Arc<AtomicBool>,
}

impl WatchedStream {
    fn watch<T>(&self, written: Poll<T>) -> Poll<T> {
        self.is_blocked
            .store(written.is_pending(), Ordering::SeqCst);
        written
    }
}

impl AsyncRead for WatchedStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for WatchedStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        data: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, data);
        self.watch(written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        data: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, data);
        self.watch(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A client in IPv6 has as many addresses as it likes.
    #[test]
    fn the_addresses_of_a_network_share_its_quarter() {
        let connections = Connections {
            open: Arc::default(),
            gauge: Gauge::default(),
            max: 8,
            max_of_address: 2,
            trusted: Vec::new(),
        };
        let mut open = Vec::new();
        for (address, is_accepted) in [
            ("2001:db8::1", true),
            ("2001:db8::2", true),
            ("2001:db8::3", false),
            ("2001:db8:0:1::1", true),
        ] {
            let connection = connections.open(address.parse().expect("an address"));
            assert_eq!(connection.is_some(), is_accepted, "{address}");
            // Each has a request under way, so that none gives way.
            open.extend(connection.map(|connection| {
                let counted = Counted::new(&connection.activity);
                (connection, counted)
            }));
        }
    }
}
