//! Sentences from Fluent, and how dates, numbers and words are written in each language.

use std::sync::LazyLock;

use evidence::Level;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use crate::{
    cases_met::Given,
    field::{Field, FieldType},
    text::{Format, Language, Part, Template},
};

type Bundle = FluentBundle<FluentResource>;

static ENGLISH: LazyLock<Bundle> = LazyLock::new(|| bundle("en", include_str!("../../locales/en.ftl")));
static CHINESE: LazyLock<Bundle> = LazyLock::new(|| bundle("zh-CN", include_str!("../../locales/zh.ftl")));

/// Loads a language. Messages that did not parse are absent and show up by their key; a test finds every key in
/// every language.
fn bundle(language: &str, messages: &str) -> Bundle {
    let languages = language.parse().map(|id: unic_langid::LanguageIdentifier| vec![id]).unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(languages);
    // Values are plain words and dates: isolation marks would only show up as boxes in terminals.
    bundle.set_use_isolating(false);
    let resource = FluentResource::try_new(messages.to_owned()).unwrap_or_else(|(partial, _)| partial);
    bundle.add_resource_overriding(resource);
    bundle
}

/// Speaks one language, in one time zone.
pub(super) struct Phrases<'a> {
    pub(super) language: Language,
    zone: &'a TimeZone,
    bundle: &'static Bundle,
}

impl<'a> Phrases<'a> {
    pub(super) fn new(language: Language, zone: &'a TimeZone) -> Self {
        let bundle = match language {
            Language::En => &*ENGLISH,
            Language::Zh => &*CHINESE,
        };
        Phrases { language, zone, bundle }
    }

    /// The sentence of a key; the key itself if there is none.
    pub(super) fn say(&self, key: &str, values: &[(&str, &str)]) -> String {
        let mut arguments = FluentArgs::new();
        for (name, value) in values {
            arguments.set(*name, FluentValue::from(*value));
        }
        self.format(key, &arguments)
    }

    /// A sentence about a number of things, of which some are done.
    pub(super) fn count(&self, key: &str, needed: u32, done: u32, more: &[(&str, &str)]) -> String {
        let mut arguments = FluentArgs::new();
        arguments.set("needed", FluentValue::from(needed));
        arguments.set("done", FluentValue::from(done));
        for (name, value) in more {
            arguments.set(*name, FluentValue::from(*value));
        }
        self.format(key, &arguments)
    }

    fn format(&self, key: &str, arguments: &FluentArgs<'_>) -> String {
        let Some(pattern) = self.bundle.get_message(key).and_then(|message| message.value()) else {
            return key.to_owned();
        };
        self.bundle.format_pattern(pattern, Some(arguments), &mut Vec::new()).into_owned()
    }

    pub(super) fn level(&self, level: Level) -> String {
        self.say(&format!("level-{level}"), &[])
    }

    pub(super) fn date_time(&self, at: Timestamp) -> String {
        let local = at.to_zoned_datetime(self.zone.clone());
        match self.language {
            Language::En => local.strftime("%-d %B %Y, %H:%M").to_string(),
            Language::Zh => local.strftime("%Y年%-m月%-d日%H:%M").to_string(),
        }
    }

    fn date(&self, at: Timestamp) -> String {
        let local = at.to_zoned_datetime(self.zone.clone());
        match self.language {
            Language::En => local.strftime("%-d %B %Y").to_string(),
            Language::Zh => local.strftime("%Y年%-m月%-d日").to_string(),
        }
    }

    /// A duration in the largest unit that fits it exactly; up to three days, hours say it better.
    pub(super) fn duration(&self, duration: SignedDuration) -> String {
        let minutes = duration.as_mins();
        let (key, n) = match minutes {
            m if m % 1440 == 0 && m > 3 * 1440 => ("duration-days", m / 1440),
            m if m % 60 == 0 => ("duration-hours", m / 60),
            m => ("duration-minutes", m),
        };
        let mut arguments = FluentArgs::new();
        arguments.set("n", FluentValue::from(n));
        self.format(key, &arguments)
    }

    /// Words of closed vocabularies as a list.
    pub(super) fn list<'w>(&self, words: impl Iterator<Item = &'w str>) -> String {
        let words: Vec<String> = words.map(|word| self.word(word)).collect();
        words.join(&self.say("list-separator", &[]))
    }

    fn word(&self, word: &str) -> String {
        self.say(&format!("word-{word}"), &[])
    }

    /// Sentences one after the other: with a space in English, without in Chinese.
    pub(super) fn join_sentences(&self, sentences: &[&str]) -> String {
        sentences.join(match self.language {
            Language::En => " ",
            Language::Zh => "",
        })
    }

    /// A rule's own text with the evidence in its places, as read at an instant.
    pub(super) fn fill(&self, template: &Template, given: Given<'_>, at: Timestamp) -> String {
        let says = given.says;
        let fill = |part: &Part| match part {
            Part::Literal(text) => text.clone(),
            // The end of something that goes on, such as living with a case, is not a past date yet.
            Part::Field(field, FieldType::Time, _) if field.time(says).is_some_and(|time| time > at) => {
                let latest = field.time(says).map(|time| self.date(time)).unwrap_or_default();
                self.say("still-until", &[("when", &latest)])
            }
            Part::Field(field, of, format) => self.field(*field, *of, *format, given).unwrap_or_else(|| {
                self.say(if *field == Field::Left { "still-there" } else { "unknown" }, &[])
            }),
        };
        template.parts.iter().map(fill).collect()
    }

    fn field(&self, field: Field, of: FieldType, format: Format, given: Given<'_>) -> Option<String> {
        let says = given.says;
        Some(match of {
            FieldType::Symptoms => {
                let symptoms = field.symptoms(says)?;
                if symptoms.is_empty() {
                    return Some(self.say("no-symptoms", &[]));
                }
                self.list(symptoms.iter().map(evidence::Symptom::word))
            }
            FieldType::Word(words) => {
                let position = usize::try_from(field.word(says)?).ok()?;
                self.word(words.get(position)?)
            }
            FieldType::Text => field.text(says)?.to_owned(),
            FieldType::Time if format == Format::Date => self.date(field.time(says)?),
            FieldType::Time => self.date_time(field.time(says)?),
            FieldType::Number => self.number(field.number(given)?, format),
        })
    }

    fn number(&self, value: f64, format: Format) -> String {
        match format {
            Format::Percent => format!("{}%", (value * 1000.0).round() / 10.0),
            Format::Of100 if value < 0.005 => self.say("less-than-one", &[]),
            Format::Of100 => self.say("about", &[("n", &format!("{}", (value * 100.0).round()))]),
            _ => format!("{value}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn keys(messages: &str) -> BTreeSet<&str> {
        messages
            .lines()
            .filter_map(|line| line.split_once(" ="))
            .map(|(key, _)| key)
            .filter(|key| key.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_'))
            .collect()
    }

    #[test]
    fn every_sentence_exists_in_both_languages_and_parses() {
        let english = include_str!("../../locales/en.ftl");
        let chinese = include_str!("../../locales/zh.ftl");
        assert_eq!(keys(english), keys(chinese));
        for (text, bundle) in [(english, &*ENGLISH), (chinese, &*CHINESE)] {
            assert!(FluentResource::try_new(text.to_owned()).is_ok());
            for key in keys(text) {
                assert!(bundle.get_message(key).is_some_and(|m| m.value().is_some()), "{key}");
            }
        }
    }

    #[test]
    fn every_word_of_every_vocabulary_has_a_name() {
        use evidence::*;
        let vocabularies = [
            Symptom::WORDS,
            CheckedBy::WORDS,
            RegionLevel::WORDS,
            TravelMode::WORDS,
            TestMethod::WORDS,
            TestResult::WORDS,
            CaseStatus::WORDS,
            ContactClass::WORDS,
            Setting::WORDS,
        ];
        for word in vocabularies.concat() {
            assert!(ENGLISH.get_message(&format!("word-{word}")).is_some(), "{word}");
        }
    }
}
