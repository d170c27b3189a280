//! What an office remembers: records of every kind, keys, visits of the last days, and the public log, behind traits that a
//! database implements.
//!
//! A [`Store`] gives [`Transaction`]s. All writes of a use case happen in one, and are there together or not at all.
//!
//! A [`Record`] is one thing an office knows: a person, a declaration, a case, an appeal. Its *body* is what it says; beside it stand
//! only the few columns by which it is found: whom it is about, its state, when something is due, until when it is kept. Bodies
//! that say something about a person are sealed under that person's [data key](DataKey), which is itself sealed under the
//! [master key](MasterKey): without the master key a copy of the database tells nothing about anybody, and a person is forgotten by
//! destroying one key.
//!
//! Visits are kept by day under [day keys](DayKey): a visit names its person by a pseudonym that only that day's key can undo,
//! and the key is destroyed when the day is over for good.
//!
//! This crate reads no clock and draws no randomness: instants and random bytes are parameters.

#[cfg(feature = "conformance")]
pub mod conformance;
mod day_key;
mod error;
mod objects;
mod record;
mod seal;
mod sql;
mod sql_whole;
mod transaction;
mod visit;
mod whole;

pub use day_key::{DayKey, Pseudonym};
pub use error::StoreError;
pub use objects::Objects;
pub use record::{Kind, Record, RecordId, Version};
pub use seal::{DataKey, Lookup, MasterKey, SealError, Sealed};
pub use transaction::{Changes, Keys, Log, Mark, Records, Store, Transaction, Visits};
pub use visit::{DayVisit, VenueSpan, VisitId};
pub use whole::Whole;

#[doc(hidden)]
pub use sql::reexport;
