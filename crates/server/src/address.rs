//! From which address somebody asks. It is counted, and stands in no log.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use axum::http::HeaderMap;

/// Where a proxy says for whom it asks.
const FORWARDED_FOR: &str = "x-forwarded-for";

/// Whoever asks: the address of the connection. Where that is a proxy that is trusted, the right-most address of `X-Forwarded-For`
/// that is no such proxy: it is the one that the proxy saw itself. What stands further left anybody can have written.
pub(crate) fn asker(connected: Option<IpAddr>, headers: &HeaderMap, proxies: &[IpAddr]) -> IpAddr {
    let connected = connected.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)).to_canonical();
    let is_proxy = |address: &IpAddr| proxies.contains(address);
    if !is_proxy(&connected) {
        return connected;
    }
    let lines = headers.get_all(FORWARDED_FOR).iter().map(|line| line.to_str().unwrap_or_default());
    let named: Vec<&str> = lines.flat_map(|line| line.split(',')).collect();
    // What cannot be read ends the search: nothing left of it is to be believed.
    let seen = named.iter().rev().map_while(|name| read(name)).find(|address| !is_proxy(address));
    seen.unwrap_or(connected)
}

/// An address, with or without a port.
fn read(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    let address = bare.parse().or_else(|_| text.parse::<SocketAddr>().map(|address| address.ip()));
    address.ok().map(|address| address.to_canonical())
}

/// As what an address is counted: an IPv6 address by its first half, since whoever has one has all that begin with it.
pub(crate) fn counted(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(of) => IpAddr::V6(Ipv6Addr::from_bits(of.to_bits() >> 64 << 64)),
        of @ IpAddr::V4(_) => of,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asks(connected: &str, lines: &[&str], proxies: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(FORWARDED_FOR, line.parse().unwrap());
        }
        let proxies: Vec<IpAddr> = proxies.iter().map(|proxy| proxy.parse().unwrap()).collect();
        asker(Some(connected.parse().unwrap()), &headers, &proxies).to_string()
    }

    #[test]
    fn without_a_trusted_proxy_nobody_is_believed_about_their_address() {
        assert_eq!(asks("198.51.100.7", &["203.0.113.9"], &[]), "198.51.100.7");
        assert_eq!(asks("198.51.100.7", &["203.0.113.9"], &["10.0.0.1"]), "198.51.100.7");
    }

    #[test]
    fn behind_a_proxy_the_address_is_the_one_it_saw_itself() {
        let proxy = &["10.0.0.1"];
        assert_eq!(asks("10.0.0.1", &["203.0.113.9"], proxy), "203.0.113.9");
        assert_eq!(asks("::ffff:10.0.0.1", &["203.0.113.9"], proxy), "203.0.113.9");
        assert_eq!(
            asks("10.0.0.1", &["192.0.2.1, 203.0.113.9"], proxy),
            "203.0.113.9",
            "the first is made up"
        );
        assert_eq!(asks("10.0.0.1", &["192.0.2.1", "203.0.113.9"], proxy), "203.0.113.9");
        assert_eq!(
            asks("10.0.0.1", &["192.0.2.1, 203.0.113.9, 10.0.0.2"], &["10.0.0.1", "10.0.0.2"]),
            "203.0.113.9"
        );
        assert_eq!(asks("10.0.0.1", &["203.0.113.9:4711"], proxy), "203.0.113.9");
        assert_eq!(asks("10.0.0.1", &["[2001:db8::7]:4711"], proxy), "2001:db8::7");
        assert_eq!(
            asks("10.0.0.1", &["192.0.2.1, unknown"], proxy),
            "10.0.0.1",
            "what it does not say is not guessed"
        );
        assert_eq!(asks("10.0.0.1", &[], proxy), "10.0.0.1");
    }

    #[test]
    fn a_household_with_many_addresses_counts_once() {
        let of = |text: &str| counted(text.parse().unwrap()).to_string();
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(of("203.0.113.9"), "203.0.113.9");
        assert_eq!(of("::ffff:203.0.113.9"), "203.0.113.9");
    }
}
