//! What can go wrong between an office and its database.

/// Why something could not be remembered or recalled.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database cannot be reached or failed; the same may succeed later.
    #[error("the database cannot be used at the moment: {0}")]
    Unavailable(String),
    /// Somebody else changed the same thing at the same time; the use case may be tried again from its beginning.
    #[error("it was changed by somebody else at the same time; try again")]
    Conflict,
    /// A record with this kind and id is there already.
    #[error("there is a {kind} with the id {id} already")]
    Exists {
        /// Its kind.
        kind: String,
        /// Its id.
        id: String,
    },
    /// What the database holds cannot be what was put there.
    #[error("the database holds something that was not written by this program: {0}")]
    Corrupt(String),
}
