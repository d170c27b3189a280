//! How often healthy people have symptoms.

use std::collections::BTreeMap;

use evidence::{Probability, Symptom};
use serde::Deserialize;

/// Background prevalence of symptoms among people without the disease, each figure with its source.
#[derive(Debug, Clone)]
pub struct BackgroundSymptoms {
    rows: BTreeMap<Symptom, Row>,
}

/// One symptom's figure.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Row {
    pub(super) code: Symptom,
    /// Share of people who have it; `None` where no usable figure is published.
    pub(super) share: Option<Probability>,
    #[expect(dead_code, reason = "part of the published table; shown to readers of the file")]
    low: Option<Probability>,
    #[expect(dead_code, reason = "part of the published table; shown to readers of the file")]
    high: Option<Probability>,
    #[expect(dead_code, reason = "part of the published table; shown to readers of the file")]
    measure: String,
    pub(super) source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    symptom: Vec<Row>,
    #[serde(rename = "any")]
    _any: toml::Table,
}

/// Why a table of background symptoms cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BackgroundError {
    /// Not the form of the table.
    #[error("not a table of background symptoms: {0}")]
    Form(String),
    /// A symptom has no row.
    #[error("no row for `{0}`; add one, without `share` if nothing is published")]
    Missing(Symptom),
}

impl BackgroundSymptoms {
    /// The table that is shipped, as text.
    pub const SHIPPED: &'static str = include_str!("../../data/background_symptoms.toml");

    /// Reads a table.
    ///
    /// # Errors
    /// [`BackgroundError`] when the form is wrong or a symptom has no row.
    pub fn parse(table: &str) -> Result<Self, BackgroundError> {
        let table: Table = toml::from_str(table).map_err(|e| BackgroundError::Form(e.to_string()))?;
        let rows: BTreeMap<Symptom, Row> = table.symptom.into_iter().map(|row| (row.code, row)).collect();
        match Symptom::ALL.iter().find(|symptom| !rows.contains_key(symptom)) {
            Some(symptom) => Err(BackgroundError::Missing(*symptom)),
            None => Ok(BackgroundSymptoms { rows }),
        }
    }

    pub(super) fn share(&self, symptom: Symptom) -> Option<Probability> {
        self.rows.get(&symptom).and_then(|row| row.share)
    }

    pub(super) fn source(&self, symptom: Symptom) -> &str {
        self.rows.get(&symptom).map_or("", |row| &row.source)
    }
}
