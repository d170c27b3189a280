//! In a demonstration: a page that shows what would have been sent.

use std::{
    collections::VecDeque,
    fmt,
    sync::{Mutex, PoisonError},
};

use async_trait::async_trait;

use crate::outbox::{Message, Messenger, SendError};

/// Messages a board shows.
const SHOWN_MAX: usize = 200;

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
