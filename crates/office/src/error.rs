//! Why something was not done.

use rating::RuleSetError;
use store::{SealError, StoreError};

/// Why a use case did nothing. Nothing of it has happened then.
#[derive(Debug, thiserror::Error)]
pub enum OfficeError {
    /// The database failed; the same may succeed later.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What is kept cannot be opened: another master key, or a changed database.
    #[error("what is kept of this cannot be opened: {0}")]
    Sealed(#[from] SealError),
    /// Whoever asked may not do this.
    #[error("a {role} may not {what}")]
    Forbidden {
        /// The role.
        role: &'static str,
        /// What was tried.
        what: &'static str,
    },
    /// There is no such thing, or none that whoever asked may know of.
    #[error("there is no such {0}")]
    Unknown(&'static str),
    /// What was asked for cannot be.
    #[error("{what}; {remedy}")]
    Refused {
        /// Why.
        what: String,
        /// What to do.
        remedy: &'static str,
    },
    /// A rule set that may not be published.
    #[error(transparent)]
    RuleSet(#[from] RuleSetError),
    /// Visits cannot be searched.
    #[error(transparent)]
    Visits(#[from] contacts::IndexError),
    /// A pass that is not issued.
    #[error(transparent)]
    Issue(#[from] issuer::IssueError),
    /// A document for doors that is not published.
    #[error(transparent)]
    Publish(#[from] issuer::PublishError),
    /// A backup that is not made or put back.
    #[error(transparent)]
    Backup(#[from] crate::backup::BackupError),
    /// What is kept is not what this version keeps.
    #[error("what is kept of this cannot be read: {0}")]
    Unreadable(String),
}

impl OfficeError {
    pub(crate) fn refused(what: impl Into<String>, remedy: &'static str) -> OfficeError {
        OfficeError::Refused { what: what.into(), remedy }
    }

    /// Whether the same may succeed when tried again at once.
    pub(crate) fn is_conflict(&self) -> bool {
        matches!(self, OfficeError::Store(StoreError::Conflict))
    }
}

impl From<serde_json::Error> for OfficeError {
    fn from(error: serde_json::Error) -> Self {
        OfficeError::Unreadable(error.to_string())
    }
}

impl From<jiff::Error> for OfficeError {
    fn from(error: jiff::Error) -> Self {
        OfficeError::Unreadable(error.to_string())
    }
}

impl From<evidence::IdError> for OfficeError {
    fn from(error: evidence::IdError) -> Self {
        OfficeError::refused(error.to_string(), "use an id that this office gave")
    }
}
