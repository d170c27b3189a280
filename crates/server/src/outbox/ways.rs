//! All ways by which people are told.

use async_trait::async_trait;

use crate::outbox::{Address, Message, Messenger, SendError};

/// Sends each message by the first way that reaches its address.
#[derive(Debug)]
pub struct Ways(pub Vec<Box<dyn Messenger>>);

impl Ways {
    fn to(&self, address: &Address) -> Option<&dyn Messenger> {
        self.0.iter().find(|way| way.reaches(address)).map(AsRef::as_ref)
    }
}

#[async_trait]
impl Messenger for Ways {
    async fn send(&self, message: Message) -> Result<(), SendError> {
        self.to(&message.to).ok_or(SendError::Never)?.send(message).await
    }

    fn reaches(&self, to: &Address) -> bool {
        self.to(to).is_some()
    }

    fn browser_key(&self) -> Option<String> {
        self.0.iter().find_map(|way| way.browser_key())
    }
}
