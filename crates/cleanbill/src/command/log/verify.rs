//! `cleanbill log verify`

use std::path::Path;

use anyhow::Context;
use ledger::{SignedCheckpoint, VerifiedLog, verify_log};
use owo_colors::OwoColorize;
use serde::Serialize;

use super::{Tree, folder::Folder};
use crate::{arguments::TrustArguments, command::print_json, outcome::Outcome};

#[derive(Serialize)]
struct Report<'a> {
    right: bool,
    #[serde(flatten)]
    tree: Option<Tree<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    wrong: Option<String>,
}

/// Computes a log again: exit code 1 if it is not what was signed.
pub(super) fn run(
    log: &Path,
    trust: &TrustArguments,
    previous: Option<&Path>,
    json: bool,
) -> anyhow::Result<Outcome> {
    let trust = super::trust(trust)?;
    let folder = Folder::open(log)?;
    let previous = previous.map(read_previous).transpose()?;
    match verify_log(&folder, &trust, previous.as_ref()) {
        Ok(verified) => right(&verified, previous.as_ref(), json),
        Err(error) => {
            let wrong = error.to_string();
            if json {
                print_json(&Report { right: false, tree: None, wrong: Some(wrong) })?;
            } else {
                anstream::println!("{} {}/{wrong}", "wrong:".red(), log.display());
            }
            Ok(Outcome::No)
        }
    }
}

fn read_previous(file: &Path) -> anyhow::Result<SignedCheckpoint> {
    let bytes = std::fs::read(file).with_context(|| format!("{}: cannot be read", file.display()))?;
    SignedCheckpoint::parse(&bytes).with_context(|| format!("{}", file.display()))
}

fn right(verified: &VerifiedLog, previous: Option<&SignedCheckpoint>, json: bool) -> anyhow::Result<Outcome> {
    let tree = Tree::new(&verified.head, &verified.cosignatures);
    if json {
        print_json(&Report { right: true, tree: Some(tree), wrong: None })?;
        return Ok(Outcome::Done);
    }
    anstream::println!("{} {} entries of {}, root {}", "right:".green(), tree.size, tree.log, tree.root);
    if let Some(previous) = previous {
        anstream::println!("  grown from the {} entries of the earlier checkpoint", previous.head().size);
    }
    for witness in &tree.witnesses {
        anstream::println!("  seen by {} at {}", witness.name, witness.at);
    }
    Ok(Outcome::Done)
}
