//! `cleanbill backup` and `cleanbill restore`

use std::{
    fs::{self, File},
    io::{BufReader, BufWriter, Write as _},
    path::{Path, PathBuf},
};

use anyhow::{Context, anyhow, bail};
use jiff::Timestamp;
use office::{Manifest, Restored, check_backup};
use serde::Serialize;
use tempfile::NamedTempFile;

use super::print_json;
use crate::{
    arguments::{BackupArguments, RestoreArguments},
    command::log::Folder,
    config::Config,
    erased_list,
    machine::now,
    opening::{open, wait_for},
    outcome::Outcome,
    terminal,
};

/// Ending of backups.
const ENDING: &str = "backup";

#[derive(Serialize)]
struct BackupReport {
    file: String,
    bytes: u64,
    manifest: Manifest,
}

/// Backs an office up into a file that is whole or absent.
pub(crate) fn run(arguments: &BackupArguments, json: bool) -> anyhow::Result<Outcome> {
    if let Some(file) = &arguments.check {
        return check(file, json);
    }
    let config = Config::read(&arguments.config.config)?;
    let file = arguments.out.clone().unwrap_or_else(|| {
        let name = now().strftime("%Y%m%dT%H%M%SZ").to_string();
        config.folders.backups.join(name).with_extension(ENDING)
    });
    let place = || format!("{}: cannot be written", file.display());
    if file.exists() {
        bail!(
            "{}: is there already; backups are not overwritten\n  remedy: name another file",
            file.display()
        );
    }
    let absolute = std::path::absolute(&file).with_context(place)?;
    let folder = absolute.parent().unwrap_or(Path::new("/"));
    fs::create_dir_all(folder).with_context(place)?;
    // A temporary file is made with mode 600.
    let unfinished = NamedTempFile::with_prefix_in(".unfinished-", folder).with_context(place)?;
    let (manifest, unfinished) = wait_for(async {
        let opened = open(&config).await?;
        let mut to = BufWriter::with_capacity(1 << 20, unfinished);
        let manifest = opened.office.back_up(&opened.operator, &mut to).await?;
        to.flush().with_context(place)?;
        erased_list::keep(&config, &opened.office, &opened.operator).await?;
        Ok((manifest, to.into_inner().map_err(|error| anyhow!("{}: {}", place(), error.error()))?))
    })?;
    unfinished.as_file().sync_all().with_context(place)?;
    let bytes = unfinished.as_file().metadata().with_context(place)?.len();
    unfinished.persist_noclobber(&absolute).map_err(|error| error.error).with_context(place)?;
    let file = file.display().to_string();
    if json {
        print_json(&BackupReport { file, bytes, manifest })?;
        return Ok(Outcome::Done);
    }
    anstream::println!("{file}: {} bytes", terminal::count(bytes));
    print_counts(&manifest);
    terminal::note(&format!(
        "next: copy it and {} to another machine, never to where the master key is",
        erased_list::file(&config).display()
    ));
    Ok(Outcome::Done)
}

/// Reads a backup to its end.
fn check(file: &Path, json: bool) -> anyhow::Result<Outcome> {
    let place = || format!("{}: cannot be read", file.display());
    let mut from = BufReader::with_capacity(1 << 20, File::open(file).with_context(place)?);
    match check_backup(&mut from) {
        Ok((made, manifest)) => {
            if json {
                print_json(&serde_json::json!({ "whole": true, "made": made, "manifest": manifest }))?;
            } else {
                anstream::println!("{}: whole, of {made}", file.display());
                print_counts(&manifest);
            }
            Ok(Outcome::Done)
        }
        Err(error) => {
            if json {
                print_json(&serde_json::json!({ "whole": false, "why": error.to_string() }))?;
            } else {
                anstream::println!("{}: {error}", file.display());
            }
            Ok(Outcome::No)
        }
    }
}

fn print_counts(manifest: &Manifest) {
    let mut rows: Vec<Vec<String>> =
        manifest.records.iter().map(|(kind, number)| vec![kind.clone(), terminal::count(*number)]).collect();
    for (what, number) in [
        ("keys", manifest.keys),
        ("visits", manifest.visits),
        ("log entries", manifest.entries),
        ("log entries without a place yet", manifest.waiting),
    ] {
        rows.push(vec![what.to_owned(), terminal::count(number)]);
    }
    anstream::println!("{}", terminal::table(&["what", "number"], &[1], rows));
}

#[derive(Serialize)]
struct RestoreReport {
    #[serde(flatten)]
    restored: Restored,
    log_entries_from_published: u64,
    records_over_their_time: u64,
    days_over_their_time: u64,
}

/// Puts a backup back into an empty database; then what is due happens at once, destruction first of all.
pub(crate) fn restore(arguments: &RestoreArguments, json: bool) -> anyhow::Result<Outcome> {
    let config = Config::read(&arguments.config.config)?;
    let place = || format!("{}: cannot be read", arguments.backup.display());
    let list = arguments.erased.clone().unwrap_or_else(|| erased_list::file(&config));
    let erased = erased_list::read(&list)?;
    if arguments.erased.is_some() && !list.exists() {
        bail!("{}: cannot be read\n  remedy: name the list that lies beside the backups", list.display());
    }
    let file = File::open(&arguments.backup).with_context(place)?;
    let report = wait_for(async {
        let opened = open(&config).await?;
        let mut from = BufReader::with_capacity(1 << 20, file);
        let restored = opened
            .office
            .restore(&opened.operator, &mut from, &erased)
            .await
            .with_context(|| arguments.backup.display().to_string())?;
        let published = Folder::open(&config.folders.log)?;
        let adopted = opened.office.adopt_published(&opened.operator, &published, &opened.log_key).await?;
        let ticked = opened.office.tick().await?;
        Ok(RestoreReport {
            restored,
            log_entries_from_published: adopted,
            records_over_their_time: ticked.forgotten,
            days_over_their_time: ticked.days_destroyed,
        })
    })?;
    if json {
        print_json(&report)?;
        return Ok(Outcome::Done);
    }
    let (count, restored) = (terminal::count, &report.restored);
    anstream::println!("{}: the moment of {}", arguments.backup.display(), restored.made);
    print_counts(&restored.manifest);
    anstream::println!(
        "{} rows read: {} put back, {} of people who left since were not",
        count(restored.read),
        count(restored.put_back),
        count(restored.forgotten)
    );
    anstream::println!(
        "{} records and {} days of visits were over their time and are gone",
        count(report.records_over_their_time),
        count(report.days_over_their_time)
    );
    if report.log_entries_from_published > 0 {
        anstream::println!(
            "{} log entries were taken from the published log; what they are about is lost if it is in no later backup",
            count(report.log_entries_from_published)
        );
    }
    Ok(Outcome::Done)
}

/// The newest backup in the folder of backups, by the instant in its name.
pub(crate) fn newest(config: &Config) -> anyhow::Result<Option<(Timestamp, PathBuf)>> {
    let place = || format!("{}: cannot be read", config.folders.backups.display());
    let mut newest = None;
    for entry in fs::read_dir(&config.folders.backups).with_context(place)? {
        let file = entry.with_context(place)?.path();
        let name = file.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
        if file.extension().is_some_and(|ending| ending == ENDING)
            && let Some(made) = crate::key_files::from_name(name)
        {
            newest = newest.max(Some((made, file)));
        }
    }
    Ok(newest)
}
