//! The connections of a backend that listens.

use std::time::Duration;

use connect_server::{Config, Server};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::harness::TestBackend;

/// As many connections as may be open, and more, that send nothing or half a request.
#[tokio::test]
async fn clients_that_send_nothing_keep_nobody_out() {
    let (_stub, server) = start(|config| {
        config.max_connections = 8;
        config.trusted_proxies = vec!["127.0.0.0/8".parse().expect("a network")];
    })
    .await;
    let mut idle = Vec::new();
    for number in 0..20 {
        let mut connection = connect(&server).await;
        if number % 2 == 0 {
            let half = b"GET /livez HTTP/1.1\r\nHost: a";
            connection.write_all(half).await.expect("a connection");
        }
        idle.push(connection);
        assert!(ask(&server).await.contains("200 OK"), "{number}");
    }
    // The oldest are closed.
    assert_eq!(read_to_end(&mut idle[0]).await, "");
    server.shutdown().await;
}

/// A connection with a request under way does not give way.
#[tokio::test]
async fn connections_in_use_are_kept() {
    let (stub, server) = start(|config| {
        config.max_connections = 2;
        config.trusted_proxies = vec!["127.0.0.0/8".parse().expect("a network")];
    })
    .await;
    let mut streams = open_two_streams(&stub, &server).await;
    let mut refused = connect(&server).await;
    assert_eq!(read_to_end(&mut refused).await, "");
    drop(streams.pop());
    crate::harness::wait_until(async || ask(&server).await.contains("200 OK")).await;
    // The first stream is open still, and ends with the server.
    let stopped = tokio::spawn(server.shutdown());
    assert!(read_to_end(&mut streams[0]).await.ends_with("0\r\n\r\n"));
    stopped.await.expect("no panic");
}

/// Its answer is complete for the backend, but the client has not read it.
#[tokio::test]
async fn a_client_that_reads_slowly_gets_the_rest_during_a_stop() {
    // More than the system keeps for the client. The page is sent as one piece.
    let page = format!("<head></head>{}", "a".repeat(8 * 1024 * 1024));
    let (_stub, server) = start(|config| {
        std::fs::write(config.dist.join("index.html"), &page).expect("a page");
    })
    .await;
    let mut connection = connect(&server).await;
    let request = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    connection.write_all(request).await.expect("sent");
    read_until(&mut connection, "aaaa").await;
    let stopped = tokio::spawn(server.shutdown());
    let rest = read_to_end(&mut connection).await;
    assert!(rest.len() > page.len() - 64 * 1024, "{}", rest.len());
    stopped.await.expect("no panic");
}

#[tokio::test]
async fn a_head_has_at_most_32_kib() {
    let (_stub, server) = start(|_| {}).await;
    for (length, status) in [(16, "200 OK"), (64, "431 ")] {
        let mut connection = connect(&server).await;
        let padding = "a".repeat(length * 1024);
        let request = format!("GET /livez HTTP/1.1\r\nHost: a\r\nX-A: {padding}\r\n\r\n");
        // The server may close the connection before it has read everything.
        let _ = connection.write_all(request.as_bytes()).await;
        read_until(&mut connection, status).await;
    }
    server.shutdown().await;
}

#[tokio::test]
async fn an_address_has_at_most_a_quarter_of_the_connections() {
    let (stub, server) = start(|config| config.max_connections = 8).await;
    let _streams = open_two_streams(&stub, &server).await;
    let mut refused = connect(&server).await;
    assert_eq!(read_to_end(&mut refused).await, "");
    server.shutdown().await;
}

/// Without waiting for the end of their requests.
#[tokio::test]
async fn half_sent_heads_do_not_delay_a_stop() {
    let (_stub, server) = start(|_| {}).await;
    let mut connection = connect(&server).await;
    let half = b"GET /livez HTTP/1.1\r\nHost: a\r\nX-Half: ";
    connection.write_all(half).await.expect("sent");
    assert!(ask(&server).await.contains("200 OK"));
    // The server would wait ten seconds for a request under way.
    let stopped = tokio::time::timeout(Duration::from_secs(9), server.shutdown());
    stopped.await.expect("a stop without waiting");
    assert_eq!(read_to_end(&mut connection).await, "");
}

/// Starts a backend that listens, beside one that has its stub of Plaid and its database.
async fn start(change: impl FnOnce(&mut Config)) -> (TestBackend, Server) {
    let backend = TestBackend::start().await;
    let mut config = backend.config.clone();
    change(&mut config);
    let server = Server::start(config).await.expect("a server");
    (backend, server)
}

async fn connect(server: &Server) -> TcpStream {
    let address = server.url().trim_start_matches("http://");
    TcpStream::connect(address).await.expect("a connection")
}

/// Opens two event streams, each on a connection of its own, which stays in use.
async fn open_two_streams(backend: &TestBackend, server: &Server) -> Vec<TcpStream> {
    let browser = backend.browser().await;
    let cookie = browser.cookie_header();
    let request = format!("GET /api/events HTTP/1.1\r\nHost: a\r\nCookie: {cookie}\r\n\r\n");
    let mut streams = Vec::new();
    for _ in 0..2 {
        let mut connection = connect(server).await;
        let sent = connection.write_all(request.as_bytes());
        sent.await.expect("sent");
        read_until(&mut connection, "event: ready").await;
        streams.push(connection);
    }
    streams
}

/// Sends a request on a connection of its own, and returns the answer.
async fn ask(server: &Server) -> String {
    let mut connection = connect(server).await;
    let request = b"GET /livez HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    match connection.write_all(request).await {
        Ok(()) => read_to_end(&mut connection).await,
        Err(_) => String::new(),
    }
}

/// Reads until the connection is closed or reset.
async fn read_to_end(connection: &mut TcpStream) -> String {
    let mut text = Vec::new();
    let _ = connection.read_to_end(&mut text).await;
    String::from_utf8(text).expect("text")
}

async fn read_until(connection: &mut TcpStream, expected: &str) {
    let mut text = Vec::new();
    while !String::from_utf8_lossy(&text).contains(expected) {
        let read = connection.read_buf(&mut text).await;
        assert_ne!(read.expect("a connection"), 0, "the connection is closed");
    }
}
