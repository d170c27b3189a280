//! The published files of the log: whole, signed, and the same as in the database.

use std::io;

use ledger::{CHECKPOINT_PATH, Edge, Entry, LogReader as _, Trust, append, verify_log};

use super::Finding;
use crate::{command::log::Folder, config::Config, opening::Opened};

/// Entries read at once.
const AT_ONCE: u32 = 1_000;
const REMEDY: &str = "publish nothing more; compare with a mirror, and see \"The public log does not verify\" in docs/operations.md";

/// Computes the published log again and compares it with the database.
pub(super) async fn log(config: &Config, opened: &Opened) -> anyhow::Result<Finding> {
    let folder = Folder::open(&config.folders.log)?;
    if folder.read(CHECKPOINT_PATH).is_err_and(|error| error.kind() == io::ErrorKind::NotFound) {
        return Ok(Finding::right("public log", "nothing was published yet"));
    }
    let trust = Trust::new(ledger::Sign::key(&opened.log_key).clone(), Vec::new(), 0)?;
    let head = match verify_log(&folder, &trust, None) {
        Ok(verified) => verified.head,
        Err(error) => return Ok(Finding::wrong("public log", error.to_string(), REMEDY)),
    };
    let mut edge = Edge::default();
    while edge.size() < head.size {
        let limit = u32::try_from(head.size - edge.size()).unwrap_or(AT_ONCE).min(AT_ONCE);
        let entries: Vec<Entry> = opened.office.log_entries(edge.size(), limit).await?;
        if entries.is_empty() {
            let found = format!("{} entries are published, the database has {}", head.size, edge.size());
            return Ok(Finding::wrong("public log", found, REMEDY));
        }
        edge = append(&edge, &entries)?.edge;
    }
    if head.size > 0 && edge.root() != Some(head.root) {
        return Ok(Finding::wrong("public log", "what is published is not what the database holds", REMEDY));
    }
    Ok(Finding::right(
        "public log",
        format!("{} published entries verify, and are those of the database", head.size),
    ))
}
