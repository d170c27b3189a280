//! How people are told: by mail, or in a demonstration on a page.

use std::{
    collections::VecDeque,
    fmt,
    sync::{Mutex, PoisonError},
};

use async_trait::async_trait;
use jiff::Timestamp;
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor, message::Mailbox};

/// Messages a board shows.
const SHOWN_MAX: usize = 200;

/// A message to one person. Its words tell no colour and no reason: those are on the page, behind the sign-in.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    /// Where to: a mail address or a telephone number.
    pub to: String,
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
}

/// Keeps the last messages for a page: for demonstrations and tests.
#[derive(Default)]
pub struct Board(Mutex<VecDeque<Message>>);

impl fmt::Debug for Board {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Board")
    }
}

impl Board {
    /// The last messages, the latest first.
    #[must_use]
    pub fn messages(&self) -> Vec<Message> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }
}

#[async_trait]
impl Messenger for Board {
    async fn send(&self, message: Message) -> Result<(), SendError> {
        let mut messages = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        messages.push_front(message);
        messages.truncate(SHOWN_MAX);
        Ok(())
    }
}

/// Sends mail.
pub struct Mail {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mail")
    }
}

impl Mail {
    /// Through the mail server that an address names, such as `smtps://user:password@mail.example.org`.
    ///
    /// # Errors
    /// What is wrong with one of them.
    pub fn new(server: &str, from: &str) -> Result<Self, String> {
        let from = from.parse().map_err(|_| "the sender is no mail address".to_owned())?;
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(server)
            .map_err(|_| "the address of the mail server cannot be read".to_owned())?
            .build();
        Ok(Mail { transport, from })
    }
}

#[async_trait]
impl Messenger for Mail {
    async fn send(&self, message: Message) -> Result<(), SendError> {
        let to = message.to.trim_start_matches("mailto:").parse::<Mailbox>().map_err(|_| SendError::Never)?;
        let mail = lettre::Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(message.subject)
            .body(message.words)
            .map_err(|_| SendError::Never)?;
        self.transport.send(mail).await.map(drop).map_err(|_| SendError::Later)
    }
}
