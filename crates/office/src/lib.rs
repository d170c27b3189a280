//! The use cases: what residents and officers do, one file each, every one a single transaction in which evidence, what follows
//! from it, what people are told, and who looked are there together or not at all.
//!
//! [`Office`] is the one way in. An [`Actor`] does something; [`permissions`] says who may; a look at somebody's record by an officer
//! asks for a purpose and leaves an access that the person sees. Time does the rest: [`Office::tick`] ends restrictions, decides
//! appeals that nobody decided, and forgets what is no longer to be kept.
//!
//! An office reads no clock and draws no randomness itself: [`Clock`] and [`Randomness`] are handed in.

mod accesses;
mod actor;
mod answer;
mod appeal;
mod case;
mod check_in;
mod colour;
mod declare;
mod desk;
mod error;
mod held;
mod kept;
mod leave;
mod logged;
mod notices;
mod office;
mod overrule;
mod passes;
pub mod permissions;
mod publish;
mod published_log;
mod register;
mod report_test;
mod specimen;
mod statement;
mod tick;
mod trace;

pub use actor::{Actor, Officer, Role};
pub use colour::Seen;
pub use error::OfficeError;
pub use held::Held;
pub use kept::{
    Access, Appeal, Carried, Decision, Lives, Notice, NoticeAbout, OpenVisit, Piece, Proposal, Published,
    Question, Rated, Resident, Says,
};
pub use leave::Exported;
pub use ledger::{BodyName, Ground};
pub use logged::Opening;
pub use office::{Clock, Office, Randomness};
pub use overrule::Override;
pub use passes::{CarriedPass, PassDesk};
pub use published_log::LogPlace;
pub use register::Registration;
pub use specimen::Specimen;
pub use statement::{HeldStatement, Stage, Stated, Statement};
pub use tick::Ticked;
pub use trace::Traced;
