//! The machine: its clock and its disks.

use std::path::Path;

use jiff::SignedDuration;
use rustix::fs::statvfs;

use super::Finding;
use crate::{
    config::{Config, Database},
    machine::now,
    opening::Opened,
};

/// Least room for data: a town's day of visits, many times over.
const FREE_BYTES_MIN: u64 = 2 << 30;
/// How far the clock may be behind what was written.
const SKEW_MAX: SignedDuration = SignedDuration::from_mins(2);

/// There is room on every disk that is written to.
pub(super) fn disk(config: &Config) -> Finding {
    let mut folders = vec![&*config.folders.log, &*config.folders.visits, &*config.folders.backups];
    if let Database::Sqlite(file) = &config.database.url {
        folders.extend(file.parent());
    }
    let mut least = u64::MAX;
    for folder in folders {
        match free_bytes(folder) {
            Ok(free) if free < FREE_BYTES_MIN => {
                return Finding::wrong(
                    "disk",
                    format!(
                        "{}: {} MiB are free, fewer than {}",
                        folder.display(),
                        free >> 20,
                        FREE_BYTES_MIN >> 20
                    ),
                    "make room: move old backups away, or enlarge the disk; nothing is lost while it is full, but nothing new is taken",
                );
            }
            Ok(free) => least = least.min(free),
            Err(error) => {
                let found = format!("{}: {error}", folder.display());
                return Finding::wrong(
                    "disk",
                    found,
                    "make the folder, or name another in the configuration",
                );
            }
        }
    }
    Finding::right("disk", format!("{} MiB are free, or more", least >> 20))
}

fn free_bytes(folder: &Path) -> std::io::Result<u64> {
    let of = statvfs(folder)?;
    Ok(of.f_bavail.saturating_mul(of.f_frsize))
}

/// The clock is not behind what was written last.
pub(super) async fn clock(opened: &Opened) -> anyhow::Result<Finding> {
    let now = now();
    let mut transaction = opened.store.begin().await?;
    let size = transaction.log_size().await?;
    drop(transaction);
    let last = opened.office.log_entries(size.saturating_sub(1), 1).await?.pop().map(|entry| entry.at());
    Ok(match last {
        Some(last) if last > now.saturating_add(SKEW_MAX)? => Finding::wrong(
            "clock",
            format!("this machine says {now}, but the log has an entry of {last}"),
            "set the clock by NTP before the server starts: ends and deadlines go by it",
        ),
        Some(last) => Finding::right("clock", format!("{now}; the newest entry of the log is of {last}")),
        None => Finding::right("clock", format!("{now}; nothing has been logged yet")),
    })
}
