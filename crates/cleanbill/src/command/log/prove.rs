//! `cleanbill log prove`

use std::path::Path;

use anyhow::Context;
use ledger::{
    Content, EntryProof, Proven, Receipt, ReceiptError, TreeHead, Trust, prove_consistency,
    verify_consistency,
};
use owo_colors::OwoColorize;
use serde::Serialize;

use super::{Tree, current, folder::Folder};
use crate::{arguments::TrustArguments, command::print_json, outcome::Outcome};

#[derive(Serialize)]
struct Report<'a> {
    holds: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    index: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    entry: Option<&'a ledger::Entry>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<&'a Content>,
    #[serde(flatten)]
    tree: Option<Tree<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    wrong: Option<String>,
}

/// Checks a receipt or proof: exit code 1 if it does not hold.
pub(super) fn check(
    file: &Path,
    log: Option<&Path>,
    trust: &TrustArguments,
    json: bool,
) -> anyhow::Result<Outcome> {
    let trust = super::trust(trust)?;
    let bytes = std::fs::read(file).with_context(|| format!("{}: cannot be read", file.display()))?;
    let (verified, content) =
        read_and_verify(&bytes, &trust).with_context(|| format!("{}", file.display()))?;
    let proven = match verified {
        Ok(proven) => proven,
        Err(error) => return no(&format!("{}: {error}", file.display()), json),
    };
    if let Some(log) = log
        && let Err(wrong) = has_grown_from(&proven.head, log, &trust)?
    {
        return no(&format!("{}: {wrong}", log.display()), json);
    }
    yes(&proven, content.as_ref(), log, json)
}

/// The outer error is a file that is neither; the inner one is the answer no.
type Verified = (Result<Proven, ReceiptError>, Option<Content>);

fn read_and_verify(bytes: &[u8], trust: &Trust) -> Result<Verified, ReceiptError> {
    match Receipt::parse(bytes) {
        Ok(receipt) => Ok((receipt.verify(trust), Some(receipt.content().clone()))),
        Err(not_a_receipt) => match EntryProof::parse(bytes) {
            Ok(proof) => Ok((proof.verify(trust), None)),
            Err(_) => Err(not_a_receipt),
        },
    }
}

/// Whether the log as it stands begins with the tree the receipt was made for.
fn has_grown_from(old: &TreeHead, log: &Path, trust: &Trust) -> anyhow::Result<Result<(), String>> {
    let folder = Folder::open(log)?;
    let checkpoint = match current(&folder, log)? {
        Ok(checkpoint) => checkpoint,
        Err(wrong) => return Ok(Err(wrong)),
    };
    if let Err(error) = checkpoint.verify(trust) {
        return Ok(Err(error.to_string()));
    }
    let now = checkpoint.head();
    let grown =
        prove_consistency(&folder, now, old.size).and_then(|proof| verify_consistency(old, now, &proof));
    Ok(grown.map_err(|error| error.to_string()))
}

fn no(wrong: &str, json: bool) -> anyhow::Result<Outcome> {
    if json {
        let wrong = Some(wrong.to_owned());
        print_json(&Report { holds: false, index: None, entry: None, content: None, tree: None, wrong })?;
    } else {
        anstream::println!("{} {wrong}", "does not hold:".red());
    }
    Ok(Outcome::No)
}

fn yes(
    proven: &Proven,
    content: Option<&Content>,
    log: Option<&Path>,
    json: bool,
) -> anyhow::Result<Outcome> {
    let tree = Tree::new(&proven.head, &proven.cosignatures);
    if json {
        let (index, entry) = (Some(proven.index), Some(&proven.entry));
        print_json(&Report { holds: true, index, entry, content, tree: Some(tree), wrong: None })?;
        return Ok(Outcome::Done);
    }
    let entry = String::from_utf8(proven.entry.to_bytes()?)?;
    anstream::println!("{} entry {} of {}", "holds:".green(), proven.index, tree.log);
    anstream::println!("  the log says: {entry}");
    if let Some(content) = content {
        anstream::println!("  it commits to: {}", String::from_utf8_lossy(content.canonical()));
    }
    anstream::println!("  in the tree of {} entries, root {}", tree.size, tree.root);
    if let Some(log) = log {
        anstream::println!("  from which the log in {} has grown", log.display());
    }
    for witness in &tree.witnesses {
        anstream::println!("  seen by {} at {}", witness.name, witness.at);
    }
    Ok(Outcome::Done)
}

/// Makes the proof of an entry.
pub(super) fn make(
    index: u64,
    log: &Path,
    trust: &TrustArguments,
    out: Option<&Path>,
) -> anyhow::Result<Outcome> {
    let trust = super::trust(trust)?;
    let folder = Folder::open(log)?;
    let checkpoint = match current(&folder, log)? {
        Ok(checkpoint) => checkpoint,
        Err(wrong) => return no(&wrong, false),
    };
    if let Err(error) = checkpoint.verify(&trust) {
        return no(&format!("{}: {error}", log.display()), false);
    }
    if index >= checkpoint.head().size {
        anyhow::bail!("--index {index}: the log has {} entries, the first is 0", checkpoint.head().size);
    }
    let proof = match EntryProof::make(&folder, &checkpoint, index) {
        Ok(proof) => proof.to_bytes()?,
        Err(error) => return no(&format!("{}: {error}", log.display()), false),
    };
    match out {
        Some(file) => {
            std::fs::write(file, proof).with_context(|| format!("{}: cannot be written", file.display()))?;
        }
        None => anstream::print!("{}", String::from_utf8(proof)?),
    }
    Ok(Outcome::Done)
}
