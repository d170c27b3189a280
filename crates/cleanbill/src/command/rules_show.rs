//! `cleanbill rules show`

use std::path::Path;

use owo_colors::OwoColorize;
use rating::Language;
use serde::Serialize;

use super::{print_json, read_rules};
use crate::outcome::Outcome;

#[derive(Serialize)]
struct Shown {
    heading: Vec<String>,
    rules: Vec<ShownRule>,
}

#[derive(Serialize)]
struct ShownRule {
    rule: String,
    sentences: Vec<String>,
}

/// Prints a rule set in plain words.
pub(crate) fn run(file: &Path, language: Language, json: bool) -> anyhow::Result<Outcome> {
    let rule_set = read_rules(file)?;
    let (heading, rules) = rating::describe(&rule_set, language);
    let rules = rules.into_iter().map(|(rule, sentences)| ShownRule { rule, sentences });
    let shown = Shown { heading, rules: rules.collect() };
    if json {
        print_json(&shown)?;
        return Ok(Outcome::Done);
    }
    for (position, line) in shown.heading.iter().enumerate() {
        if position == 0 { anstream::println!("{}", line.bold()) } else { anstream::println!("{line}") }
    }
    for rule in &shown.rules {
        anstream::println!("\n{}", rule.rule.bold());
        for sentence in &rule.sentences {
            anstream::println!("  {}", sentence.replace('\n', "\n    "));
        }
    }
    Ok(Outcome::Done)
}
