//! The public log, as anybody reads it.

use std::{thread, time::Duration};

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

/// How many entries say that something waits which one officer alone said.
pub(super) fn said_alone(log: &[Value]) -> usize {
    let is_it =
        |entry: &&Value| entry.pointer("/what/reason").and_then(Value::as_str) == Some("uncorroborated");
    log.iter().filter(is_it).count()
}

/// Waits until so many such entries have their places, which entries get every now and then; no more may come.
pub(super) fn wait_for(port: u16, mut log: Vec<Value>, expected: usize) -> anyhow::Result<()> {
    for _ in 0..60 {
        let there = said_alone(&log);
        if there >= expected {
            if there > expected {
                bail!("{expected} statements were acknowledged and {there} are logged");
            }
            return Ok(());
        }
        thread::sleep(Duration::from_secs(1));
        log = consistent(port, log)?;
    }
    bail!("{expected} statements were acknowledged and {} are logged", said_alone(&log));
}
