//! E-mail.

use std::fmt;

use async_trait::async_trait;
use lettre::{
    AsyncSmtpTransport, AsyncTransport, Tokio1Executor,
    message::{Mailbox, header::ContentType},
};

use crate::outbox::{Address, Message, Messenger, SendError, is_here};

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
    /// Through the mail server that an address names, such as `smtps://user:password@mail.example.org`. Without encryption it is on
    /// this machine: one-time codes cross no network in the clear.
    ///
    /// # Errors
    /// What is wrong with one of them.
    pub fn new(server: &str, from: &str) -> Result<Self, String> {
        let from = from.parse().map_err(|_| "the sender is no mail address".to_owned())?;
        let rest = server.split_once("://").map_or("", |(_, rest)| rest);
        let host = rest.rsplit('@').next().and_then(|host| host.split(['/', '?']).next()).unwrap_or_default();
        let is_encrypted = server.starts_with("smtps://") || server.contains("tls=required");
        if !is_encrypted && !is_here(host) {
            return Err(
                "mail would cross the network in the clear: begin its server with smtps://".to_owned()
            );
        }
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(server)
            .map_err(|_| "the address of the mail server cannot be read".to_owned())?
            .build();
        Ok(Mail { transport, from })
    }
}

fn mailbox(to: &Address) -> Option<Mailbox> {
    let Address::Contact(contact) = to else { return None };
    contact.trim().trim_start_matches("mailto:").parse().ok()
}

#[async_trait]
impl Messenger for Mail {
    async fn send(&self, message: Message) -> Result<(), SendError> {
        let to = mailbox(&message.to).ok_or(SendError::Never)?;
        let mail = lettre::Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(message.subject)
            .header(ContentType::TEXT_PLAIN)
            .body(message.words)
            .map_err(|_| SendError::Never)?;
        self.transport.send(mail).await.map(drop).map_err(|error| match error.status().map(u16::from) {
            // There is no such mailbox. Every other refusal may be a fault of the configuration.
            Some(550 | 551 | 553) => SendError::Never,
            _ => SendError::Later,
        })
    }

    fn reaches(&self, to: &Address) -> bool {
        mailbox(to).is_some()
    }
}
