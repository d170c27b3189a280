//! `cleanbill keys`: replacing keys while people go on.

use anyhow::{Context, bail};
use issuer::{OVERLAP_MIN, Signer as _, SoftwareKey};
use jiff::{SignedDuration, Timestamp};
use ledger::{KeyChange, KeyUse, Sha256Hash};
use office::SigningKeyChange;
use serde::Serialize;

use super::print_json;
use crate::{
    arguments::{ConfigArgument, KeysCommand, RotateCommand},
    config::Config,
    key_files::{self, Bytes, MasterFile},
    machine::{now, random},
    opening::{open, wait_for},
    outcome::Outcome,
    terminal,
};

/// How long a key signs passes at most, as the public log announces it.
pub(crate) const PASS_KEY_DAYS_MAX: i64 = 90;
/// How long before it signs a new key is announced, so that every door has fetched it.
const NOTICE: SignedDuration = SignedDuration::from_hours(2);

/// Runs what was typed.
pub(crate) fn run(command: &KeysCommand, json: bool) -> anyhow::Result<Outcome> {
    match command {
        KeysCommand::Rotate(RotateCommand::Master(config)) => master(config, json),
        KeysCommand::Rotate(RotateCommand::Passes { config, from }) => passes(config, *from, json),
        KeysCommand::DropPrevious(config) => drop_previous(config, json),
    }
}

#[derive(Serialize)]
struct MasterReport {
    read: u64,
    resealed: u64,
    left: u64,
}

/// Replaces the master key, or goes on with that. The new key is in its file, beside the previous one, before anything is
/// sealed under it: whatever dies, one of the two opens every key.
fn master(arguments: &ConfigArgument, json: bool) -> anyhow::Result<Outcome> {
    let config = Config::read(&arguments.config)?;
    let file = &config.keys.master;
    let before = MasterFile::read(file)?;
    let goes_on = before.previous.is_some();
    let done = wait_for(async {
        // Whether it can be opened at all, before anything is changed.
        let opened = open(&config).await?;
        if goes_on && opened.office.sealed_otherwise(&opened.operator).await? == 0 {
            bail!(
                "{}: the master key was replaced, and its predecessor still stands there\n  remedy: when no backup needs it any longer: cleanbill keys drop-previous --config {}",
                file.display(),
                arguments.config.display()
            );
        }
        if !goes_on {
            MasterFile { current: Bytes::draw(), previous: Some(before.current) }.write(file)?;
        }
        let opened = open(&config).await?;
        opened.office.reseal(&opened.operator).await.context(
            "not every key could be sealed anew; nothing is lost\n  remedy: call the same command again",
        )
    })?;
    if json {
        print_json(&MasterReport { read: done.read, resealed: done.resealed, left: done.left })?;
        return Ok(Outcome::Done);
    }
    let count = terminal::count;
    anstream::println!(
        "{} keys: {} sealed anew, {} were already",
        count(done.read),
        count(done.resealed),
        count(done.left)
    );
    terminal::note(&format!(
        "next: copy {} to a safe place. The previous key stays in it for backups made until now; when they are gone:\n  \
         cleanbill keys drop-previous --config {}",
        file.display(),
        arguments.config.display()
    ));
    Ok(Outcome::Done)
}

/// Forgets the previous master key, if nothing in the database needs it.
fn drop_previous(arguments: &ConfigArgument, json: bool) -> anyhow::Result<Outcome> {
    let config = Config::read(&arguments.config)?;
    let file = &config.keys.master;
    let MasterFile { current, previous } = MasterFile::read(file)?;
    if previous.is_none() {
        bail!("{}: has no previous key\n  remedy: nothing is to be done", file.display());
    }
    let needed = wait_for(async {
        let opened = open(&config).await?;
        Ok(opened.office.sealed_otherwise(&opened.operator).await?)
    })?;
    if needed > 0 {
        terminal::note(&format!(
            "{} keys are still sealed under the previous one\n  remedy: first cleanbill keys rotate master --config {}",
            terminal::count(needed),
            arguments.config.display()
        ));
        return Ok(Outcome::No);
    }
    MasterFile { current, previous: None }.write(file)?;
    if json {
        print_json(&serde_json::json!({ "dropped": true }))?;
    } else {
        anstream::println!(
            "{}: the previous key is gone; backups made under it open no longer",
            file.display()
        );
    }
    Ok(Outcome::Done)
}

#[derive(Serialize)]
struct PassesReport {
    file: String,
    signs_from: Timestamp,
    previous_trusted_until: Timestamp,
}

/// Adds a key that signs passes from an instant on. The log says so first; then the key is written.
fn passes(arguments: &ConfigArgument, from: Option<Timestamp>, json: bool) -> anyhow::Result<Outcome> {
    let config = Config::read(&arguments.config)?;
    let from = from.unwrap_or_else(|| now().saturating_add(NOTICE).unwrap_or(Timestamp::MAX));
    let from = Timestamp::from_second(from.as_second())?;
    let there = key_files::read_pass_keys(&config.keys.passes)?;
    if from <= now() {
        bail!("--from {from}: is not in the future\n  remedy: give doors time to fetch the new key");
    }
    if let Some((last, _)) = there.last().filter(|(last, _)| *last >= from) {
        bail!("--from {from}: a key signs from {last} on already\n  remedy: name a later instant");
    }
    let key = SoftwareKey::generate(&mut random);
    let until = from.saturating_add(OVERLAP_MIN)?;
    let change = |key: &SoftwareKey, change, to| -> anyhow::Result<SigningKeyChange> {
        Ok(SigningKeyChange {
            purpose: KeyUse::Passes,
            name: config.office.body.as_str().parse()?,
            public_key: Sha256Hash::of(key.spki()),
            change,
            to,
        })
    };
    let longest = SignedDuration::from_hours(24 * PASS_KEY_DAYS_MAX);
    let mut changes = vec![change(&key, KeyChange::Added, from.saturating_add(longest)?)?];
    if let Some((_, last)) = there.last() {
        changes.push(change(last, KeyChange::Retired, until)?);
    }
    wait_for(async {
        let opened = open(&config).await?;
        Ok(opened.office.announce_keys(&opened.operator, &changes).await?)
    })?;
    let file = key_files::write_pass_key(&config.keys.passes, from, &key)?.display().to_string();
    if json {
        print_json(&PassesReport { file, signs_from: from, previous_trusted_until: until })?;
        return Ok(Outcome::Done);
    }
    anstream::println!("{file}: signs from {from}; passes of the key before are good until {until}");
    terminal::note("next: start the server again before that instant, so that doors get the new key in time");
    Ok(Outcome::Done)
}
