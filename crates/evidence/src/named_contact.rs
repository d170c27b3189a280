//! Contacts a case named in an interview.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{CaseId, PersonId};

/// A case named this person as a contact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NamedContact {
    /// The case that named them. Never told to the person named.
    pub case: CaseId,
    /// Who was named.
    pub person: PersonId,
    /// Start of the contact.
    pub from: Timestamp,
    /// End of the contact; `None` where only one moment was named.
    pub to: Option<Timestamp>,
    /// Where or how, in the interviewer's words.
    pub setting: Option<String>,
}
