//! `cleanbill log`: the public log, seen from outside.

mod folder;
mod prove;
mod verify;

use std::path::Path;

use anyhow::{Context, bail};
use jiff::Timestamp;
use ledger::{CHECKPOINT_PATH, Cosignature, LogReader, SignedCheckpoint, TreeHead, Trust, VerifierKey};
use serde::Serialize;

pub(crate) use self::folder::Folder;
use crate::{
    arguments::{LogCommand, TrustArguments},
    outcome::Outcome,
};

/// Runs what was typed.
pub(crate) fn run(command: &LogCommand, json: bool) -> anyhow::Result<Outcome> {
    match command {
        LogCommand::Verify { log, trust, previous } => verify::run(log, trust, previous.as_deref(), json),
        LogCommand::Prove { receipt: Some(receipt), log, trust, .. } => {
            prove::check(receipt, log.as_deref(), trust, json)
        }
        LogCommand::Prove { index: Some(index), log: Some(log), trust, out, .. } => {
            prove::make(*index, log, trust, out.as_deref())
        }
        LogCommand::Prove { .. } => {
            bail!("nothing to prove\n  remedy: give --receipt, or --index with --log")
        }
    }
}

/// What was found right, for machines.
#[derive(Serialize)]
struct Tree<'a> {
    log: &'a str,
    size: u64,
    root: String,
    witnesses: Vec<Witness<'a>>,
}

#[derive(Serialize)]
struct Witness<'a> {
    name: &'a str,
    at: String,
}

impl<'a> Tree<'a> {
    fn new(head: &'a TreeHead, cosignatures: &'a [Cosignature]) -> Self {
        let witnesses = cosignatures
            .iter()
            .map(|cosignature| Witness { name: &cosignature.witness, at: time(cosignature.at_seconds) });
        Self {
            log: &head.origin,
            size: head.size,
            root: head.root.to_string(),
            witnesses: witnesses.collect(),
        }
    }
}

/// A witness may date its signature beyond the calendar; then the seconds are told as they are.
fn time(seconds: u64) -> String {
    let instant = i64::try_from(seconds).ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
    instant.map_or_else(|| format!("{seconds} s after 1970"), |instant| instant.to_string())
}

fn trust(arguments: &TrustArguments) -> anyhow::Result<Trust> {
    let witnesses =
        arguments.witness.iter().map(|text| key(text)).collect::<anyhow::Result<Vec<VerifierKey>>>()?;
    let witnesses_min = arguments.witnesses_min.unwrap_or(witnesses.len());
    Ok(Trust::new(key(&arguments.key)?, witnesses, witnesses_min)?)
}

fn key(text_or_file: &str) -> anyhow::Result<VerifierKey> {
    let written = match std::fs::read_to_string(text_or_file) {
        Ok(text) => text,
        // What is no file is the key itself.
        Err(_) if text_or_file.contains('+') => text_or_file.to_owned(),
        Err(error) => return Err(error).with_context(|| format!("{text_or_file}: neither a key nor a file")),
    };
    written.trim().parse().with_context(|| format!("the key {text_or_file}"))
}

/// Reads a checkpoint and checks its signatures later; `None` if it is no checkpoint, which is an answer.
fn current(log: &dyn LogReader, folder: &Path) -> anyhow::Result<Result<SignedCheckpoint, String>> {
    let bytes = log
        .read(CHECKPOINT_PATH)
        .with_context(|| format!("{}: cannot be read", folder.join(CHECKPOINT_PATH).display()))?;
    Ok(SignedCheckpoint::parse(&bytes).map_err(|error| format!("{CHECKPOINT_PATH}: {error}")))
}
