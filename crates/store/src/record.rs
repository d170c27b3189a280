//! One thing an office knows.

use evidence::PersonId;
use jiff::Timestamp;

/// What kind of thing a record is: a short word, such as `declaration`.
pub type Kind = &'static str;

/// The id of a record: 128 random bits as 32 hexadecimal digits, so that nobody can guess another's.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordId(String);

impl RecordId {
    /// An id from 16 random bytes.
    #[must_use]
    pub fn from_random(bytes: [u8; 16]) -> Self {
        RecordId(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// Reads an id; `None` where it is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let hexadecimal = text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
        (text.len() == 32 && hexadecimal).then(|| RecordId(text.to_owned()))
    }

    /// As text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// How often a record has been written, from 1. A record is replaced only by one who saw its latest version.
pub type Version = i64;

/// One thing an office knows, as a database holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Its kind.
    pub kind: String,
    /// Its id.
    pub id: RecordId,
    /// Whom it is about.
    pub person: Option<PersonId>,
    /// A word by which records of its kind are listed, such as `open`.
    pub state: String,
    /// A keyed hash by which it is found ([`crate::Lookup`]).
    pub lookup: Option<Vec<u8>>,
    /// When something is to happen with it.
    pub due: Option<Timestamp>,
    /// When it is to be forgotten; `None` for what is kept.
    pub keep_until: Option<Timestamp>,
    /// When the first version of it was filed, to the day; a later version does not change it.
    pub filed: Timestamp,
    /// Its version.
    pub version: Version,
    /// What it says; sealed where it is about a person.
    pub body: Vec<u8>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_32_hexadecimal_digits() {
        let id = RecordId::from_random([0xAB; 16]);
        assert_eq!(id.as_str(), "abababababababababababababababab");
        assert_eq!(RecordId::parse(id.as_str()), Some(id));
        for bad in ["", "ab", "ABABABABABABABABABABABABABABABAB", "zzababababababababababababababab"] {
            assert_eq!(RecordId::parse(bad), None, "{bad}");
        }
    }
}
