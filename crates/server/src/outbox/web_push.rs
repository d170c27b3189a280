//! Messages to browsers (RFC 8030): encrypted for the browser (RFC 8291), and signed as from this office (RFC 8292).
//!
//! The one crate for this without OpenSSL (`web-push-native`) draws its own randomness, reads its own clock and brings older versions of
//! the same primitives beside ours; what it does is the two short files beside this one, held by the examples of the standards.

mod encryption;
mod identification;

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use axum::http::{HeaderName, HeaderValue, Uri, header};
use office::Randomness;
use p256::SecretKey;

use self::{encryption::encrypted, identification::Identification};
use crate::outbox::{
    Address, Message, Messenger, SendError,
    post::{Poster, address},
};

/// How long a push service keeps a message for a browser that is not there, in seconds: the notice is on the person's page anyway.
const KEPT_SECONDS: u64 = 86_400;
/// Every message is as long as the longest: a push service cannot tell them apart by their length.
const CONTENT_BYTES: usize = 2_048;

/// Sends messages to browsers.
pub struct WebPush {
    poster: Poster,
    office: Identification,
    services: Vec<String>,
    randomness: Arc<dyn Randomness>,
}

impl fmt::Debug for WebPush {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebPush")
    }
}

impl WebPush {
    /// As whoever has a private key (P-256, PKCS#8 in PEM) and can be written to at an address (`mailto:` or `https://`), through
    /// services by the names of their hosts. A host below one of them is one of them: nobody has this office send to anywhere else.
    ///
    /// # Errors
    /// What is wrong with one of them.
    pub fn new(
        key: &str,
        contact: &str,
        services: Vec<String>,
        randomness: Arc<dyn Randomness>,
    ) -> Result<Self, String> {
        let office = Identification::new(key, contact)?;
        Ok(WebPush { poster: Poster::new()?, office, services, randomness })
    }

    fn is_service(&self, host: &str) -> bool {
        let is_below =
            |name: &String| host.strip_suffix(name.as_str()).is_some_and(|before| before.ends_with('.'));
        self.services.iter().any(|name| host == name || is_below(name))
    }

    /// The address of a browser, where its service is one of ours.
    fn endpoint(&self, to: &Address) -> Option<Uri> {
        let Address::Browser(browser) = to else { return None };
        address(&browser.endpoint).filter(|uri| uri.host().is_some_and(|host| self.is_service(host)))
    }

    /// A key of this message alone.
    fn secret(&self) -> Option<SecretKey> {
        // All but one in 2^32 numbers of 32 bytes are keys.
        (0..4).find_map(|_| {
            let mut bytes = [0; 32];
            self.randomness.fill(&mut bytes);
            SecretKey::from_slice(&bytes).ok()
        })
    }
}

#[async_trait]
impl Messenger for WebPush {
    async fn send(&self, message: Message) -> Result<(), SendError> {
        let endpoint = self.endpoint(&message.to).ok_or(SendError::Never)?;
        let Address::Browser(browser) = &message.to else { return Err(SendError::Never) };
        let says = serde_json::json!({ "title": message.subject, "body": message.words }).to_string();
        let mut salt = [0; 16];
        self.randomness.fill(&mut salt);
        let secret = self.secret().ok_or(SendError::Later)?;
        let body =
            encrypted(says.as_bytes(), CONTENT_BYTES, browser, &secret, salt).ok_or(SendError::Never)?;
        let authorization = self.office.authorization(&endpoint, message.at).ok_or(SendError::Never)?;
        let headers = [
            (header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream")),
            (header::CONTENT_ENCODING, HeaderValue::from_static("aes128gcm")),
            (HeaderName::from_static("ttl"), HeaderValue::from(KEPT_SECONDS)),
            (header::AUTHORIZATION, authorization),
        ];
        match self.poster.post(&endpoint, headers, body.into()).await?.as_u16() {
            200..=299 => Ok(()),
            // The browser takes nothing any more.
            404 | 410 => Err(SendError::Never),
            _ => Err(SendError::Later),
        }
    }

    fn reaches(&self, to: &Address) -> bool {
        self.endpoint(to).is_some()
    }

    fn browser_key(&self) -> Option<String> {
        Some(self.office.public_key().to_owned())
    }
}
