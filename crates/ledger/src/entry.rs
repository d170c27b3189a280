//! What the public log holds.

use jiff::{Timestamp, Unit};
use serde::{Deserialize, Serialize};

use crate::{Logged, Office, Sha256Hash};

/// Longest entry in bytes: the length stands in 16 bits (C2SP tlog-tiles, "Log entries").
pub const ENTRY_BYTES_MAX: usize = u16::MAX as usize;
/// Longest a ruling lasts.
pub const RULING_DAYS_MAX: u8 = 14;

/// The form of entries this crate writes and reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Form {
    #[serde(rename = "cleanbill-log-entry/v1")]
    First,
}

/// One entry: when, by which office, what.
///
/// Written as JSON in one canonical form (RFC 8785): the same entry is always the same bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    form: Form,
    at: Timestamp,
    by: Office,
    what: Logged,
}

/// Why something is no entry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EntryError {
    /// Not JSON, or a field is missing, unknown or ill-formed.
    #[error("not an entry: {0}; the log may be of a later version, or damaged")]
    Form(String),
    /// Written in another than the canonical form.
    #[error("the entry is not in its canonical form; only the bytes `Entry::to_bytes` writes may be logged")]
    NotCanonical,
    /// Too long.
    #[error("the entry has {0} bytes, more than {ENTRY_BYTES_MAX}; split it")]
    TooLong(usize),
    /// The two approvals come from one body.
    #[error("both approvals come from `{0}`; the second must come from another body")]
    OneBody(String),
    /// A ruling without an end within reach.
    #[error("a ruling of {0} days; a ruling lasts 1 to {RULING_DAYS_MAX} days")]
    RulingDays(u8),
    /// An interval that ends before it begins.
    #[error("the interval from {from} ends at {to}; the end must be later")]
    Interval {
        /// Its start.
        from: Timestamp,
        /// Its end.
        to: Timestamp,
    },
    /// A time finer than may be published.
    #[error(
        "{0} is finer than the log tells; use whole seconds, and whole hours where an entry is about one person"
    )]
    TooFine(Timestamp),
}

impl Entry {
    /// Makes an entry of what happened at `at`.
    ///
    /// The log tells the second, and only the hour where the entry is about one person or one place: who watches a
    /// desk or a ward must not find the person by the minute. The exact instant belongs into what is committed to.
    ///
    /// # Errors
    /// What breaks the rules of its kind: two approvals of one body, a ruling beyond 14 days, an empty interval.
    pub fn new(at: Timestamp, by: Office, what: Logged) -> Result<Self, EntryError> {
        what.check(&by)?;
        let at = coarse(at, what.time_unit());
        Ok(Self { form: Form::First, at, by, what })
    }

    /// When: whole seconds, or whole hours where the entry is about one person or one place.
    #[must_use]
    pub fn at(&self) -> Timestamp {
        self.at
    }

    /// Which office did it.
    #[must_use]
    pub fn by(&self) -> &Office {
        &self.by
    }

    /// What was done.
    #[must_use]
    pub fn what(&self) -> &Logged {
        &self.what
    }

    /// The canonical bytes, which are what the log holds.
    ///
    /// # Errors
    /// More than 65,535 bytes.
    pub fn to_bytes(&self) -> Result<Vec<u8>, EntryError> {
        let bytes =
            serde_json_canonicalizer::to_vec(self).map_err(|error| EntryError::Form(error.to_string()))?;
        if bytes.len() > ENTRY_BYTES_MAX { Err(EntryError::TooLong(bytes.len())) } else { Ok(bytes) }
    }

    /// Reads an entry; anything but the canonical bytes of an entry is refused.
    ///
    /// # Errors
    /// What is not an entry, is not canonical, or breaks the rules of its kind.
    pub fn parse(bytes: &[u8]) -> Result<Self, EntryError> {
        if bytes.len() > ENTRY_BYTES_MAX {
            return Err(EntryError::TooLong(bytes.len()));
        }
        let entry: Self =
            serde_json::from_slice(bytes).map_err(|error| EntryError::Form(error.to_string()))?;
        entry.check()?;
        if entry.to_bytes()? == bytes { Ok(entry) } else { Err(EntryError::NotCanonical) }
    }

    /// The hash of the entry as a leaf of the tree (RFC 6962, section 2.1).
    ///
    /// # Errors
    /// More than 65,535 bytes.
    pub fn leaf_hash(&self) -> Result<Sha256Hash, EntryError> {
        Ok(tlog_tiles::tlog::record_hash(&self.to_bytes()?).into())
    }

    pub(crate) fn check(&self) -> Result<(), EntryError> {
        self.what.check(&self.by)?;
        if coarse(self.at, self.what.time_unit()) == self.at {
            Ok(())
        } else {
            Err(EntryError::TooFine(self.at))
        }
    }
}

/// Rounds down to whole seconds or hours.
fn coarse(at: Timestamp, unit: Unit) -> Timestamp {
    let seconds = if unit == Unit::Hour { 3600 } else { 1 };
    let whole = at.as_second() - at.as_second().rem_euclid(seconds);
    // Before 1970 a fraction counts towards zero, so that the whole second is one earlier.
    let whole = if at.as_second() < 0 && at.subsec_nanosecond() != 0 {
        (at.as_second() - 1).div_euclid(seconds) * seconds
    } else {
        whole
    };
    Timestamp::from_second(whole).unwrap_or(at)
}
