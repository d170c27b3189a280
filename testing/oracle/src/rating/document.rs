//! Rule sets as documents.

use std::fmt::Write as _;

use super::{NegativeTests, Rule, RuleSet};

impl RuleSet {
    /// The rule set as a complete TOML document (`docs/rule-sets.md`), with invented texts.
    #[must_use]
    pub fn to_toml(&self) -> String {
        let zone = self.time_zone.iana_name().unwrap_or("Etc/UTC");
        let mut document = format!(
            "[ruleset]\n\
             id = \"invented\"\n\
             version = 1\n\
             title = {{ en = \"Invented\", zh = \"虚构\" }}\n\
             time_zone = \"{zone}\"\n\
             legal_basis = \"none: invented for comparison\"\n\
             effective = {}\n\
             sunset = {}\n\
             review_within = \"48h\"\n\
             contest = {{ en = \"Tell an officer.\", zh = \"请告知工作人员。\" }}\n",
            self.effective, self.sunset,
        );
        for rule in &self.rules {
            document.push_str(&rule.to_toml());
        }
        document
    }
}

impl Rule {
    fn to_toml(&self) -> String {
        let on = self.on.word();
        let mut lines = vec![String::new(), "[[rule]]".to_owned()];
        lines.push(format!("id = \"{}\"", self.id));
        lines.push(format!("on = \"{on}\""));
        if let Some(when) = &self.when {
            lines.push(format!("when = '{}'", when.to_cel(on)));
        }
        lines.push(format!("level = \"{}\"", self.level));
        let times: Vec<String> = self.since.iter().map(|time| format!("\"{on}.{time}\"")).collect();
        lines.push(match times.as_slice() {
            [one] => format!("since = {one}"),
            several => format!("since = [{}]", several.join(", ")),
        });
        lines.push(format!("lasts = \"{}\"", self.lasts));
        if let Some(days) = self.release.healthy_checks {
            lines.push(format!("release.healthy_checks = {days}"));
        }
        if let Some(tests) = &self.release.negative_tests {
            lines.push(format!("release.negative_tests = {}", tests.to_toml()));
        }
        if self.release.recovery {
            lines.push("release.recovery = true".to_owned());
        }
        if !self.eases.is_empty() {
            let step = |(after, to): &(super::Length, evidence::Level)| {
                format!("{{ after = \"{after}\", to = \"{to}\" }}")
            };
            let steps: Vec<String> = self.eases.iter().map(step).collect();
            lines.push(format!("eases = [{}]", steps.join(", ")));
        }
        let shown = self.since.first().copied().unwrap_or("at");
        lines.push(format!(
            "reason = {{ en = \"It counts from {{{on}.{shown}:time}}.\", zh = \"自{{{on}.{shown}:time}}起。\" }}"
        ));
        lines.push("advice = { en = \"Stay calm.\", zh = \"请保持冷静。\" }".to_owned());
        lines.push("purpose = { en = \"To compare.\", zh = \"用于比较。\" }".to_owned());
        lines.push("source = \"invented for comparison\"".to_owned());
        lines.join("\n") + "\n"
    }
}

impl NegativeTests {
    fn to_toml(&self) -> String {
        let mut table = format!(
            "{{ count = {}, apart = \"{}\", not_before = \"{}\"",
            self.count, self.apart, self.not_before
        );
        if !self.methods.is_empty() {
            let methods: Vec<String> = self.methods.iter().map(|m| format!("\"{m}\"")).collect();
            // Writing into a string cannot fail.
            let _ = write!(table, ", methods = [{}]", methods.join(", "));
        }
        table + " }"
    }
}
