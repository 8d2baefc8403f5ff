//! The load: threads of this process that each hold one connection, while the server is a process
//! of its own.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context as _;

use super::common::Samples;
use super::payload::Prepared;

/// How long one answer may take before the run is given up.
const PATIENCE: Duration = Duration::from_secs(30);

/// A constant rate, whatever the answers take: the milliseconds from when each delivery was due
/// until its answer was read. A delivery that could not be sent in time, because every connection
/// still waited for an answer, waited all the same.
pub(crate) fn at_rate(
    server: SocketAddr,
    deliveries: &[Prepared],
    rate: u32,
    duration: Duration,
    connections: usize,
) -> anyhow::Result<Samples> {
    let total = (f64::from(rate) * duration.as_secs_f64()) as usize;
    let (next, begin) = (AtomicUsize::new(0), Instant::now() + Duration::from_millis(100));
    let mut samples = Samples::default();
    for all in on_connections(server, connections, |connection, _| {
        let mut waited = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            if at >= total {
                return Ok(waited);
            }
            let due = begin + Duration::from_secs_f64(at as f64 / f64::from(rate));
            std::thread::sleep(due.saturating_duration_since(Instant::now()));
            connection.deliver(&deliveries[at % deliveries.len()])?;
            waited.push(due.elapsed().as_secs_f64() * 1e3);
        }
    })? {
        all.into_iter().for_each(|it| samples.push(it));
    }
    Ok(samples)
}

/// As much as goes: the deliveries a second that were answered, when each connection sends the
/// next one as soon as it has its answer.
pub(crate) fn flat_out(
    server: SocketAddr,
    deliveries: &[Prepared],
    duration: Duration,
    connections: usize,
) -> anyhow::Result<f64> {
    let begin = Instant::now();
    let counts = on_connections(server, connections, |connection, first| {
        let mut count = 0_usize;
        while begin.elapsed() < duration {
            connection.deliver(&deliveries[(first + count) % deliveries.len()])?;
            count += 1;
        }
        Ok(count)
    })?;
    Ok(counts.into_iter().sum::<usize>() as f64 / begin.elapsed().as_secs_f64())
}

/// Runs the work on so many connections at once; each is told its number.
fn on_connections<T: Send>(
    server: SocketAddr,
    connections: usize,
    work: impl Fn(&mut Connection, usize) -> anyhow::Result<T> + Sync,
) -> anyhow::Result<Vec<T>> {
    let open = || Connection::open(server);
    let opened = (0..connections).map(|_| open()).collect::<anyhow::Result<Vec<_>>>()?;
    std::thread::scope(|scope| {
        let work = &work;
        let threads: Vec<_> = (0..)
            .zip(opened)
            .map(|(at, mut connection)| scope.spawn(move || work(&mut connection, at)))
            .collect();
        let joined = threads.into_iter().map(|it| {
            it.join().unwrap_or_else(|_| Err(anyhow::anyhow!("a thread of the load panicked")))
        });
        joined.collect()
    })
}

/// A connection that is kept open.
struct Connection {
    stream: TcpStream,
    request: Vec<u8>,
    answer: Vec<u8>,
}

impl Connection {
    fn open(server: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(server).context("the server takes no connection")?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self { stream, request: Vec::new(), answer: Vec::new() })
    }

    /// Sends a delivery and reads the whole answer, which must be 202.
    fn deliver(&mut self, delivery: &Prepared) -> anyhow::Result<()> {
        delivery.request(&mut self.request);
        self.stream.write_all(&self.request)?;
        self.answer.clear();
        let mut part = [0; 1024];
        loop {
            let read = self.stream.read(&mut part).context("no answer")?;
            anyhow::ensure!(read > 0, "the server closed the connection");
            self.answer.extend_from_slice(&part[..read]);
            let text = String::from_utf8_lossy(&self.answer);
            if let Some((head, body)) = text.split_once("\r\n\r\n")
                && body.len() >= length(head)
            {
                anyhow::ensure!(head.starts_with("HTTP/1.1 202"), "not accepted: {text}");
                return Ok(());
            }
        }
    }
}

/// The length that the head of an answer announces.
fn length(head: &str) -> usize {
    let value = head.lines().find_map(|it| {
        let (name, value) = it.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok())?
    });
    value.unwrap_or(0)
}
