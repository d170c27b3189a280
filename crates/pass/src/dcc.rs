//! The payload of an EU Digital COVID Certificate.
//!
//! The rules are those of the EU's JSON schema 1.3.0, applied to what the CBOR says: a certificate has exactly one
//! vaccination, test or recovery. Before 1.3 a vaccination certificate could list every dose; the last one counts.
//! Dates may have a midnight behind them (`T00:00:00`), as one state writes them. Fields the schema does not name are
//! left alone.

use ciborium::Value;
use jiff::{SignedDuration, Timestamp, ToSpan as _, civil::Date};

use crate::verdict::Why;

/// How long a nucleic acid test counts, and an antigen test (Council Recommendation (EU) 2022/107, point 8).
const NAAT_AGE_MAX: SignedDuration = SignedDuration::from_hours(72);
const ANTIGEN_AGE_MAX: SignedDuration = SignedDuration::from_hours(24);
/// From when, and until when, a completed first series counts, in days (the same, point 7).
const SERIES_DAYS: (i64, i64) = (14, 270);
/// LOINC part: nucleic acid amplification with probe detection (EU value set `test-type`).
const NAAT: &str = "LP6464-4";
/// SNOMED CT: detected, and not detected (EU value set `test-result`).
const DETECTED: &str = "260373001";
const NOT_DETECTED: &str = "260415000";

/// Longest text of a field, in characters.
const TEXT_MAX: usize = 80;

/// Where a certificate is not as its schema says.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the certificate's `{0}` is missing or not as the EU DCC schema says")]
pub struct DccError(pub &'static str);

/// What an EU certificate is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// A vaccination.
    Vaccination {
        /// The number of this dose.
        dose: u8,
        /// How many doses the series has.
        doses: u8,
        /// When it was given.
        on: Date,
    },
    /// A test.
    Test {
        /// When the sample was taken.
        taken: Timestamp,
        /// Whether something was found.
        is_positive: bool,
        /// Whether it was a nucleic acid amplification test; otherwise it was an antigen test.
        is_naat: bool,
    },
    /// A recovery.
    Recovery {
        /// First day on which the certificate counts.
        from: Date,
        /// Last day.
        until: Date,
    },
}

/// An EU Digital COVID Certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// Version of the schema it follows.
    pub version: String,
    /// Surname, in the letters of a passport (ICAO 9303).
    pub surname: String,
    /// Forename, the same way; may be missing.
    pub forename: String,
    /// Date of birth; year, or year and month, where more is not known; may be empty.
    pub born: String,
    /// Country of the vaccination or test (ISO 3166, two letters).
    pub country: String,
    /// The certificate's identifier.
    pub id: String,
    /// What it is about.
    pub entry: Entry,
}

impl Certificate {
    /// A certificate without envelope and claims: the bytes of its CBOR map.
    ///
    /// # Errors
    /// The bytes are not strict CBOR, or not as the schema says.
    pub fn from_bytes(cbor: &[u8]) -> Result<Self, DccError> {
        Self::from_cbor(&crate::cbor::read(cbor).map_err(|_| DccError("certificate"))?)
    }

    /// The certificate in the claim `-260: {1: …}`.
    pub(crate) fn from_cbor(value: &Value) -> Result<Self, DccError> {
        let dcc = Fields(value.as_map().ok_or(DccError("certificate"))?);
        let nam = Fields(dcc.get("nam").and_then(Value::as_map).ok_or(DccError("nam"))?);
        let version = dcc.text("ver")?;
        if version.split('.').count() != 3 || !version.split('.').all(is_digits) {
            return Err(DccError("ver"));
        }
        let born = without_midnight(dcc.text("dob")?);
        if !is_partial_date(&born) {
            return Err(DccError("dob"));
        }
        let surname = nam.text("fnt")?;
        let forename = nam.optional_text("gnt")?.unwrap_or_default();
        nam.optional_text("fn")?;
        nam.optional_text("gn")?;
        for (name, text) in [("fnt", &surname), ("gnt", &forename)] {
            if !text.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'<') {
                return Err(DccError(name));
            }
        }
        let (kind, group) = dcc.the_one_group()?;
        let mut entries =
            group.iter().map(|entry| entry_from_cbor(kind, entry)).collect::<Result<Vec<_>, _>>()?;
        if entries.len() > 1 && (kind != "v" || !is_before_1_3(&version)) {
            return Err(DccError("v, t or r"));
        }
        entries.sort_by_key(|(_, _, entry)| match entry {
            Entry::Vaccination { dose, on, .. } => Some((*dose, *on)),
            _ => None,
        });
        let (country, id, entry) = entries.pop().ok_or(DccError("v, t or r"))?;
        Ok(Self { version, surname, forename, born, country, id, entry })
    }

    /// What the certificate says about its holder at an instant.
    pub(crate) fn why(&self, at: Timestamp) -> Why {
        let today = at.to_zoned_datetime(jiff::tz::TimeZone::UTC).date();
        let days_ahead = |date: Date, days: i64| date.checked_add(days.days()).unwrap_or(date);
        match self.entry {
            // A dose beyond the series is a booster: it counts at once, and without an end.
            Entry::Vaccination { dose, doses, on } if dose > doses && on <= today => Why::Vaccination,
            Entry::Vaccination { dose, doses, on } => {
                let is_current =
                    days_ahead(on, SERIES_DAYS.0) <= today && today <= days_ahead(on, SERIES_DAYS.1);
                if dose == doses && is_current { Why::Vaccination } else { Why::VaccinationNotCurrent }
            }
            Entry::Test { is_positive: true, .. } => Why::TestPositive,
            Entry::Test { taken, is_naat, .. } => {
                let age = at.duration_since(taken);
                let age_max = if is_naat { NAAT_AGE_MAX } else { ANTIGEN_AGE_MAX };
                if age >= SignedDuration::ZERO && age <= age_max {
                    Why::TestNegative
                } else {
                    Why::TestTooOld
                }
            }
            Entry::Recovery { from, until } if from <= today && today <= until => Why::Recovery,
            Entry::Recovery { .. } => Why::RecoveryNotCurrent,
        }
    }
}

/// A map with texts as keys.
struct Fields<'a>(&'a [(Value, Value)]);

impl<'a> Fields<'a> {
    fn get(&self, name: &str) -> Option<&'a Value> {
        self.0.iter().find(|(key, _)| key.as_text() == Some(name)).map(|(_, value)| untagged(value))
    }

    fn optional_text(&self, name: &'static str) -> Result<Option<String>, DccError> {
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        let text = value.as_text().filter(|text| text.chars().count() <= TEXT_MAX).ok_or(DccError(name))?;
        Ok(Some(text.to_owned()))
    }

    fn text(&self, name: &'static str) -> Result<String, DccError> {
        self.optional_text(name)?.ok_or(DccError(name))
    }

    /// The one group that has entries.
    fn the_one_group(&self) -> Result<(&'static str, &'a [Value]), DccError> {
        let mut found = None;
        for kind in ["v", "t", "r"] {
            // Some issuers write empty or null groups beside the one they mean.
            let entries = match self.get(kind) {
                None | Some(Value::Null) => continue,
                Some(group) => group.as_array().ok_or(DccError(kind))?.as_slice(),
            };
            if !entries.is_empty() && found.replace((kind, entries)).is_some() {
                return Err(DccError("v, t or r"));
            }
        }
        found.ok_or(DccError("v, t or r"))
    }

    fn vaccination(&self) -> Result<Entry, DccError> {
        for name in ["vp", "mp", "ma"] {
            self.text(name)?;
        }
        let doses = |name| {
            let number = self.get(name).and_then(crate::cbor::integer::<u8>);
            number.filter(|number| (1..=9).contains(number)).ok_or(DccError(name))
        };
        Ok(Entry::Vaccination { dose: doses("dn")?, doses: doses("sd")?, on: self.date("dt")? })
    }

    fn test(&self) -> Result<Entry, DccError> {
        for name in ["nm", "ma", "tc"] {
            self.optional_text(name)?;
        }
        let taken = self.text("sc")?.parse::<Timestamp>().map_err(|_| DccError("sc"))?;
        let is_positive = match self.text("tr")?.as_str() {
            DETECTED => true,
            NOT_DETECTED => false,
            _ => return Err(DccError("tr")),
        };
        Ok(Entry::Test { taken, is_positive, is_naat: self.text("tt")? == NAAT })
    }

    fn recovery(&self) -> Result<Entry, DccError> {
        self.date("fr")?;
        Ok(Entry::Recovery { from: self.date("df")?, until: self.date("du")? })
    }

    fn date(&self, name: &'static str) -> Result<Date, DccError> {
        let text = without_midnight(self.text(name)?);
        // `jiff` reads more ways to write a date than the schema has.
        if text.len() != 10 || !is_partial_date(&text) {
            return Err(DccError(name));
        }
        text.parse().map_err(|_| DccError(name))
    }
}

/// Country, identifier and content of an entry.
fn entry_from_cbor(kind: &'static str, entry: &Value) -> Result<(String, String, Entry), DccError> {
    let fields = Fields(untagged(entry).as_map().ok_or(DccError(kind))?);
    fields.text("tg")?;
    fields.text("is")?;
    let country = fields.text("co")?;
    if country.is_empty() || country.len() > 10 || !country.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return Err(DccError("co"));
    }
    let id = fields.text("ci")?;
    let entry = match kind {
        "v" => fields.vaccination(),
        "t" => fields.test(),
        _ => fields.recovery(),
    }?;
    Ok((country, id, entry))
}

/// Whether a schema version, such as `1.2.1`, is older than 1.3.
fn is_before_1_3(version: &str) -> bool {
    let mut parts = version.split('.').map(|part| part.parse::<u32>().unwrap_or(u32::MAX));
    (parts.next(), parts.next()) < (Some(1), Some(3))
}

fn without_midnight(text: String) -> String {
    text.strip_suffix("T00:00:00").map(str::to_owned).unwrap_or(text)
}

/// Some issuers tag their dates (CBOR tag 0), which says nothing more.
fn untagged(value: &Value) -> &Value {
    match value {
        Value::Tag(_, inner) => untagged(inner),
        other => other,
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// `1998-02-26`, `1998-02`, `1998` or nothing.
fn is_partial_date(text: &str) -> bool {
    let mut parts = text.split('-');
    let year = parts.next().unwrap_or_default();
    let rest: Vec<&str> = parts.collect();
    let is_year = year.len() == 4 && is_digits(year) && (year.starts_with("19") || year.starts_with("20"));
    text.is_empty()
        || is_year && rest.len() <= 2 && rest.iter().all(|part| part.len() == 2 && is_digits(part))
}
