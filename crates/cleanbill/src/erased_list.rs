//! Who left, beside the backups: keyed hashes, one a line, so that restoring an older backup brings nobody back.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};
use office::{Actor, Office};

use crate::{config::Config, key_files};

/// Digits of a keyed hash.
const DIGITS: usize = 64;

/// Where the list is.
pub(crate) fn file(config: &Config) -> PathBuf {
    config.folders.backups.join("erased.txt")
}

/// Adds to the list who left since. What stands there stays.
pub(crate) async fn keep(config: &Config, office: &Office, operator: &Actor) -> anyhow::Result<()> {
    let file = file(config);
    let before = read(&file)?;
    let mut erased = office.erased(operator).await?;
    erased.extend(before.iter().cloned());
    if erased == before {
        return Ok(());
    }
    let lines: String = erased.iter().map(|who| format!("{who}\n")).collect();
    key_files::write_private(&file, lines.as_bytes(), key_files::Replace::Yes)
}

/// Reads a list; nobody where there is none.
pub(crate) fn read(file: &Path) -> anyhow::Result<BTreeSet<String>> {
    let text = match fs::read_to_string(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeSet::new()),
        read => read.with_context(|| format!("{}: cannot be read", file.display()))?,
    };
    let mut erased = BTreeSet::new();
    for (index, line) in text.lines().enumerate() {
        let digits = |c: char| matches!(c, '0'..='9' | 'a'..='f');
        if line.len() != DIGITS || !line.chars().all(digits) {
            bail!(
                "{}:{}: is no keyed hash\n  remedy: put back a copy of this file; without it, those who left could come back",
                file.display(),
                index + 1
            );
        }
        erased.insert(line.to_owned());
    }
    Ok(erased)
}
