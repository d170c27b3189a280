//! What binds the log to a decision about one person without telling anything of that person.

use std::fmt;

use data_encoding::HEXLOWER;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use crate::Sha256Hash;

/// Separates this use of SHA-256 from every other.
const DOMAIN: &[u8] = b"cleanbill/commitment/v1";
/// Largest whole number that every reader of JSON keeps exactly (RFC 7493, section 2.2).
const WHOLE_NUMBER_MAX: u64 = (1 << 53) - 1;

/// 32 random bytes, drawn anew for every commitment; only the subject and the office hold them.
///
/// Without the salt a commitment could be guessed open: there are few possible decisions about a person.
/// `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Salt(pub [u8; 32]);

impl fmt::Debug for Salt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Salt(withheld)")
    }
}

impl Serialize for Salt {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&HEXLOWER.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Salt {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse::<Sha256Hash>()
            .map(|Sha256Hash(bytes)| Self(bytes))
            .map_err(|_| D::Error::custom("the salt is not 64 lower-case hexadecimal digits"))
    }
}

/// What was decided about one person: a JSON object in one canonical form (RFC 8785).
///
/// Personal data: it never enters the log, and `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Content {
    fields: Map<String, Value>,
    canonical: Vec<u8>,
}

/// Why something cannot be committed to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ContentError {
    /// Two different numbers could be written alike.
    #[error(
        "{at}: a number that is not whole or is beyond ±(2^53 - 1) has no single written form; write it as text"
    )]
    Number {
        /// Where it stands, as a path of field names and positions.
        at: String,
    },
    /// The canonical form could not be made.
    #[error("no canonical form: {0}; use plain fields of text, whole numbers, lists and objects")]
    Canonical(String),
}

impl Content {
    /// Takes an object's fields.
    ///
    /// # Errors
    /// A number that is not whole or is beyond ±(2^53 - 1).
    pub fn new(fields: Map<String, Value>) -> Result<Self, ContentError> {
        for (name, value) in &fields {
            check_numbers(name, value)?;
        }
        let canonical = serde_json_canonicalizer::to_vec(&fields)
            .map_err(|error| ContentError::Canonical(error.to_string()))?;
        Ok(Self { fields, canonical })
    }

    /// The fields.
    #[must_use]
    pub fn fields(&self) -> &Map<String, Value> {
        &self.fields
    }

    /// The canonical form, which is what is hashed.
    #[must_use]
    pub fn canonical(&self) -> &[u8] {
        &self.canonical
    }
}

fn check_numbers(at: &str, value: &Value) -> Result<(), ContentError> {
    match value {
        Value::Number(number) => {
            let magnitude = number.as_u64().or_else(|| number.as_i64().map(i64::unsigned_abs));
            if magnitude.is_none_or(|magnitude| magnitude > WHOLE_NUMBER_MAX) {
                return Err(ContentError::Number { at: at.to_owned() });
            }
        }
        Value::Array(values) => {
            for (position, value) in values.iter().enumerate() {
                check_numbers(&format!("{at}[{position}]"), value)?;
            }
        }
        Value::Object(fields) => {
            for (name, value) in fields {
                check_numbers(&format!("{at}.{name}"), value)?;
            }
        }
        Value::Null | Value::Bool(_) | Value::String(_) => {}
    }
    Ok(())
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Content({} bytes withheld)", self.canonical.len())
    }
}

impl Serialize for Content {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.fields.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Content {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(Map::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

/// SHA-256("cleanbill/commitment/v1" || salt || canonical content).
///
/// It binds: nobody can find other content for it. It hides: without the salt it tells nothing.
/// It is made from a [`Content`] only, so that a plain hash of a name or an id cannot stand in its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Commitment(Sha256Hash);

impl Commitment {
    /// Commits to `content`. `salt` must come from a cryptographic generator and be used once.
    #[must_use]
    pub fn to(salt: &Salt, content: &Content) -> Self {
        let hash = Sha256::new().chain_update(DOMAIN).chain_update(salt.0).chain_update(content.canonical());
        Self(Sha256Hash(hash.finalize().into()))
    }
}

impl fmt::Display for Commitment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
