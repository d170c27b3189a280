//! Numbers of people or records that may be published.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// Below this, a number other than zero could point at somebody.
const EXACT_MIN: u32 = 10;
const FEW: &str = "1-9";

/// A published count: 0, "1-9", or the number. Small numbers cannot be told exactly, by construction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Count(Cell);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Cell {
    Zero,
    Few,
    Exactly(u32),
}

impl Count {
    /// The count as it may be published.
    #[must_use]
    pub fn of(number: u32) -> Self {
        Self(match number {
            0 => Cell::Zero,
            1..EXACT_MIN => Cell::Few,
            _ => Cell::Exactly(number),
        })
    }

    /// The count of a number that may be larger than is written: 4,294,967,295 stands for itself and all above.
    #[must_use]
    pub fn of_many(number: u64) -> Self {
        Self::of(u32::try_from(number).unwrap_or(u32::MAX))
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Cell::Zero => f.pad("0"),
            Cell::Few => f.pad(FEW),
            Cell::Exactly(number) => number.fmt(f),
        }
    }
}

impl Serialize for Count {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Cell::Zero => serializer.serialize_u32(0),
            Cell::Few => serializer.serialize_str(FEW),
            Cell::Exactly(number) => serializer.serialize_u32(number),
        }
    }
}

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Number(u32),
            Word(String),
        }
        match Written::deserialize(deserializer)? {
            Written::Number(0) => Ok(Self(Cell::Zero)),
            Written::Number(number) if number >= EXACT_MIN => Ok(Self(Cell::Exactly(number))),
            Written::Word(word) if word == FEW => Ok(Self(Cell::Few)),
            Written::Number(_) | Written::Word(_) => {
                Err(D::Error::custom(format!("a count is 0, \"{FEW}\" or {EXACT_MIN} and more")))
            }
        }
    }
}
