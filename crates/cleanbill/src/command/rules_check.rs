//! `cleanbill rules check`

use std::path::Path;

use anyhow::Context;
use owo_colors::OwoColorize;
use rating::{BackgroundSymptoms, Finding, Severity};
use serde::Serialize;

use super::{print_json, read_rules};
use crate::outcome::Outcome;

#[derive(Serialize)]
struct Report<'a> {
    rule_set: &'a str,
    version: u32,
    publishable: bool,
    findings: &'a [Finding],
}

/// Checks a rule set: exit code 1 if it must not be published.
pub(crate) fn run(file: &Path, json: bool) -> anyhow::Result<Outcome> {
    let rule_set = read_rules(file)?;
    let background =
        BackgroundSymptoms::parse(BackgroundSymptoms::SHIPPED).context("the table of background symptoms")?;
    let findings = rating::check(&rule_set, &background);
    let refused = findings.iter().filter(|finding| finding.severity == Severity::Refused).count();
    if json {
        let report = Report {
            rule_set: &rule_set.id,
            version: rule_set.version,
            publishable: refused == 0,
            findings: &findings,
        };
        print_json(&report)?;
    } else {
        for finding in &findings {
            print(file, finding);
        }
        let rules = rule_set.rules().len();
        let verdict = match refused {
            0 => "may be published".green().to_string(),
            count => format!("must not be published: {count} refused").red().to_string(),
        };
        anstream::println!("{} version {}: {rules} rules, {verdict}", rule_set.id, rule_set.version);
    }
    Ok(if refused == 0 { Outcome::Done } else { Outcome::No })
}

fn print(file: &Path, finding: &Finding) {
    let word = match finding.severity {
        Severity::Refused => "refused".red().to_string(),
        Severity::Warning => "warning".yellow().to_string(),
        Severity::Note => "note".cyan().to_string(),
    };
    let rule = finding.rule.as_ref().map(|rule| format!("rule `{rule}`: ")).unwrap_or_default();
    anstream::println!("{word} {}:{}: {rule}{}", file.display(), finding.line, finding.what);
    anstream::println!("  remedy: {}", finding.remedy);
}
