//! Somebody who is signed in and writes: what was not answered is sent again, word for word, until it is.

use std::{thread, time::Duration};

use anyhow::{Context, bail};
use serde_json::Value;

use crate::http::ask;

/// How long to wait before something is sent again.
const PAUSE: Duration = Duration::from_millis(20);

/// A request.
pub(super) struct Request {
    pub(super) method: &'static str,
    pub(super) path: String,
    pub(super) body: Value,
}

/// A session, and what of it was sent and not answered.
pub(super) struct Caller {
    port: u16,
    token: String,
    /// What its idempotency keys begin with: two callers may share a session.
    name: String,
    sent: u64,
    open: Option<(String, Request)>,
}

impl Caller {
    pub(super) fn new(port: u16, token: &str, name: &str) -> Self {
        Caller { port, token: token.to_owned(), name: name.to_owned(), sent: 0, open: None }
    }

    /// Requests so far.
    pub(super) fn sent(&self) -> u64 {
        self.sent
    }

    /// Whether something was sent and not answered.
    pub(super) fn is_open(&self) -> bool {
        self.open.is_some()
    }

    fn headers(&self) -> String {
        format!("authorization: Bearer {}\r\n", self.token)
    }

    /// Sends what is open, or else `next`, once. Gives the answer where there is one.
    pub(super) fn send(&mut self, next: impl FnOnce() -> Request) -> anyhow::Result<Option<Value>> {
        if self.open.is_none() {
            self.open = Some((format!("{}-{}", self.name, self.sent), next()));
            self.sent += 1;
        }
        let Some((key, Request { method, path, body })) = &self.open else { return Ok(None) };
        let headers = format!("{}idempotency-key: {key}\r\n", self.headers());
        let body = (*method == "POST").then(|| body.to_string());
        match ask(self.port, method, path, &headers, body.as_deref()) {
            Ok((200 | 201, answer)) => {
                let answer = serde_json::from_str(&answer).with_context(|| format!("{method} {path}"))?;
                self.open = None;
                Ok(Some(answer))
            }
            // Busy, somebody else was first, or gone in the middle of it: it is sent again.
            Ok((409 | 429 | 503, _)) | Err(_) => {
                thread::sleep(PAUSE);
                Ok(None)
            }
            Ok((status, answer)) => bail!("{method} {path}: {status} {answer}"),
        }
    }

    /// Reads something.
    pub(super) fn read(&self, path: &str) -> anyhow::Result<Value> {
        loop {
            let (status, answer) = ask(self.port, "GET", path, &self.headers(), None)?;
            match status {
                200 => return serde_json::from_str(&answer).with_context(|| format!("GET {path}")),
                // Every account may read so often, and no more.
                429 | 503 => thread::sleep(PAUSE),
                _ => bail!("GET {path}: {status} {answer}"),
            }
        }
    }

    /// Reads something, and does not mind where nobody answers.
    pub(super) fn glance(&self, path: &str) {
        // A look changes nothing that is counted.
        let _ = ask(self.port, "GET", path, &self.headers(), None);
    }
}
