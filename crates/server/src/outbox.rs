//! How people are told: by mail, by text message, in their browser, or in a demonstration on a page. One way a file.

mod board;
mod mail;
mod post;
mod sms;
mod ways;
mod web_push;

use std::fmt;

use async_trait::async_trait;
use jiff::Timestamp;
use office::Browser;

pub use self::{board::Board, mail::Mail, sms::Sms, ways::Ways, web_push::WebPush};

/// Names of this machine.
const HERE: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

/// Whether a host, with or without a port, is this machine.
fn is_here(host: &str) -> bool {
    HERE.iter().any(|of| host.strip_prefix(of).is_some_and(|rest| rest.is_empty() || rest.starts_with(':')))
}

/// Where a message goes to. Personal data.
#[derive(Clone, PartialEq, Eq)]
pub enum Address {
    /// A telephone number or mail address.
    Contact(String),
    /// A browser.
    Browser(Browser),
}

impl fmt::Display for Address {
    /// As the page of a demonstration shows it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Address::Contact(contact) => f.pad(contact),
            Address::Browser(_) => f.pad("browser"),
        }
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Address")
    }
}

/// A message to one person. Its words tell no colour and no reason: those are on the page, behind the sign-in.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    /// Where to.
    pub to: Address,
    /// Its subject.
    pub subject: String,
    /// Its words.
    pub words: String,
    /// When.
    pub at: Timestamp,
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Message")
    }
}

/// Why a message was not sent. It names no person.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// It can never be sent: the address is none, or nothing is configured that reaches it.
    #[error("nothing reaches this kind of address")]
    Never,
    /// It may be sent later.
    #[error("it could not be sent now")]
    Later,
}

/// Sends messages.
#[async_trait]
pub trait Messenger: Send + Sync + fmt::Debug {
    /// Sends one.
    ///
    /// # Errors
    /// [`SendError`], saying whether to try again.
    async fn send(&self, message: Message) -> Result<(), SendError>;

    /// Whether it reaches this kind of address.
    fn reaches(&self, to: &Address) -> bool {
        matches!(to, Address::Contact(_))
    }

    /// The key by which browsers know who may send to them (RFC 8292), where they are sent to.
    fn browser_key(&self) -> Option<String> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_is_known_by_its_names_alone() {
        assert!(["localhost", "127.0.0.1:25", "[::1]:25"].into_iter().all(is_here));
        assert!(!["localhost.example.org", "127.0.0.100", "mail.example.org", ""].into_iter().any(is_here));
    }
}
