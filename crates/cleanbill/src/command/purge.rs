//! `cleanbill purge`

use serde::Serialize;

use super::print_json;
use crate::{
    arguments::ConfigArgument,
    config::Config,
    erased_list,
    opening::{open, wait_for},
    outcome::Outcome,
    terminal::count,
};

#[derive(Serialize)]
struct Report {
    forgotten: u64,
    days_destroyed: u64,
    rerated: u64,
    appeals_decided: u64,
    deletion_records: usize,
}

/// Does what is due, and signs at once what was removed.
pub(crate) fn run(arguments: &ConfigArgument, json: bool) -> anyhow::Result<Outcome> {
    let config = Config::read(&arguments.config)?;
    let (ticked, purged) = wait_for(async {
        let opened = open(&config).await?;
        let ticked = opened.office.tick().await?;
        let purged = opened.office.purge(&opened.operator).await?;
        erased_list::keep(&config, &opened.office, &opened.operator).await?;
        Ok((ticked, purged))
    })?;
    let forgotten = ticked.forgotten + purged.forgotten;
    let days_destroyed = ticked.days_destroyed + purged.days_destroyed;
    let signed = purged.signed.len();
    if json {
        print_json(&Report {
            forgotten,
            days_destroyed,
            rerated: ticked.rerated,
            appeals_decided: ticked.decided,
            deletion_records: signed,
        })?;
        return Ok(Outcome::Done);
    }
    anstream::println!("{} records were over their time and are gone", count(forgotten));
    anstream::println!("{} days of visits are noise now: their keys are destroyed", count(days_destroyed));
    anstream::println!("{} colours changed or were looked at again", count(ticked.rerated));
    anstream::println!("{} overdue appeals were decided for the people who made them", count(ticked.decided));
    anstream::println!("{} deletion records were signed", count(signed as u64));
    Ok(Outcome::Done)
}
