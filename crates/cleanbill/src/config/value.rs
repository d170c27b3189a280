//! Values that are right once they are read.

use std::fmt;

use jiff::tz::TimeZone;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// A whole number from `MIN` to `MAX`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(crate) struct Within<const MIN: u32, const MAX: u32>(pub(crate) u32);

impl<'de, const MIN: u32, const MAX: u32> Deserialize<'de> for Within<MIN, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = i64::deserialize(deserializer)?;
        let within = u32::try_from(number).ok().filter(|number| (MIN..=MAX).contains(number));
        within.map(Within).ok_or_else(|| D::Error::custom(format!("{number} is not within {MIN} to {MAX}")))
    }
}

/// A time zone by its IANA name.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Zone(pub(crate) TimeZone);

impl Zone {
    /// Its name.
    pub(crate) fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }
}

impl<'de> Deserialize<'de> for Zone {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        crate::instant::zone(&name).map(Zone).map_err(D::Error::custom)
    }
}

impl Serialize for Zone {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// An address on the web without a slash at its end. `http` is for this machine alone: what people send crosses no network
/// in the clear.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(crate) struct PublicUrl(String);

/// Names of this machine.
const HERE: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

impl PublicUrl {
    /// Reads an address.
    ///
    /// # Errors
    /// Says what an address looks like.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim_end_matches('/');
        let url = PublicUrl(text.to_owned());
        let (scheme, host) = (text.split("://").next(), url.host());
        let known = match scheme {
            Some("https") => !host.is_empty(),
            Some("http") => HERE.contains(&host),
            _ => false,
        };
        let plain =
            !text.chars().any(|c| c.is_whitespace() || c.is_control() || matches!(c, '@' | '?' | '#' | '"'));
        if known && plain {
            return Ok(url);
        }
        Err(format!(
            "`{text}` is no public address; it begins with https:// (http:// on this machine only), without user, query or fragment"
        ))
    }

    /// The whole address.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The host without its port.
    pub(crate) fn host(&self) -> &str {
        let after = self.0.split_once("://").map_or("", |(_, after)| after);
        let host = after.split('/').next().unwrap_or_default();
        if host.starts_with('[') {
            return host.split_inclusive(']').next().unwrap_or_default();
        }
        host.split(':').next().unwrap_or_default()
    }
}

impl<'de> Deserialize<'de> for PublicUrl {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        PublicUrl::parse(&String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_encrypted_or_on_this_machine() {
        for (good, host) in [
            ("https://health.example.org", "health.example.org"),
            ("https://health.example.org:8443/office/", "health.example.org"),
            ("http://localhost:8080", "localhost"),
            ("http://[::1]:8080", "[::1]"),
        ] {
            assert_eq!(PublicUrl::parse(good).unwrap().host(), host);
        }
        for bad in [
            "",
            "https://",
            "http://health.example.org",
            "ftp://x",
            "https://a@b",
            "https://a b",
            "https://a?b",
        ] {
            assert!(PublicUrl::parse(bad).is_err(), "{bad}");
        }
    }
}
