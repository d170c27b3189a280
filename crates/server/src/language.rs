//! What pages say, in the reader's language.

use std::sync::LazyLock;

use axum::http::{HeaderMap, header};
use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};
use jiff::{Timestamp, tz::TimeZone};
use pass::Why;
use rating::Language;

use crate::caller::cookie;

type Bundle = FluentBundle<FluentResource>;

/// The name of the cookie that remembers a choice.
pub(crate) const LANGUAGE: &str = "language";

const ENGLISH_WORDS: &str = include_str!("../locales/en.ftl");
const CHINESE_WORDS: &str = include_str!("../locales/zh.ftl");

static ENGLISH: LazyLock<Bundle> = LazyLock::new(|| bundle("en", ENGLISH_WORDS));
static CHINESE: LazyLock<Bundle> = LazyLock::new(|| bundle("zh-CN", CHINESE_WORDS));

fn bundle(language: &str, messages: &str) -> Bundle {
    let languages = language.parse().map(|id: unic_langid::LanguageIdentifier| vec![id]).unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(languages);
    bundle.set_use_isolating(false);
    // A message that does not parse shows by its key; a test finds every key in every language.
    let resource = FluentResource::try_new(messages.to_owned()).unwrap_or_else(|(partial, _)| partial);
    bundle.add_resource_overriding(resource);
    bundle
}

/// The language of a request: the one that was chosen, else the first of the browser's that pages are written in; else English.
pub(crate) fn of(headers: &HeaderMap) -> Language {
    asked(headers).unwrap_or(Language::En)
}

/// The language of a request, where it says one that pages are written in.
pub(crate) fn asked(headers: &HeaderMap) -> Option<Language> {
    let chosen = cookie(headers, LANGUAGE).and_then(by_code);
    let accepted =
        headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    chosen.or_else(|| accepted.split(',').find_map(|tag| by_code(tag.trim())))
}

/// An instant as people read it.
pub(crate) fn when(language: Language, at: &Timestamp, zone: &TimeZone) -> String {
    let format = match language {
        Language::En => "%-d %B %Y, %H:%M",
        Language::Zh => "%Y年%-m月%-d日 %H:%M",
    };
    at.to_zoned_datetime(zone.clone()).strftime(format).to_string()
}

/// The key of a reason of a verdict.
pub(crate) fn why_key(why: Why) -> String {
    format!("why-{}", why.code().replace('_', "-"))
}

/// The sentence of a key in somebody's language; where they chose none, in every language.
pub(crate) fn say_to(
    language: Option<Language>,
    between: &str,
    key: &str,
    values: &[(&str, &str)],
) -> String {
    let languages = language.map_or(Language::ALL.to_vec(), |language| vec![language]);
    languages.into_iter().map(|language| say(language, key, values)).collect::<Vec<_>>().join(between)
}

/// The language that a code names, as far as pages are written in it.
pub(crate) fn by_code(code: &str) -> Option<Language> {
    match code.get(..2) {
        Some("en") => Some(Language::En),
        Some("zh") => Some(Language::Zh),
        _ => None,
    }
}

/// The sentence of a key; the key itself if there is none.
pub(crate) fn say(language: Language, key: &str, values: &[(&str, &str)]) -> String {
    let bundle = match language {
        Language::En => &*ENGLISH,
        Language::Zh => &*CHINESE,
    };
    let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) else {
        return key.to_owned();
    };
    let mut arguments = FluentArgs::new();
    for (name, value) in values {
        arguments.set(*name, FluentValue::from(*value));
    }
    bundle.format_pattern(pattern, Some(&arguments), &mut Vec::new()).into_owned()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn keys(messages: &str) -> BTreeSet<&str> {
        let is_key = |line: &&str| line.starts_with(|c: char| c.is_ascii_lowercase());
        messages.lines().filter(is_key).filter_map(|line| line.split_once(" =")).map(|(key, _)| key).collect()
    }

    #[test]
    fn every_sentence_is_there_in_every_language() {
        assert_eq!(keys(ENGLISH_WORDS), keys(CHINESE_WORDS));
        for key in keys(ENGLISH_WORDS) {
            for language in Language::ALL {
                assert_ne!(say(language, key, &[]), key, "{key} does not parse");
            }
        }
    }

    #[test]
    fn every_reason_of_a_verdict_is_said_in_every_language() {
        for why in Why::ALL {
            assert_eq!(say(Language::En, &why_key(*why), &[]), why.sentence());
            let chinese = say(Language::Zh, &why_key(*why), &[]);
            assert!(chinese.ends_with('。'), "{why:?}: {chinese}");
        }
    }

    #[test]
    fn every_key_that_a_page_says_is_there() {
        let known = keys(ENGLISH_WORDS);
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/templates");
        let mut said = 0;
        for file in std::fs::read_dir(folder).unwrap() {
            let page = std::fs::read_to_string(file.unwrap().path()).unwrap();
            for part in page.split("say(\"").skip(1) {
                let key = part.split('"').next().unwrap();
                assert!(known.contains(key), "{key} is said by a page and not in the locales");
                said += 1;
            }
        }
        assert!(said > 50, "the pages were not found");
    }
}
