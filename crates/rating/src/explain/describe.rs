//! A rule set in plain words, for those who are to live under it.

use super::phrase::Phrases;
use crate::{
    rule_set::{Rule, RuleSet},
    text::Language,
};
use evidence::duration;

/// Describes a rule set: a heading, and for each rule its id with sentences.
#[must_use]
pub fn describe(rule_set: &RuleSet, language: Language) -> (Vec<String>, Vec<(String, Vec<String>)>) {
    let phrases = Phrases::new(language, &rule_set.time_zone);
    let version = rule_set.version.to_string();
    let from = phrases.date_time(rule_set.effective);
    let to = phrases.date_time(rule_set.sunset);
    let zone = rule_set.time_zone.iana_name().unwrap_or_default();
    let title = [
        ("title", rule_set.title.get(language)),
        ("id", rule_set.id.as_str()),
        ("version", version.as_str()),
    ];
    let heading = vec![
        phrases.say("show-title", &title),
        phrases.say("show-force", &[("from", &from), ("to", &to), ("zone", zone)]),
        phrases.say("show-basis", &[("basis", &rule_set.legal_basis)]),
        phrases.say("show-review", &[("within", &phrases.duration(rule_set.review_within))]),
    ];
    let rules = rule_set.rules().iter().map(|rule| (rule.id.clone(), rule_in_words(rule, &phrases)));
    (heading, rules.collect())
}

fn rule_in_words(rule: &Rule, phrases: &Phrases<'_>) -> Vec<String> {
    let lasts = phrases.duration(rule.lasts);
    let level = phrases.level(rule.level);
    let mut lines = vec![
        phrases.say("show-rule", &[("level", &level), ("lasts", &lasts), ("since", &rule.since())]),
        phrases.say("show-on", &[("on", rule.on.word())]),
    ];
    let when = if rule.when.is_empty() { phrases.say("show-always", &[]) } else { rule.when.clone() };
    lines.push(phrases.say("show-when", &[("when", &when)]));
    for (after, to) in rule.easing() {
        let (after, to) = (phrases.duration(after), phrases.level(to));
        lines.push(phrases.say("show-eases", &[("after", &after), ("level", &to)]));
    }
    if let Some(needed) = rule.release.healthy_checks {
        lines.push(phrases.say("show-checks", &[("needed", &needed.to_string())]));
    }
    if let Some(tests) = &rule.release.negative_tests {
        let values = [
            ("needed", tests.count.to_string()),
            ("apart", duration::print(tests.apart)),
            ("earliest", duration::print(tests.not_before)),
        ];
        let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
        lines.push(phrases.say("show-tests", &values));
    }
    if rule.release.recovery {
        lines.push(phrases.say("show-recovery", &[]));
    }
    if let Some(reason) = rule.reason_in(phrases.language) {
        lines.push(phrases.say("show-reason", &[("text", reason.as_written())]));
    }
    let texts = [("show-advice", &rule.advice), ("show-purpose", &rule.purpose)];
    for (key, text) in texts {
        lines.extend(text.as_ref().map(|text| phrases.say(key, &[("text", text.get(phrases.language))])));
    }
    lines.extend(rule.source.as_ref().map(|source| phrases.say("show-source", &[("text", source)])));
    lines
}
