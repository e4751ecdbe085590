//! A load generator: connections that each send the next request as soon as they have an answer.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use socket2::{Domain, Socket, Type};

/// The requests to send.
pub(crate) struct Load<'a> {
    pub(crate) method: &'static str,
    pub(crate) to: SocketAddr,
    pub(crate) path: &'a str,
    /// One for each connection.
    pub(crate) cookies: &'a [String],
    pub(crate) bodies: Bodies<'a>,
    pub(crate) connections: usize,
}

/// The bodies of the requests, and when they end.
pub(crate) enum Bodies<'a> {
    /// The same body, for this time.
    Same(&'a str, Duration),
    /// The same body, this number of times.
    Times(&'a str, usize),
    /// Each body once.
    Each(&'a [String]),
}

/// The results of a load.
pub(crate) struct Outcome {
    pub(crate) per_second: f64,
    /// In milliseconds.
    pub(crate) median: f64,
    /// In milliseconds.
    pub(crate) p99: f64,
    /// The bodies of the answers, in no particular order.
    pub(crate) answers: Vec<String>,
}

impl Load<'_> {
    /// Sends the requests, and fails on the first answer that is not a success.
    pub(crate) fn run(&self) -> Result<Outcome> {
        let next = AtomicUsize::new(0);
        let begun = Instant::now();
        let send = |connection: usize| self.send(connection, &next, begun);
        let done: Vec<Result<Vec<(f64, String)>>> = thread::scope(|scope| {
            let threads: Vec<_> = (0..self.connections)
                .map(|connection| scope.spawn(move || send(connection)))
                .collect();
            let ended = threads.into_iter().map(thread::ScopedJoinHandle::join);
            ended
                .map(|ended| ended.unwrap_or_else(|_| bail!("a connection panicked")))
                .collect()
        });
        let took = begun.elapsed().as_secs_f64();
        let mut times = Vec::new();
        let mut answers = Vec::new();
        for connection in done {
            for (time, answer) in connection? {
                times.push(time);
                answers.push(answer);
            }
        }
        times.sort_by(f64::total_cmp);
        let at = |part: f64| {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                clippy::cast_precision_loss,
                reason = "an index in a list"
            )]
            let index = (times.len() as f64 * part) as usize;
            times.get(index).copied().unwrap_or(f64::NAN)
        };
        #[expect(clippy::cast_precision_loss, reason = "a count")]
        let per_second = times.len() as f64 / took;
        Ok(Outcome {
            per_second,
            median: at(0.5),
            p99: at(0.99),
            answers,
        })
    }

    fn send(
        &self,
        connection: usize,
        next: &AtomicUsize,
        begun: Instant,
    ) -> Result<Vec<(f64, String)>> {
        let mut http = Http::connect(self.to)?;
        let cookie = self.cookies.get(connection).map_or("", String::as_str);
        let mut done = Vec::new();
        loop {
            let nth = next.fetch_add(1, Ordering::Relaxed);
            let body = match self.bodies {
                Bodies::Same(body, during) if begun.elapsed() < during => body,
                Bodies::Times(body, times) if nth < times => body,
                Bodies::Each(bodies) if nth < bodies.len() => &bodies[nth],
                _ => return Ok(done),
            };
            let sent = Instant::now();
            let answer = http.call(self.method, self.path, cookie, body)?;
            let time = sent.elapsed().as_secs_f64() * 1000.0;
            done.push((time, answer.body));
        }
    }
}

/// A connection that stays open.
pub(crate) struct Http {
    to: SocketAddr,
    stream: BufReader<TcpStream>,
}

/// An answer with its cookie, if it set one.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) cookie: Option<String>,
    pub(crate) body: String,
}

impl Http {
    pub(crate) fn connect(to: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(to).with_context(|| format!("cannot reach {to}"))?;
        Self::over(stream, to)
    }

    /// Connects from this address of the machine.
    pub(crate) fn connect_from(from: IpAddr, to: SocketAddr) -> Result<Self> {
        Self::over(stream_from(from, to)?, to)
    }

    fn over(stream: TcpStream, to: SocketAddr) -> Result<Self> {
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(60)))?;
        Ok(Self {
            to,
            stream: BufReader::new(stream),
        })
    }

    /// Sends a request, and reads the whole answer, which must be a success.
    pub(crate) fn call(
        &mut self,
        method: &str,
        path: &str,
        cookie: &str,
        body: &str,
    ) -> Result<Answer> {
        let cookie = match cookie {
            "" => String::new(),
            cookie => format!("Cookie: {cookie}\r\n"),
        };
        let answer = self.send(method, path, &cookie, body)?;
        if !answer.is_success() {
            bail!(
                "{method} {path} at {}: {}\n{}",
                self.to,
                answer.status,
                answer.body
            );
        }
        Ok(answer)
    }

    /// Sends a request with these lines in its head, and reads the whole answer.
    pub(crate) fn send(
        &mut self,
        method: &str,
        path: &str,
        headers: &str,
        body: &str,
    ) -> Result<Answer> {
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\n{headers}Content-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n{body}",
            self.to,
            body.len()
        );
        self.stream.get_mut().write_all(request.as_bytes())?;
        let mut status = String::new();
        self.stream.read_line(&mut status)?;
        let status = status.split(' ').nth(1).and_then(|code| code.parse().ok());
        let status = status
            .with_context(|| format!("{} closed the connection of {method} {path}", self.to))?;
        let mut length = 0;
        let mut cookie = None;
        loop {
            let mut line = String::new();
            self.stream.read_line(&mut line)?;
            let Some((name, value)) = line.trim_end().split_once(": ") else {
                break;
            };
            if name.eq_ignore_ascii_case("content-length") {
                length = value.parse()?;
            } else if name.eq_ignore_ascii_case("set-cookie") {
                cookie = value.split(';').next().map(str::to_owned);
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body)?;
        let body = String::from_utf8_lossy(&body).into_owned();
        Ok(Answer {
            status,
            cookie,
            body,
        })
    }
}

impl Answer {
    /// Whether the request has succeeded.
    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// Connects from this address of the machine. On Linux, each of 127.0.0.0/8 is one.
pub(crate) fn stream_from(from: IpAddr, to: SocketAddr) -> Result<TcpStream> {
    let socket = Socket::new(Domain::for_address(to), Type::STREAM, None)?;
    socket.bind(&SocketAddr::new(from, 0).into())?;
    let connected = socket.connect(&to.into());
    connected.with_context(|| format!("cannot reach {to} from {from}"))?;
    Ok(socket.into())
}
