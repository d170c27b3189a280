//! Checking a rule set before it hurts anyone.

mod background;
mod breadth;

use evidence::duration;
use jiff::SignedDuration;
use serde::Serialize;

pub use background::{BackgroundError, BackgroundSymptoms};

use crate::{
    field::Field,
    rule_set::{Rule, RuleSet},
    text::{Language, Text},
};

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The rule set must not be published.
    Refused,
    /// A human should look.
    Warning,
    /// Worth knowing.
    Note,
}

/// Something found in a rule set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How grave.
    pub severity: Severity,
    /// Line of the document, from 1.
    pub line: usize,
    /// The rule, if it is about one.
    pub rule: Option<String>,
    /// What was found.
    pub what: String,
    /// What to do about it.
    pub remedy: String,
}

/// Longest time to an answer that passes without a warning, in hours: three days of a 14-day restriction.
const REVIEW_HOURS_WARN: i64 = 72;

/// Checks a compiled rule set: the gravest findings first.
///
/// What cannot be compiled at all (a rule without `lasts`, an unknown field, a condition beyond one piece of
/// evidence) is refused earlier, by [`RuleSet::parse`].
#[must_use]
pub fn check(rule_set: &RuleSet, background: &BackgroundSymptoms) -> Vec<Finding> {
    let mut findings = Findings::default();
    findings.header(rule_set);
    for rule in rule_set.rules() {
        findings.texts(rule);
        findings.grounds(rule);
        findings.0.extend(breadth::of(rule, background));
    }
    findings.0.sort_by_key(|finding| (finding.severity, finding.line));
    findings.0
}

#[derive(Default)]
struct Findings(Vec<Finding>);

impl Findings {
    fn add(&mut self, severity: Severity, rule: Option<&Rule>, what: String, remedy: &str) {
        self.0.push(Finding {
            severity,
            line: rule.map_or(1, |rule| rule.line),
            rule: rule.map(|rule| rule.id.clone()),
            what,
            remedy: remedy.to_owned(),
        });
    }

    fn header(&mut self, rule_set: &RuleSet) {
        let lasts = rule_set.sunset.duration_since(rule_set.effective);
        if lasts > SignedDuration::from_hours(24 * RuleSet::SUNSET_DAYS_MAX) {
            let what = format!(
                "the sunset is {} days after it takes effect, more than {}",
                lasts.as_hours() / 24,
                RuleSet::SUNSET_DAYS_MAX
            );
            self.add(
                Severity::Refused,
                None,
                what,
                "Set an earlier sunset; a rule set can be published anew.",
            );
        }
        if rule_set.review_within > SignedDuration::from_hours(REVIEW_HOURS_WARN) {
            let what = format!("an appeal may wait {}", duration::print(rule_set.review_within));
            self.add(
                Severity::Warning,
                None,
                what,
                "Most restrictions would be half over. Answer within 72 h.",
            );
        }
        if rule_set.rules().is_empty() {
            self.add(
                Severity::Warning,
                None,
                "there is no rule: everybody is green".to_owned(),
                "Add a [[rule]].",
            );
        }
        if rule_set.legal_basis.trim().is_empty() {
            let remedy = "Name the act or order that allows these restrictions.";
            self.add(Severity::Refused, None, "`legal_basis` is empty".to_owned(), remedy);
        }
        self.translations(None, "title", Some(&rule_set.title));
        self.translations(None, "contest", rule_set.contest.as_ref());
    }

    fn translations(&mut self, rule: Option<&Rule>, name: &str, text: Option<&Text>) {
        for language in text.into_iter().flat_map(Text::missing) {
            let what = format!("`{name}` is missing in `{language}`");
            self.add(Severity::Refused, rule, what, "Give every text in `en` and `zh`.");
        }
    }

    fn texts(&mut self, rule: &Rule) {
        for language in Language::ALL {
            match rule.reason.iter().find(|(known, _)| *known == language) {
                None => {
                    let what = format!("`reason` is missing in `{language}`");
                    self.add(Severity::Refused, Some(rule), what, "Give every text in `en` and `zh`.");
                }
                Some((_, template)) if !template.shows_evidence() => {
                    let what = format!("the reason in `{language}` does not show its evidence");
                    let remedy = format!("Put a place for it in the text, such as {{{}.…}}.", rule.on);
                    self.add(Severity::Refused, Some(rule), what, &remedy);
                }
                Some((_, template)) if rule.condition.counts_cases() && !template.shows(Field::CasesMet) => {
                    let what = format!("the reason in `{language}` does not say how many cases were met");
                    let remedy =
                        format!("Put {{{}.cases_met}} into the text: the rule rests on it.", rule.on);
                    self.add(Severity::Refused, Some(rule), what, &remedy);
                }
                Some(_) => {}
            }
        }
        self.translations(Some(rule), "advice", rule.advice.as_ref());
        self.translations(Some(rule), "purpose", rule.purpose.as_ref());
    }

    fn grounds(&mut self, rule: &Rule) {
        if rule.purpose.is_none() {
            let what = "nobody is told why the rule exists".to_owned();
            self.add(Severity::Warning, Some(rule), what, "Add purpose = { en = \"…\", zh = \"…\" }.");
        }
        if rule.source.is_none() {
            let what = "the rule names no source".to_owned();
            self.add(
                Severity::Warning,
                Some(rule),
                what,
                "Add source = \"…\": the notice or the study it rests on.",
            );
        }
        if rule.advice.is_none() {
            let what = "nobody is told what to do".to_owned();
            self.add(Severity::Warning, Some(rule), what, "Add advice = { en = \"…\", zh = \"…\" }.");
        }
        let release = &rule.release;
        if release.healthy_checks.is_none() && release.negative_tests.is_none() && !release.recovery {
            let what = format!("nothing but time ends it within {}", duration::print(rule.lasts));
            self.add(Severity::Note, Some(rule), what, "Consider a release by tests, checks or recovery.");
        }
    }
}
