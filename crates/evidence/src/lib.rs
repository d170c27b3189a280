//! What the system may know: the closed set of evidence kinds.
//!
//! A rating is a pure function of evidence, a rule set and an instant. This crate holds the evidence: one type per
//! kind, the ids and quantities they are made of, and the checks a value must pass to exist. It does no I/O, reads
//! no clock and draws no randomness.
//!
//! Every kind is listed in [`EvidenceKind`] with where it comes from and how long it is kept. There is no kind for
//! camera or face data, telecom location, payments, social graphs, scores, nationality, ethnicity, religion, income
//! or occupation, and no field that could hold them.
//!
//! Intervals of time are half-open everywhere: they contain their start and not their end. Instants are kept to the
//! microsecond.

mod about;
mod case;
mod check;
mod declaration;
pub mod duration;
mod exposure;
mod household;
mod id;
mod kind;
mod level;
mod named_contact;
mod person;
mod quantity;
mod region;
mod ruling;
mod stay;
mod symptom;
mod test;
mod trip;
mod venue;
mod visit;
mod vocabulary;

pub use about::About;
pub use case::{Case, CaseStatus};
pub use check::{Check, CheckedBy};
pub use declaration::Declaration;
pub use exposure::{ContactClass, Exposure, OtherExposures, Setting};
pub use household::HouseholdMember;
pub use id::{
    AreaId, CaseId, HouseholdId, IdError, OfficerId, PersonId, RegionId, RulingId, TestId, VehicleRun,
    VenueId,
};
pub use kind::EvidenceKind;
pub use level::Level;
pub use named_contact::NamedContact;
pub use person::{BirthYear, Person, Sex};
pub use quantity::{Minutes, Probability, QuantityError, Temperature};
pub use region::{RegionLevel, RegionPeriod};
pub use ruling::{Effect, RuledReason, Ruling};
pub use stay::Stay;
pub use symptom::{Symptom, Symptoms};
pub use test::{Test, TestMethod, TestResult};
pub use trip::{TravelMode, Trip};
pub use venue::{Position, Venue, VenueKind};
pub use visit::Visit;
pub use vocabulary::UnknownWord;
