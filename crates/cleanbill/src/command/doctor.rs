//! `cleanbill doctor`: is everything as an office needs it? Each check says what it found, and what to do.

mod kept;
mod machine;
mod published;
mod records;

use anyhow::anyhow;
use issuer::Signer as _;
use owo_colors::OwoColorize;
use serde::Serialize;

use super::print_json;
use crate::{
    arguments::DoctorArguments,
    config::Config,
    key_files::{open_to_others, pass_key_files},
    opening::{Opened, open, wait_for},
    outcome::Outcome,
};

/// What a check found.
#[derive(Serialize)]
pub(super) struct Finding {
    /// What was looked at.
    check: &'static str,
    /// Whether it is as it should be.
    right: bool,
    /// What was found.
    found: String,
    /// What to do where it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    remedy: Option<String>,
}

impl Finding {
    pub(super) fn right(check: &'static str, found: impl Into<String>) -> Self {
        Self { check, right: true, found: found.into(), remedy: None }
    }

    pub(super) fn wrong(check: &'static str, found: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { check, right: false, found: found.into(), remedy: Some(remedy.into()) }
    }

    /// A finding of something that failed; its message holds the remedy.
    fn failed(check: &'static str, error: &anyhow::Error) -> Self {
        let message = format!("{error:#}");
        match message.split_once("\n  remedy: ") {
            Some((found, remedy)) => Self::wrong(check, found, remedy),
            None => Self::wrong(check, message, "put it right, and ask again"),
        }
    }
}

#[derive(Serialize)]
struct Report<'a> {
    right: bool,
    findings: &'a [Finding],
    /// The configuration as it is in effect, without secrets.
    config: &'a Config,
}

/// Looks at everything; exit code 1 if something is wrong.
pub(crate) fn run(arguments: &DoctorArguments, json: bool) -> anyhow::Result<Outcome> {
    let file = &arguments.config.config;
    let config = Config::read(file)?;
    let mut findings = vec![
        Finding::right("configuration", file.display().to_string()),
        keys(&config),
        machine::disk(&config),
    ];
    wait_for(async {
        match open(&config).await {
            Err(error) => findings.push(Finding::failed("database", &error)),
            Ok(opened) => {
                in_database(&config, &opened, &mut findings).await;
                if arguments.records {
                    let found = records::coherent(&opened).await;
                    findings.push(found.unwrap_or_else(|error| Finding::failed("records", &error)));
                }
            }
        }
        Ok(())
    })?;
    let right = findings.iter().all(|finding| finding.right);
    if json {
        print_json(&Report { right, findings: &findings, config: &config })?;
    } else {
        findings.iter().for_each(print);
    }
    Ok(if right { Outcome::Done } else { Outcome::No })
}

async fn in_database(config: &Config, opened: &Opened, findings: &mut Vec<Finding>) {
    let database = format!("{}: reached, its tables are those of this version", config.database.url);
    findings.push(Finding::right("database", database));
    findings.push(Finding::right("documents", format!("signed by key {}", opened.documents.key_id())));
    let checks = [
        ("public log", published::log(config, opened).await),
        ("clock", machine::clock(opened).await),
        ("backups", kept::backups(config, opened).await),
        ("master key", kept::master_key(config, opened).await),
        ("pass key", kept::pass_key(config)),
    ];
    for (check, found) in checks {
        findings.push(found.unwrap_or_else(|error| Finding::failed(check, &error)));
    }
}

fn print(finding: &Finding) {
    let Finding { check, right, found, remedy } = finding;
    let mark = if *right { "right".green().to_string() } else { "wrong".red().bold().to_string() };
    anstream::println!("{mark}  {check}: {found}");
    if let Some(remedy) = remedy {
        anstream::println!("       remedy: {remedy}");
    }
}

/// Private keys are there, and nobody else may read them.
fn keys(config: &Config) -> Finding {
    let of = &config.keys;
    let mut files = vec![&of.master, &of.lookup, &of.publisher, &of.log, &of.documents];
    let passes = match pass_key_files(&of.passes) {
        Ok(passes) => passes,
        Err(error) => return Finding::failed("keys", &error),
    };
    files.extend(passes.iter().map(|(_, file)| file));
    for file in &files {
        let modes = open_to_others(file).and_then(|mode| match mode {
            None => Ok(()),
            Some(mode) => Err(anyhow!(
                "{0}: may be read by others (mode {mode:o})\n  remedy: run `chmod 600 {0}`, and replace the key if others could have read it",
                file.display()
            )),
        });
        if let Err(error) = modes {
            return Finding::failed("keys", &error);
        }
    }
    Finding::right("keys", format!("{} files, readable by their owner alone", files.len()))
}
