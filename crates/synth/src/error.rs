//! What can go wrong.

use std::{io, path::Path};

use bundle::BundleError;
use evidence::{IdError, QuantityError};

/// Why a city cannot be as asked for.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum OptionsError {
    /// An option outside its range.
    #[error("{option} must lie between {min} and {max}; it is {value}")]
    OutOfRange {
        /// The option.
        option: &'static str,
        /// What was given.
        value: String,
        /// Smallest possible value.
        min: String,
        /// Largest possible value.
        max: String,
    },
    /// A quantity that cannot be.
    #[error(transparent)]
    Quantity(#[from] QuantityError),
}

/// Why a city could not be written.
#[derive(Debug, thiserror::Error)]
pub enum SynthError {
    /// The city cannot be as asked for.
    #[error(transparent)]
    Options(#[from] OptionsError),
    /// The folder holds something already.
    #[error("{folder} already holds {name}; choose a folder that is new or empty")]
    Occupied {
        /// The folder.
        folder: String,
        /// What it holds.
        name: String,
    },
    /// A file or folder could not be written.
    #[error("cannot write {path}: {error}; see that the folder can be written to and the disk has room")]
    Unwritable {
        /// The file or folder.
        path: String,
        /// What the system said.
        error: io::Error,
    },
    /// A table could not be written.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// A made-up value that evidence refuses: a fault of this program.
    #[error("a made-up {what} is not valid: {why}; this is a fault of the program, please report it")]
    Invalid {
        /// What was made up.
        what: &'static str,
        /// Why it is refused.
        why: String,
    },
}

impl SynthError {
    /// A file that cannot be written.
    pub(crate) fn unwritable(path: &Path) -> impl FnOnce(io::Error) -> SynthError {
        let path = path.display().to_string();
        move |error| SynthError::Unwritable { path, error }
    }

    /// A made-up value that is refused.
    pub(crate) fn invalid<E: ToString>(what: &'static str) -> impl FnOnce(E) -> SynthError {
        move |why| SynthError::Invalid { what, why: why.to_string() }
    }
}

impl From<IdError> for SynthError {
    fn from(error: IdError) -> Self {
        SynthError::invalid("id")(error)
    }
}

impl From<QuantityError> for SynthError {
    fn from(error: QuantityError) -> Self {
        SynthError::invalid("quantity")(error)
    }
}

impl From<jiff::Error> for SynthError {
    fn from(error: jiff::Error) -> Self {
        SynthError::invalid("instant")(error)
    }
}
