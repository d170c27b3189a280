//! Evidence together with the person it is about.

use crate::PersonId;

/// A piece of evidence about one person.
#[derive(Debug, Clone, PartialEq)]
pub struct About<T> {
    /// Whom the evidence is about.
    pub person: PersonId,
    /// What it says.
    pub says: T,
}
