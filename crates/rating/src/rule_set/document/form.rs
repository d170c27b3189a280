//! The form of the document, as TOML has it.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::{Spanned, value::Datetime};

/// A text by language code.
pub(super) type Localised = BTreeMap<String, Spanned<String>>;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Document {
    pub(super) ruleset: Header,
    #[serde(default)]
    pub(super) rule: Vec<Spanned<RuleForm>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Header {
    pub(super) id: Spanned<String>,
    pub(super) version: u32,
    pub(super) title: Spanned<Localised>,
    pub(super) time_zone: Spanned<String>,
    pub(super) legal_basis: String,
    pub(super) effective: Spanned<Datetime>,
    pub(super) sunset: Option<Spanned<Datetime>>,
    pub(super) review_within: Spanned<String>,
    pub(super) contest: Option<Spanned<Localised>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RuleForm {
    pub(super) id: Spanned<String>,
    pub(super) on: Option<Spanned<String>>,
    pub(super) when: Option<Spanned<String>>,
    pub(super) level: Option<Spanned<String>>,
    pub(super) since: Option<Spanned<Since>>,
    pub(super) lasts: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) release: ReleaseForm,
    #[serde(default)]
    pub(super) eases: Vec<Spanned<EaseForm>>,
    pub(super) reason: Option<Spanned<Localised>>,
    pub(super) advice: Option<Spanned<Localised>>,
    pub(super) purpose: Option<Spanned<Localised>>,
    pub(super) source: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Since {
    One(String),
    First(Vec<String>),
}

impl Since {
    pub(super) fn names(&self) -> &[String] {
        match self {
            Since::One(name) => std::slice::from_ref(name),
            Since::First(names) => names,
        }
    }
}

#[derive(Debug, Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct ReleaseForm {
    pub(super) healthy_checks: Option<Spanned<u32>>,
    pub(super) negative_tests: Option<Spanned<NegativeTestsForm>>,
    #[serde(default)]
    pub(super) recovery: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NegativeTestsForm {
    pub(super) count: u32,
    pub(super) apart: Option<Spanned<String>>,
    pub(super) not_before: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) methods: Vec<Spanned<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EaseForm {
    pub(super) after: Spanned<String>,
    pub(super) to: Spanned<String>,
}
