//! One rule of the document.

use std::str::FromStr;

use evidence::{EvidenceKind, Level, TestMethod, duration};
use jiff::SignedDuration;
use toml::Spanned;

use super::{
    Reader,
    form::{NegativeTestsForm, ReleaseForm, RuleForm, Since},
};
use crate::{
    condition::Condition,
    field::{self, Field, FieldType},
    rule_set::{Ease, NegativeTests, Release, Rule, RuleSet},
    text::{Language, Template},
};

impl Reader<'_> {
    /// Reads a rule; `None` if something it cannot do without is wrong. Every problem is noted.
    pub(super) fn rule(&mut self, form: &Spanned<RuleForm>) -> Option<Rule> {
        let whole = form.span();
        let form = form.as_ref();
        let id = form.id.as_ref();
        self.slug(&form.id);
        let on = self.on(form);
        let level = self.level(form);
        let lasts = self.lasts(form);
        let condition = on.and_then(|on| self.condition(form, on));
        let anchors = on.and_then(|on| self.anchors(form, on));
        let reason = on.and_then(|on| self.reason(form, on));
        let eases = self.eases(form, level, lasts);
        let release = self.release(&form.release);
        Some(Rule {
            id: id.clone(),
            line: self.line(whole),
            on: on?,
            when: form.when.as_ref().map(|when| when.as_ref().clone()).unwrap_or_default(),
            level: level?,
            lasts: lasts?,
            release: release?,
            reason: reason?,
            advice: form.advice.as_ref().map(|text| self.text(text)),
            purpose: form.purpose.as_ref().map(|text| self.text(text)),
            source: form.source.clone(),
            condition: condition?,
            anchors: anchors?,
            anchor_names: form.since.as_ref().map(|s| s.as_ref().names().to_vec()).unwrap_or_default(),
            eases: eases?,
        })
    }

    fn missing(&mut self, form: &RuleForm, name: &str, remedy: &str) {
        self.problem(form.id.span(), format!("rule `{}` has no `{name}`", form.id.as_ref()), remedy);
    }

    fn on(&mut self, form: &RuleForm) -> Option<EvidenceKind> {
        let Some(on) = &form.on else {
            self.missing(form, "on", "Name one kind of evidence, such as on = \"stay\".");
            return None;
        };
        let kind = self.word::<EvidenceKind>(on, "on")?;
        if field::fields_of(kind).is_some() {
            return Some(kind);
        }
        let remedy = match kind {
            EvidenceKind::Visit => {
                "A scan at a venue's door alone never changes a colour. Use on = \"exposure\": it is there when the \
                 person was near a case."
            }
            EvidenceKind::Household | EvidenceKind::NamedContact => {
                "It leads to exposures. Use on = \"exposure\" with exposure.setting."
            }
            _ => "Use declaration, check, stay, trip, test, case or exposure.",
        };
        self.problem(on.span(), format!("rule `{}`: no rule may rest on `{kind}`", form.id.as_ref()), remedy);
        None
    }

    /// Reads a word of a closed vocabulary.
    fn word<T: FromStr<Err = evidence::UnknownWord>>(
        &mut self,
        value: &Spanned<String>,
        name: &str,
    ) -> Option<T> {
        match value.as_ref().parse() {
            Ok(word) => Some(word),
            Err(unknown) => {
                let what = format!("`{name}`: `{}` is not a known {}", unknown.word, unknown.what);
                self.problem(value.span(), what, format!("Known are: {}.", unknown.known));
                None
            }
        }
    }

    fn level(&mut self, form: &RuleForm) -> Option<Level> {
        let Some(value) = &form.level else {
            self.missing(form, "level", "Write level = \"yellow\" or level = \"red\".");
            return None;
        };
        let level = self.word::<Level>(value, "level")?;
        if level == Level::Green {
            let what = format!("rule `{}` gives green, which everybody has anyway", form.id.as_ref());
            self.problem(value.span(), what, "Give yellow or red, or use a release or an easing.");
        }
        Some(level)
    }

    fn lasts(&mut self, form: &RuleForm) -> Option<SignedDuration> {
        let Some(value) = &form.lasts else {
            let remedy = "Every restriction must end by itself: add a duration such as lasts = \"14d\".";
            self.missing(form, "lasts", remedy);
            return None;
        };
        let lasts = self.duration(value, "lasts")?;
        if lasts > SignedDuration::from_hours(24 * RuleSet::LASTS_DAYS_MAX) {
            let what = format!(
                "rule `{}` lasts {}, longer than {} days",
                form.id.as_ref(),
                value.as_ref(),
                RuleSet::LASTS_DAYS_MAX
            );
            self.problem(value.span(), what, "Evidence is kept no longer than that. Choose a shorter time.");
        }
        Some(lasts)
    }

    fn condition(&mut self, form: &RuleForm, on: EvidenceKind) -> Option<Condition> {
        let Some(when) = &form.when else { return Some(Condition::always()) };
        match Condition::compile(on, when.as_ref()) {
            Ok(condition) => Some(condition),
            Err(error) => {
                let what = format!("rule `{}`: {error}", form.id.as_ref());
                self.problem(when.span(), what, "See docs/rule-sets.md for what `when` may say.");
                None
            }
        }
    }

    fn anchors(&mut self, form: &RuleForm, on: EvidenceKind) -> Option<Vec<Field>> {
        let Some(since) = &form.since else {
            let remedy = format!("Name the time from which it counts, such as since = \"{on}.at\".");
            self.missing(form, "since", &remedy);
            return None;
        };
        let names = since.as_ref().names();
        if names.is_empty() {
            self.problem(since.span(), "`since` is empty", "Name at least one time of the evidence.");
        }
        names.iter().map(|name| self.anchor(since, on, name)).collect()
    }

    fn anchor(&mut self, since: &Spanned<Since>, on: EvidenceKind, name: &str) -> Option<Field> {
        let found = match name.split_once('.') {
            Some((root, field)) if root == on.word() => field::find(on, field),
            _ => Err(format!("`since`: `{name}` does not begin with `{on}.`")),
        };
        match found {
            Ok((field, FieldType::Time)) => Some(field),
            Ok(_) => {
                let what = format!("`since`: `{name}` is not a time");
                self.problem(
                    since.span(),
                    what,
                    "Name a time of the evidence; docs/rule-sets.md lists them.",
                );
                None
            }
            Err(what) => {
                self.problem(
                    since.span(),
                    what,
                    "Name a time of the evidence; docs/rule-sets.md lists them.",
                );
                None
            }
        }
    }

    fn reason(&mut self, form: &RuleForm, on: EvidenceKind) -> Option<Vec<(Language, Template)>> {
        let Some(reason) = &form.reason else {
            self.missing(form, "reason", "A person must be told why: reason = { en = \"…\", zh = \"…\" }");
            return None;
        };
        let text = self.text(reason);
        let mut templates = Vec::new();
        for (language, words) in &text.0 {
            match Template::parse(on, words) {
                Ok(template) => templates.push((*language, template)),
                Err(error) => {
                    let what = format!("rule `{}`, reason in {language}: {error}", form.id.as_ref());
                    self.problem(
                        reason.span(),
                        what,
                        "Places look like {stay.left:date}; see docs/rule-sets.md.",
                    );
                }
            }
        }
        Some(templates)
    }

    fn eases(
        &mut self,
        form: &RuleForm,
        level: Option<Level>,
        lasts: Option<SignedDuration>,
    ) -> Option<Vec<Ease>> {
        let mut eases = Vec::new();
        for ease in &form.eases {
            let after = self.duration(&ease.as_ref().after, "after");
            let to = self.word::<Level>(&ease.as_ref().to, "to");
            let (after, to) = (after?, to?);
            if level.is_some_and(|level| to >= level) || lasts.is_some_and(|lasts| after >= lasts) {
                let what =
                    format!("rule `{}`: an easing must go to a lower level before `lasts`", form.id.as_ref());
                self.problem(
                    ease.span(),
                    what,
                    "For example lasts = \"14d\", eases = [{ after = \"7d\", to = \"yellow\" }].",
                );
            }
            eases.push(Ease { after, to });
        }
        eases.sort_by_key(|ease| ease.after);
        if eases.windows(2).any(|pair| matches!(pair, [a, b] if a.after == b.after || a.to < b.to)) {
            let what = format!("rule `{}`: its easings do not step down", form.id.as_ref());
            self.problem(form.id.span(), what, "Each later step must go to the same or a lower level.");
        }
        Some(eases)
    }

    fn release(&mut self, form: &ReleaseForm) -> Option<Release> {
        if let Some(count) = &form.healthy_checks
            && *count.as_ref() == 0
        {
            self.problem(count.span(), "`healthy_checks` is zero", "Ask for at least one daily check.");
        }
        let negative_tests = match &form.negative_tests {
            Some(tests) => Some(self.negative_tests(tests)?),
            None => None,
        };
        Some(Release {
            healthy_checks: form.healthy_checks.as_ref().map(|count| *count.as_ref()),
            negative_tests,
            recovery: form.recovery,
        })
    }

    fn negative_tests(&mut self, form: &Spanned<NegativeTestsForm>) -> Option<NegativeTests> {
        let tests = form.as_ref();
        if tests.count == 0 || tests.count > 10 {
            self.problem(
                form.span(),
                format!("`count = {}` negative tests", tests.count),
                "Ask for 1 to 10 tests.",
            );
        }
        let mut span_of = |value: &Option<Spanned<String>>, name: &str| match value {
            None => Some(SignedDuration::ZERO),
            Some(value) if duration::parse(value.as_ref()).is_ok_and(|d| d.is_zero()) => {
                Some(SignedDuration::ZERO)
            }
            Some(value) => self.duration(value, name),
        };
        let apart = span_of(&tests.apart, "apart");
        let not_before = span_of(&tests.not_before, "not_before");
        let methods: Vec<Option<TestMethod>> =
            tests.methods.iter().map(|method| self.word(method, "methods")).collect();
        Some(NegativeTests {
            count: tests.count,
            apart: apart?,
            not_before: not_before?,
            methods: methods.into_iter().collect::<Option<_>>()?,
        })
    }
}
