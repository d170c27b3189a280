//! `cleanbill init`: a folder with a configuration and keys.

use std::{fs, path::Path};

use anyhow::{Context, bail};
use serde::Serialize;

use super::print_json;
use crate::{
    arguments::InitArguments,
    config::{CONFIG_FILE, Config, Sample, sample},
    key_files,
    machine::now,
    outcome::Outcome,
    terminal,
};

#[derive(Serialize)]
struct Report {
    config: String,
    log_key: String,
}

/// Begins an office, and says what comes next.
pub(crate) fn run(arguments: &InitArguments, json: bool) -> anyhow::Result<Outcome> {
    let log_key = write(arguments)?;
    let folder = &arguments.folder;
    let config = folder.join(CONFIG_FILE).display().to_string();
    if json {
        print_json(&Report { config, log_key })?;
        return Ok(Outcome::Done);
    }
    anstream::println!("{config}\nkey of the public log, for those who check it: {log_key}");
    terminal::note(&format!(
        "next: read {config}; copy {0}/keys/master.key and {0}/keys/lookup.key to a safe place; then\n  cleanbill doctor --config {config}",
        folder.display()
    ));
    Ok(Outcome::Done)
}

/// Writes the folder as a whole or not at all: it is made under another name and renamed. Nothing is overwritten. Gives the public
/// key of the log.
pub(crate) fn write(arguments: &InitArguments) -> anyhow::Result<String> {
    let folder = &arguments.folder;
    let place = || format!("{}: cannot be made", folder.display());
    if let Ok(mut entries) = fs::read_dir(folder)
        && entries.next().is_some()
    {
        bail!(
            "{}: is there already and not empty; keys are never overwritten\n  remedy: name a new folder",
            folder.display()
        );
    }
    let absolute = std::path::absolute(folder).with_context(place)?;
    let beside = absolute.parent().unwrap_or(Path::new("/"));
    fs::create_dir_all(beside).with_context(place)?;
    let unfinished =
        tempfile::Builder::new().prefix(".unfinished-").tempdir_in(beside).with_context(place)?;
    let log_key = fill(unfinished.path(), arguments)?;
    // A folder is renamed onto an empty one, and onto nothing else.
    fs::rename(unfinished.path(), &absolute).with_context(place)?;
    let _renamed = unfinished.keep();
    Ok(log_key)
}

/// Writes configuration and keys into a folder; gives the public key of the log.
fn fill(folder: &Path, arguments: &InitArguments) -> anyhow::Result<String> {
    let default = Sample::default();
    let public_url =
        arguments.public_url.as_ref().map_or(default.public_url, |public_url| public_url.as_str().to_owned());
    let of = Sample {
        body: arguments.body.as_ref().map_or(default.body, ToString::to_string),
        public_url,
        zone: arguments.zone.clone().unwrap_or(default.zone),
        database: arguments.database.clone().unwrap_or(default.database),
    };
    let file = folder.join(CONFIG_FILE);
    fs::write(&file, sample(&of)).with_context(|| format!("{}: cannot be written", file.display()))?;
    let config = Config::read(&file)?;
    for beside in [&config.folders.log, &config.folders.visits, &config.folders.backups] {
        fs::create_dir_all(beside).with_context(|| format!("{}: cannot be made", beside.display()))?;
    }
    let origin = format!("{}/{}", config.server.public_url.host(), config.office.body);
    key_files::make_all(&config.keys, &origin, now())?;
    let log_key = key_files::read_log_key(&config.keys.log)?;
    Ok(ledger::Sign::key(&log_key).to_string())
}
