//! The public log, as anybody reads it.

use anyhow::{Context, bail};
use serde_json::Value;

use crate::http::ask;

/// Reads the whole log, which must begin as it did before.
pub(super) fn consistent(port: u16, before: Vec<Value>) -> anyhow::Result<Vec<Value>> {
    let mut log: Vec<Value> = Vec::new();
    loop {
        let (_, body) = ask(port, "GET", &format!("/api/v1/log?from={}", log.len()), "", None)?;
        let entries: Vec<Value> = serde_json::from_str(&body).context("the log cannot be read")?;
        if entries.is_empty() {
            break;
        }
        log.extend(entries);
    }
    if log.get(..before.len()).is_none_or(|begins| begins != before) {
        bail!("the public log does not begin as it did before");
    }
    Ok(log)
}
