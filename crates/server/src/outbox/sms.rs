//! Text messages, handed to a web service: a POST of JSON, `{"to": "+8613800000000", "text": "…"}`, with a bearer token.

use std::fmt;

use async_trait::async_trait;
use axum::http::{HeaderValue, Uri, header};

use crate::outbox::{
    Address, Message, Messenger, SendError,
    post::{Poster, address},
};

/// Digits of a telephone number (ITU-T E.164), and of short ones.
const DIGITS: std::ops::RangeInclusive<usize> = 3..=15;

/// Sends text messages.
pub struct Sms {
    poster: Poster,
    webhook: Uri,
    bearer: HeaderValue,
}

impl fmt::Debug for Sms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sms")
    }
}

impl Sms {
    /// Through the service at an address, which knows this office by a token.
    ///
    /// # Errors
    /// What is wrong with one of them.
    pub fn new(webhook: &str, token: &str) -> Result<Self, String> {
        let webhook =
            address(webhook).ok_or("the address of the text messages' service begins with https://")?;
        let bearer = HeaderValue::from_str(&format!("Bearer {token}"));
        let mut bearer = bearer.map_err(|_| "the token of the text messages' service cannot be sent")?;
        bearer.set_sensitive(true);
        Ok(Sms { poster: Poster::new()?, webhook, bearer })
    }
}

/// The digits of a telephone number, with their plus sign.
fn number(to: &Address) -> Option<String> {
    let Address::Contact(contact) = to else { return None };
    let contact = contact.trim().trim_start_matches("tel:");
    let plain: String = contact.chars().filter(|c| !c.is_whitespace() && !"-()/.".contains(*c)).collect();
    let digits = plain.strip_prefix('+').unwrap_or(&plain);
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit()) && DIGITS.contains(&digits.len());
    is_number.then_some(plain)
}

#[async_trait]
impl Messenger for Sms {
    async fn send(&self, message: Message) -> Result<(), SendError> {
        let to = number(&message.to).ok_or(SendError::Never)?;
        let body = serde_json::json!({ "to": to, "text": message.words }).to_string();
        let headers = [
            (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
            (header::AUTHORIZATION, self.bearer.clone()),
        ];
        match self.poster.post(&self.webhook, headers, body.into()).await?.as_u16() {
            200..=299 => Ok(()),
            // The service says that there is no such number. Every other refusal may be a fault of the configuration.
            410 | 422 => Err(SendError::Never),
            _ => Err(SendError::Later),
        }
    }

    fn reaches(&self, to: &Address) -> bool {
        number(to).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn telephone_numbers_are_read_as_people_write_them() {
        let of = |text: &str| number(&Address::Contact(text.to_owned()));
        assert_eq!(of("+86 138-0000-0000").as_deref(), Some("+8613800000000"));
        assert_eq!(of("tel:(0571) 12345678").as_deref(), Some("057112345678"));
        for none in ["ma@example.org", "", "+", "12", "1234567890123456", "12a4", "+86+138"] {
            assert_eq!(of(none), None, "{none}");
        }
    }
}
