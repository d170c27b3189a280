//! `cleanbill evaluate`

mod ratings;
mod truth;

use std::{collections::BTreeMap, path::Path};

use serde::Serialize;

use super::print_json;
use crate::{
    accuracy::{Accuracy, Figures},
    outcome::Outcome,
    terminal,
};

#[derive(Serialize)]
struct Report {
    #[serde(flatten)]
    all: Figures,
    rules: BTreeMap<String, Figures>,
}

/// Compares ratings day by day with known infections. Prints JSON.
pub(crate) fn run(ratings: &Path, truth: &Path) -> anyhow::Result<Outcome> {
    let mut accuracy = Accuracy::new(truth::read(truth)?);
    let bar = terminal::progress("evaluating", std::fs::metadata(ratings).map_or(0, |file| file.len()));
    ratings::each_day(ratings, &bar, |day| {
        let rules = day.rules.split(';').filter(|rule| !rule.is_empty());
        accuracy.day(day.at, day.person, day.level != "green", rules);
    })?;
    bar.finish_and_clear();
    let (all, rules) = accuracy.figures();
    print_json(&Report { all, rules })?;
    Ok(Outcome::Done)
}
