//! Texts in the reader's language, with places for the evidence.

use std::collections::BTreeMap;

use evidence::EvidenceKind;
use serde::{Deserialize, Serialize};

use crate::field::{self, Field, FieldType};

/// A language the house speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// English.
    En,
    /// Simplified Chinese.
    Zh,
}

impl Language {
    /// Every language; a published text exists in all of them.
    pub const ALL: [Language; 2] = [Language::En, Language::Zh];

    /// The code used in rule sets and on the command line.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Language::En => "en",
            Language::Zh => "zh",
        }
    }
}

impl std::fmt::Display for Language {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.code())
    }
}

/// A plain text in some languages.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Text(pub(crate) BTreeMap<Language, String>);

impl Text {
    /// The text in a language, or in any other if it is not given in this one.
    #[must_use]
    pub fn get(&self, language: Language) -> &str {
        self.0.get(&language).or_else(|| self.0.values().next()).map_or("", String::as_str)
    }

    /// The languages it is missing in.
    pub fn missing(&self) -> impl Iterator<Item = Language> {
        Language::ALL
            .into_iter()
            .filter(|language| self.0.get(language).is_none_or(|text| text.trim().is_empty()))
    }
}

/// How a field is written in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Plain,
    Date,
    DateTime,
    Percent,
    Of100,
}

/// A part of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Part {
    Literal(String),
    Field(Field, FieldType, Format),
}

/// A text with places for fields of the evidence: `You were in {stay.region_name} until {stay.left:date}.`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    pub(crate) parts: Vec<Part>,
    pub(crate) source: String,
}

impl Template {
    /// Reads a template over one kind of evidence; the error says what is wrong and what there is.
    pub(crate) fn parse(kind: EvidenceKind, source: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut rest = source;
        while let Some((literal, after)) = rest.split_once('{') {
            let Some((inside, after)) = after.split_once('}') else {
                return Err(format!("`{{` without `}}` in `{source}`"));
            };
            if !literal.is_empty() {
                parts.push(Part::Literal(literal.to_owned()));
            }
            parts.push(place(kind, inside.trim())?);
            rest = after;
        }
        if rest.contains('}') {
            return Err(format!("`}}` without `{{` in `{source}`"));
        }
        if !rest.is_empty() {
            parts.push(Part::Literal(rest.to_owned()));
        }
        Ok(Template { parts, source: source.to_owned() })
    }

    /// Whether it shows anything of the evidence.
    #[must_use]
    pub fn shows_evidence(&self) -> bool {
        self.parts.iter().any(|part| matches!(part, Part::Field(..)))
    }

    /// Whether it shows a field.
    pub(crate) fn shows(&self, field: Field) -> bool {
        self.parts.iter().any(|part| matches!(part, Part::Field(shown, ..) if *shown == field))
    }

    /// The template as it was written.
    #[must_use]
    pub fn as_written(&self) -> &str {
        &self.source
    }
}

fn place(kind: EvidenceKind, inside: &str) -> Result<Part, String> {
    let (path, format) = inside.split_once(':').unwrap_or((inside, ""));
    let (root, name) =
        path.split_once('.').ok_or_else(|| format!("`{{{inside}}}`: write `{{{kind}.field}}`"))?;
    if root != kind.word() {
        return Err(format!(
            "`{{{inside}}}`: this rule is `on = \"{kind}\"`, so places begin with `{kind}.`"
        ));
    }
    let (field, of) = field::find(kind, name)?;
    let format = match (format, of) {
        ("", FieldType::Time) | ("time", FieldType::Time) => Format::DateTime,
        ("date", FieldType::Time) => Format::Date,
        ("percent", FieldType::Number) => Format::Percent,
        ("of100", FieldType::Number) => Format::Of100,
        ("", _) => Format::Plain,
        (other, _) => {
            return Err(format!(
                "`{{{inside}}}`: `{other}` does not fit `{name}`; times take `date` or `time`, numbers `percent` or `of100`"
            ));
        }
    };
    Ok(Part::Field(field, of, format))
}
