//! The address of a client, also of one behind a proxy, and the limit on its requests.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::HeaderMap;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use ipnet::IpNet;

use crate::error::Error;
use crate::state::AppState;

/// The header in which each proxy appends the address that it was called from.
const FORWARDED_FOR: &str = "x-forwarded-for";

/// The address to which limits apply: that of an IPv4 client, or the network of an IPv6 client, which has many addresses.
/// `None` if only a proxy's address is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ClientAddress(pub(crate) Option<IpAddr>);

impl ClientAddress {
    /// Finds the client behind the proxies that are trusted to name it.
    fn new(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> Self {
        let is_trusted = |address: IpAddr| trusted.iter().any(|net| net.contains(&address));
        let forwarded = headers.get_all(FORWARDED_FOR).iter();
        // A client may send any bytes; only what a trusted proxy has appended is read as text.
        let hops = forwarded.flat_map(|value| value.as_bytes().split(|byte| *byte == b','));
        let hops: Vec<_> = hops.collect();
        let mut client = peer.to_canonical();
        for hop in hops.into_iter().rev() {
            if !is_trusted(client) {
                break;
            }
            match parse(&String::from_utf8_lossy(hop)) {
                Some(address) => client = address.to_canonical(),
                None => return Self(None),
            }
        }
        Self((!is_trusted(client)).then(|| network(client)))
    }
}

/// Reads an address, also one with a port, as some proxies write it.
fn parse(hop: &str) -> Option<IpAddr> {
    let hop = hop.trim();
    let with_port = || hop.parse().ok().map(|address: SocketAddr| address.ip());
    hop.parse().ok().or_else(with_port)
}

/// Returns the network that a client's provider gives it: /64 in IPv6.
pub(super) fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
    }
}

/// Notes the client's address for later limits, and refuses requests beyond the limit of an address.
pub(crate) async fn limit(
    State(state): State<Arc<AppState>>,
    mut request: Request,
    next: Next,
) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let trusted = &state.config.trusted_proxies;
    let client = peer.map_or(ClientAddress(None), |ConnectInfo(peer)| {
        ClientAddress::new(peer.ip(), request.headers(), trusted)
    });
    if let ClientAddress(Some(address)) = client
        && let Err(wait) = state.rate_limits.requests.check(&address)
    {
        return Error::AddressLimited(wait).into_response();
    }
    request.extensions_mut().insert(client);
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn only_trusted_proxies_name_the_client() {
        let trusted = ["127.0.0.0/8", "10.0.0.0/8"].map(|net| net.parse().expect("a network"));
        for (peer, forwarded, client) in [
            ("192.0.2.1", "", Some("192.0.2.1")),
            ("192.0.2.1", "198.51.100.7", Some("192.0.2.1")),
            ("127.0.0.1", "198.51.100.7", Some("198.51.100.7")),
            ("::ffff:127.0.0.1", "198.51.100.7", Some("198.51.100.7")),
            (
                "127.0.0.1",
                "203.0.113.9, 198.51.100.7, 10.1.2.3",
                Some("198.51.100.7"),
            ),
            ("127.0.0.1", "", None),
            ("127.0.0.1", "unknown", None),
            ("127.0.0.1", "\u{ff}, 198.51.100.7", Some("198.51.100.7")),
            ("127.0.0.1", "198.51.100.7:5000", Some("198.51.100.7")),
            ("127.0.0.1", "[2001:db8::7]:5000", Some("2001:db8::")),
            ("2001:db8:1:2:3:4:5:6", "", Some("2001:db8:1:2::")),
        ] {
            let mut headers = HeaderMap::new();
            if !forwarded.is_empty() {
                let value = HeaderValue::from_bytes(forwarded.as_bytes());
                headers.insert(FORWARDED_FOR, value.expect("a header"));
            }
            let found = ClientAddress::new(peer.parse().expect("an address"), &headers, &trusted);
            let client = client.map(|client| client.parse().expect("an address"));
            assert_eq!(found, ClientAddress(client), "{peer} {forwarded}");
        }
    }
}
