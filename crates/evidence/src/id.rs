//! Identifiers: opaque strings, each kind a type of its own so that none can stand for another.

use std::{fmt, str::FromStr};

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

/// Longest identifier, in characters.
const LENGTH_MAX: usize = 64;

/// Why a text is not an identifier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// Nothing was given.
    #[error("an id must not be empty; give 1 to 64 of A-Z a-z 0-9 _ . : -")]
    Empty,
    /// More than 64 characters.
    #[error("an id of {0} characters is too long; at most 64 are allowed")]
    TooLong(usize),
    /// A character outside the alphabet.
    #[error("`{0}` may not stand in an id; allowed are A-Z a-z 0-9 {1}")]
    Character(char, &'static str),
    /// A capital letter where only small ones are allowed.
    #[error("`{0}` is a capital letter; write this word in small letters")]
    Uppercase(char),
}

fn check(text: &str, also: &'static str) -> Result<(), IdError> {
    if text.is_empty() {
        return Err(IdError::Empty);
    }
    match text.chars().find(|c| !(c.is_ascii_alphanumeric() || also.contains(*c))) {
        Some(c) => Err(IdError::Character(c, also)),
        None if text.len() > LENGTH_MAX => Err(IdError::TooLong(text.len())),
        None => Ok(()),
    }
}

/// Reads a lower-case word: 1 to 64 of `a-z 0-9 _ -`.
pub(crate) fn slug(text: &str) -> Result<CompactString, IdError> {
    check(text, "_-")?;
    match text.chars().find(char::is_ascii_uppercase) {
        Some(c) => Err(IdError::Uppercase(c)),
        None => Ok(CompactString::new(text)),
    }
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $also:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "CompactString", into = "CompactString")]
        pub struct $name(CompactString);

        impl $name {
            /// Reads an identifier of 1 to 64 characters.
            ///
            /// # Errors
            /// [`IdError`] when the text is empty, too long or has a character outside the alphabet.
            pub fn new(text: &str) -> Result<Self, IdError> {
                check(text, $also)?;
                Ok(Self(CompactString::new(text)))
            }

            /// The identifier as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                Self::new(text)
            }
        }

        impl TryFrom<CompactString> for $name {
            type Error = IdError;
            fn try_from(text: CompactString) -> Result<Self, IdError> {
                check(&text, $also)?;
                Ok(Self(text))
            }
        }

        impl From<$name> for CompactString {
            fn from(id: $name) -> CompactString {
                id.0
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
    };
}

id!(
    /// A person, by an opaque id that carries no meaning.
    PersonId, "_.:-");
id!(
    /// A case: one illness of one person.
    CaseId, "_.:-");
id!(
    /// A laboratory test.
    TestId, "_.:-");
id!(
    /// A human decision about one person.
    RulingId, "_.:-");
id!(
    /// A shared home.
    HouseholdId, "_.:-");
id!(
    /// A region whose risk level an authority publishes.
    RegionId, "_.:-");
id!(
    /// A follow-up district inside a region.
    AreaId, "_.:-");
id!(
    /// A place people visit.
    VenueId, "_.:-");
id!(
    /// A member of staff who decided something.
    OfficerId, "_.:-");
id!(
    /// One run of a vehicle, such as `CA1234/2020-01-15` (the flight of that day).
    VehicleRun, "_.:-/");
