//! What is to be renewed: backups, keys.

use jiff::SignedDuration;

use super::Finding;
use crate::{command::backup::newest, config::Config, key_files, machine::now, opening::Opened};

/// How old the newest backup may be: one a day, and two hours to make it.
const BACKUP_AGE_MAX: SignedDuration = SignedDuration::from_hours(26);
/// How long a key signs passes.
const PASS_KEY_AGE_MAX: SignedDuration = SignedDuration::from_hours(24 * crate::command::PASS_KEY_DAYS_MAX);

/// There is a backup of the last day.
pub(super) async fn backups(config: &Config, opened: &Opened) -> anyhow::Result<Finding> {
    let remedy = "run `cleanbill backup` once a day, and copy what it writes to another machine";
    let mut transaction = opened.store.begin_reading().await?;
    let is_empty = transaction.is_empty().await?;
    drop(transaction);
    Ok(match newest(config)? {
        None if is_empty => Finding::right("backups", "there is nothing to back up yet"),
        None => Finding::wrong("backups", "there is none", remedy),
        Some((made, file)) => {
            let found = format!("{}: made {made}", file.display());
            let is_old = now().duration_since(made) > BACKUP_AGE_MAX;
            if is_old { Finding::wrong("backups", found, remedy) } else { Finding::right("backups", found) }
        }
    })
}

/// A replaced master key has taken over.
pub(super) async fn master_key(config: &Config, opened: &Opened) -> anyhow::Result<Finding> {
    let otherwise = opened.office.sealed_otherwise(&opened.operator).await?;
    if otherwise > 0 {
        let found = format!("{otherwise} keys are not sealed under the current one");
        return Ok(Finding::wrong("master key", found, "run `cleanbill keys rotate master` to its end"));
    }
    let previous = key_files::MasterFile::read(&config.keys.master)?.previous.is_some();
    let found = if previous {
        "every key is sealed under it; its predecessor is kept for backups made before"
    } else {
        "every key is sealed under it"
    };
    Ok(Finding::right("master key", found))
}

/// The key that signs passes is not old.
pub(super) fn pass_key(config: &Config) -> anyhow::Result<Finding> {
    let now = now();
    let keys = key_files::pass_key_files(&config.keys.passes)?;
    let signs = keys.iter().rev().find(|(from, _)| *from <= now);
    Ok(match signs {
        None => Finding::wrong("pass key", "no key signs passes yet", "run `cleanbill keys rotate passes`"),
        Some((from, _)) if now.duration_since(*from) > PASS_KEY_AGE_MAX => Finding::wrong(
            "pass key",
            format!("the newest signs since {from}"),
            "run `cleanbill keys rotate passes`: keys that sign are short-lived",
        ),
        Some((from, _)) => Finding::right("pass key", format!("signs since {from}")),
    })
}
