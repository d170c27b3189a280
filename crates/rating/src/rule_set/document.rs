//! From a TOML document to a compiled rule set.

mod form;
mod rule;

use evidence::duration;
use std::collections::BTreeSet;

use jiff::{Timestamp, tz::TimeZone};
use sha2::{Digest, Sha256};
use toml::Spanned;

use self::form::{Document, Header, Localised};
use super::{Problem, RuleSet, RuleSetError};
use crate::text::{Language, Text};

/// Gathers problems, so that a writer sees them all at once.
pub(super) struct Reader<'a> {
    document: &'a str,
    problems: Vec<Problem>,
}

pub(super) fn parse(document: &[u8]) -> Result<RuleSet, RuleSetError> {
    let text = utf8(document)?;
    let form: Document = toml::from_str(text).map_err(|error| syntax(text, &error))?;
    let mut reader = Reader { document: text, problems: Vec::new() };
    let rule_set = reader.rule_set(&form, Sha256::digest(document).into());
    reader.problems.sort();
    match rule_set {
        Some(rule_set) if reader.problems.is_empty() => Ok(rule_set),
        _ => Err(RuleSetError { problems: reader.problems }),
    }
}

fn only(line: usize, what: String, remedy: &str) -> RuleSetError {
    RuleSetError { problems: vec![Problem { line, what, remedy: remedy.to_owned() }] }
}

fn utf8(document: &[u8]) -> Result<&str, RuleSetError> {
    if document.len() > RuleSet::LENGTH_MAX {
        let what = format!("the document has {} bytes, more than {}", document.len(), RuleSet::LENGTH_MAX);
        return Err(only(1, what, "A rule set that a citizen can read is shorter. Is this the right file?"));
    }
    let document = document.strip_prefix(b"\xef\xbb\xbf").unwrap_or(document);
    std::str::from_utf8(document).map_err(|error| {
        let good = document.get(..error.valid_up_to()).unwrap_or_default();
        let line = good.iter().filter(|byte| **byte == b'\n').count() + 1;
        let byte = document.get(error.valid_up_to()).copied().unwrap_or_default();
        only(
            line,
            format!("the byte 0x{byte:02x} is not UTF-8"),
            "The file seems to be in another encoding, such as Latin-1 or GBK. Save it as UTF-8.",
        )
    })
}

fn line_of(document: &str, offset: usize) -> usize {
    document.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}

fn syntax(document: &str, error: &toml::de::Error) -> RuleSetError {
    let line = error.span().map_or(1, |span| line_of(document, span.start));
    let message = error.message().trim().replace('\n', "; ");
    only(line, message, "See docs/rule-sets.md for the form of a rule set.")
}

impl Reader<'_> {
    fn line(&self, span: std::ops::Range<usize>) -> usize {
        line_of(self.document, span.start)
    }

    fn problem(&mut self, span: std::ops::Range<usize>, what: impl Into<String>, remedy: impl Into<String>) {
        let line = self.line(span);
        self.problems.push(Problem { line, what: what.into(), remedy: remedy.into() });
    }

    fn rule_set(&mut self, form: &Document, digest: [u8; 32]) -> Option<RuleSet> {
        let header = &form.ruleset;
        let mut ids = BTreeSet::new();
        let mut rules = Vec::with_capacity(form.rule.len());
        for rule in &form.rule {
            if !ids.insert(rule.as_ref().id.as_ref().as_str()) {
                let what = format!("a second rule has the id `{}`", rule.as_ref().id.as_ref());
                self.problem(rule.as_ref().id.span(), what, "Give each rule an id of its own.");
            }
            rules.extend(self.rule(rule));
        }
        if form.rule.len() > RuleSet::RULES_MAX {
            let what = format!("{} rules are more than {}", form.rule.len(), RuleSet::RULES_MAX);
            self.problem(0..0, what, "Nobody can read so many. Say it with fewer.");
        }
        let zone = self.zone(header);
        let effective = self.instant(&header.effective, "effective");
        let sunset = self.sunset(header);
        let review_within = self.duration(&header.review_within, "review_within");
        self.slug(&header.id);
        Some(RuleSet {
            id: header.id.as_ref().clone(),
            version: header.version,
            title: self.text(&header.title),
            time_zone: zone?,
            legal_basis: header.legal_basis.clone(),
            effective: effective?,
            sunset: sunset?,
            review_within: review_within?,
            contest: header.contest.as_ref().map(|text| self.text(text)),
            digest,
            rules,
        })
    }

    fn zone(&mut self, header: &Header) -> Option<TimeZone> {
        let name = header.time_zone.as_ref();
        let zone = TimeZone::get(name).ok();
        if zone.is_none() {
            let what = format!("`{name}` is not a known time zone");
            self.problem(header.time_zone.span(), what, "Write an IANA name such as \"Asia/Shanghai\".");
        }
        zone
    }

    fn sunset(&mut self, header: &Header) -> Option<Timestamp> {
        let Some(sunset) = &header.sunset else {
            let what = "the rule set has no `sunset`";
            let remedy =
                "Every rule set ends by itself: add `sunset = …`, at most 90 days after `effective`.";
            self.problem(header.id.span(), what, remedy);
            return None;
        };
        let at = self.instant(sunset, "sunset")?;
        let effective: Option<Timestamp> = header.effective.as_ref().to_string().parse().ok();
        if effective.is_some_and(|effective| effective >= at) {
            self.problem(
                sunset.span(),
                "`sunset` is not after `effective`",
                "Set it later, by at most 90 days.",
            );
        }
        Some(at)
    }

    fn instant(&mut self, value: &Spanned<toml::value::Datetime>, name: &str) -> Option<Timestamp> {
        let parsed = value.as_ref().to_string().parse().ok();
        if parsed.is_none() {
            let what = format!("`{name} = {}` is not an instant", value.as_ref());
            self.problem(value.span(), what, "Write date, time and offset: 2020-02-11T00:00:00+08:00");
        }
        parsed
    }

    fn duration(&mut self, value: &Spanned<String>, name: &str) -> Option<jiff::SignedDuration> {
        match duration::parse(value.as_ref()) {
            Ok(parsed) if !parsed.is_zero() => Some(parsed),
            Ok(_) => {
                self.problem(value.span(), format!("`{name}` is zero"), "Write a duration such as 14d.");
                None
            }
            Err(error) => {
                self.problem(value.span(), format!("`{name}`: {error}"), "For example 30m, 24h or 14d.");
                None
            }
        }
    }

    fn slug(&mut self, value: &Spanned<String>) {
        let text = value.as_ref();
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
        if text.is_empty() || text.len() > 64 || !text.chars().all(fits) {
            let what = format!("`{text}` is not an id");
            self.problem(value.span(), what, "Write 1 to 64 of a-z 0-9 - _");
        }
    }

    fn text(&mut self, localised: &Spanned<Localised>) -> Text {
        let mut text = Text::default();
        for (code, words) in localised.as_ref() {
            match Language::ALL.into_iter().find(|language| language.code() == code) {
                Some(language) => drop(text.0.insert(language, words.as_ref().clone())),
                None => self.problem(
                    words.span(),
                    format!("`{code}` is not a language texts are given in"),
                    "Use `en` and `zh`.",
                ),
            }
        }
        text
    }
}
