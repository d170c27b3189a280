//! Public names: of bodies, areas, documents and keys. Never of persons.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// Longest name, in bytes.
const BYTES_MAX: usize = 64;
/// Most digits in a name, and most in a row: room for a version or a year, not for the number of a person, a telephone
/// or a document.
const DIGITS_MAX: usize = 6;
const DIGITS_IN_A_ROW_MAX: usize = 4;

/// Why a name may not stand in the public log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Empty or too long.
    #[error("a public name has 1 to {BYTES_MAX} characters, this one {0}; shorten it")]
    Length(usize),
    /// A character outside the alphabet.
    #[error(
        "`{0}` cannot stand in a public name; use lower-case a-z, digits, and `-`, `.` or `/` between them"
    )]
    Character(char),
    /// It looks like the number of a person.
    #[error(
        "more than {DIGITS_IN_A_ROW_MAX} digits in a row or {DIGITS_MAX} in all look like the number of a person; \
         public names are of bodies, areas and documents"
    )]
    Digits,
}

fn check(name: &str) -> Result<(), NameError> {
    if name.is_empty() || name.len() > BYTES_MAX {
        return Err(NameError::Length(name.chars().count()));
    }
    let (mut digits, mut in_a_row, mut after_separator) = (0, 0, true);
    for letter in name.chars() {
        let is_separator = matches!(letter, '-' | '.' | '/');
        if !(letter.is_ascii_lowercase() || letter.is_ascii_digit() || is_separator && !after_separator) {
            return Err(NameError::Character(letter));
        }
        after_separator = is_separator;
        if letter.is_ascii_digit() {
            digits += 1;
            in_a_row += 1;
        } else if letter.is_ascii_lowercase() {
            // A separator does not end a row: 0571-8888-1234 is one number.
            in_a_row = 0;
        }
        if digits > DIGITS_MAX || in_a_row > DIGITS_IN_A_ROW_MAX {
            return Err(NameError::Digits);
        }
    }
    match name.chars().next_back() {
        Some(last) if after_separator => Err(NameError::Character(last)),
        _ => Ok(()),
    }
}

macro_rules! public_name {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        ///
        /// 1 to 64 of a-z, 0-9, and single `-`, `.`, `/` between them; few digits. Made only by parsing text: no id
        /// of a person converts to it.
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// The name as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = NameError;
            fn from_str(text: &str) -> Result<Self, NameError> {
                check(text).map(|()| Self(text.to_owned()))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
            }
        }
    };
}

public_name! {
    /// The public name of a body, such as `health/xihu-district`.
    BodyName
}
public_name! {
    /// The name of an administrative area, as published.
    AreaName
}
public_name! {
    /// The id of a published document: a rule set, a profile, a report.
    DocumentName
}
public_name! {
    /// The name of a key or of the issuer that holds it.
    KeyName
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_bodies_and_documents_are_taken() {
        for name in ["health/xihu-district", "proportionate-2020", "a", "sars-cov-2", "lab.north/3"] {
            assert_eq!(check(name), Ok(()), "{name}");
        }
    }

    #[test]
    fn what_looks_like_a_person_is_refused() {
        for name in [
            "p000043",
            "330106199001011234",
            "0571-8888-1234",
            "8-8-8-8-8",
            "anna@example.com",
            "Anna",
            "anna li",
            "019a3f52-8c1e-7d44-9b0a-2f6e51c7d803",
            "王",
            "",
            "a--b",
            "-a",
            "a/",
        ] {
            assert!(check(name).is_err(), "{name}");
        }
    }
}
