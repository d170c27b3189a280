//! One person's colour in words.

use anyhow::bail;
use jiff::Timestamp;
use owo_colors::OwoColorize;
use rating::{Explanation, Language, RuleSet, explain as explain_rating, rate, rate_in_force};
use serde::Serialize;

use crate::{arguments::RateArguments, population::Loaded, terminal};

/// A person's explanation in one or more languages.
#[derive(Serialize)]
pub(super) struct Explained {
    person: String,
    explanations: Vec<Explanation>,
}

pub(super) fn explain(
    arguments: &RateArguments,
    loaded: &Loaded,
    rule_set: &RuleSet,
    person: &str,
    at: Timestamp,
) -> anyhow::Result<Explained> {
    let position = loaded.population.position(person);
    let Some(evidence) = position.and_then(|position| loaded.population.evidence().get(position)) else {
        bail!("--explain {person}: nobody in the bundle has this id; see its table `people`");
    };
    let rating =
        if arguments.in_force { rate_in_force(rule_set, evidence, at) } else { rate(rule_set, evidence, at) };
    let languages = match arguments.lang {
        Some(language) => vec![language.language()],
        None => Language::ALL.to_vec(),
    };
    let explanations =
        languages.into_iter().map(|language| explain_rating(rule_set, evidence, &rating, language)).collect();
    Ok(Explained { person: person.to_owned(), explanations })
}

impl Explained {
    pub(super) fn print(&self) {
        for explanation in &self.explanations {
            anstream::println!("\n{}  {}", self.person.bold(), terminal::level(explanation.level));
            anstream::println!("{}", explanation.headline);
            for reason in &explanation.reasons {
                anstream::println!("\n  {} {}", terminal::level(reason.level), reason.why.bold());
                let advice = reason.advice.iter();
                let lines = advice.chain([&reason.holds]).chain(&reason.eases).chain(&reason.sooner);
                for line in lines {
                    anstream::println!("    {line}");
                }
                anstream::println!("    {}", reason.by.dimmed());
                anstream::println!("    {}", reason.evidence.dimmed());
            }
            anstream::println!("\n  {}", explanation.next);
            if !explanation.contest.is_empty() {
                anstream::println!("  {}", explanation.contest);
            }
            for note in &explanation.notes {
                anstream::println!("  {}", note.dimmed());
            }
            anstream::println!("  {}", format!("sha256 {}", explanation.inputs_digest).dimmed());
        }
    }
}
