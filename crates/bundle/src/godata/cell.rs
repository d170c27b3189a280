//! A cell of an export.

use evidence::Sex;
use jiff::{Timestamp, tz::TimeZone};

use crate::{
    age,
    bad::BadCell,
    draft::{Value, text},
    godata::Stop,
    local_time,
};

/// A cell of an export.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cell<'r> {
    /// Its column.
    pub(super) column: &'static str,
    /// What stands in it; empty where nothing does.
    pub(super) text: &'r str,
}

/// What Go.Data writes before the words of its vocabularies.
const VOCABULARY_PREFIX: &str = "LNG_REFERENCE_DATA_CATEGORY_";

impl<'r> Cell<'r> {
    /// Whether nothing stands in it.
    pub(super) fn is_empty(self) -> bool {
        self.text.is_empty()
    }

    /// That the cell is bad.
    pub(super) fn bad(self, why: impl Into<String>) -> Stop {
        Stop::Bad(self.column.to_owned(), BadCell::new(self.column, self.text, why))
    }

    /// A word of one of Go.Data's vocabularies, without the prefix that raw exports give it.
    pub(super) fn word(self, vocabulary: &str) -> &'r str {
        let word = self.text.strip_prefix(VOCABULARY_PREFIX).unwrap_or(self.text);
        word.strip_prefix(vocabulary).map_or(word, |word| word.trim_start_matches('_'))
    }

    /// The day or instant in it.
    pub(super) fn instant(self, zone: &TimeZone) -> Result<Option<Timestamp>, Stop> {
        if self.is_empty() {
            return Ok(None);
        }
        local_time::instant(self.text, None, zone).map(Some).map_err(|_| {
            self.bad("is not a date as Go.Data writes it; write it as 2020-06-28 or 2020-06-28T00:00:00.000Z")
        })
    }

    /// The sex in it, by our word.
    pub(super) fn sex(self) -> Option<Value> {
        let sex = match self.word("GENDER").to_ascii_uppercase().as_str() {
            "" => return None,
            "FEMALE" => Sex::Female,
            "MALE" => Sex::Male,
            _ => Sex::Other,
        };
        Some(text(sex.word()))
    }

    /// The year of birth of somebody whose age in years stands in it, asked on a day.
    pub(super) fn birth_year(self, asked: Option<Timestamp>, zone: &TimeZone) -> Result<Option<Value>, Stop> {
        let Some(asked) = asked.filter(|_| !self.is_empty()) else { return Ok(None) };
        let year = age::birth_year(self.text, asked, zone).map_err(|why| self.bad(why))?;
        Ok(Some(Value::Integer(year)))
    }
}
