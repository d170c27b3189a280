//! A person, as little of them as the work needs.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{AreaId, PersonId, QuantityError, RegionId, vocabulary::vocabulary};

vocabulary! {
    /// Sex as registered; used for nothing but the parity report.
    Sex, "sex" {
        /// Female.
        Female = "f",
        /// Male.
        Male = "m",
        /// Another, or not said in these words.
        Other = "x",
    }
}

/// A year of birth, 1880 to 2200; used for age bands in published figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "i64", try_from = "i64")]
pub struct BirthYear(i16);

impl BirthYear {
    /// A year of birth.
    ///
    /// # Errors
    /// [`QuantityError`] outside 1880 to 2200.
    pub fn new(year: i64) -> Result<Self, QuantityError> {
        QuantityError::check("a year of birth", "", year as f64, 1880.0, 2200.0)?;
        Ok(BirthYear(year as i16))
    }

    /// The year.
    #[must_use]
    pub fn year(self) -> i16 {
        self.0
    }
}

impl From<BirthYear> for i64 {
    fn from(year: BirthYear) -> i64 {
        year.0.into()
    }
}

impl TryFrom<i64> for BirthYear {
    type Error = QuantityError;
    fn try_from(year: i64) -> Result<Self, QuantityError> {
        BirthYear::new(year)
    }
}

impl fmt::Display for BirthYear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for BirthYear {
    type Err = QuantityError;
    fn from_str(text: &str) -> Result<Self, QuantityError> {
        Self::new(text.parse().map_err(|_| QuantityError::NotANumber(text.to_owned()))?)
    }
}

/// A person. Carries personal data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// Their opaque id.
    pub person: PersonId,
    /// Year of birth.
    pub birth_year: Option<BirthYear>,
    /// Sex as registered.
    pub sex: Option<Sex>,
    /// Region of residence.
    pub region: Option<RegionId>,
    /// Follow-up district.
    pub area: Option<AreaId>,
}
