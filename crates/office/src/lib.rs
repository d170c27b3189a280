//! The use cases: what residents and officers do, one file each, every one a single transaction in which evidence, what follows
//! from it, what people are told, and who looked are there together or not at all.
//!
//! [`Office`] is the one way in. An [`Actor`] does something; [`permissions`] says who may; a look at somebody's record by an officer
//! asks for a purpose and leaves an access that the person sees. Time does the rest: [`Office::tick`] ends restrictions, decides
//! appeals that nobody decided, and forgets what is no longer to be kept.
//!
//! An office reads no clock and draws no randomness itself: [`Clock`] and [`Randomness`] are handed in.

mod accesses;
mod accounts;
mod actor;
mod adopt_log;
mod answer;
mod appeal;
mod attachment;
mod backup;
mod care;
mod case;
mod changes;
mod check_in;
mod coherence;
mod colour;
mod compact;
mod contact;
mod declare;
mod desk;
mod error;
mod everybody;
mod export_all;
mod exposure_notice;
mod fetched;
mod figures;
mod follow_up;
mod held;
mod import;
mod interview;
mod issuers;
mod kept;
mod keys;
mod leave;
mod line_list;
mod logged;
mod notices;
mod office;
mod once;
mod one_time_code;
mod overrule;
mod oversight;
mod particulars;
mod passes;
mod passkeys;
pub mod permissions;
mod place_trace;
mod publish;
mod published_log;
mod push_subscriptions;
mod regions;
mod register;
mod replay;
mod report_test;
mod retention;
mod sessions;
mod share;
mod shown_pass;
mod specimen;
mod statement;
mod tick;
mod together;
mod totp;
mod trace;
mod transmission;
mod travel;
mod trust_list;
mod venue;
mod visits_near;
mod what_if;

pub use accounts::{AccountSeen, NewAccount};
pub use actor::{Actor, Officer, Role};
pub use appeal::OpenAppeal;
pub use attachment::{
    ATTACHMENT_BYTES_MAX, ATTACHMENTS_MAX, Attached, Attachment, AttachmentGiven, AttachmentKind,
};
pub use backup::{BackupError, Erased, Manifest, Restored, check_backup};
pub use care::CaredFor;
pub use changes::Change;
pub use check_in::CheckedIn;
pub use coherence::Coherence;
pub use colour::{Seen, evidence_of};
pub use compact::Partition;
pub use error::OfficeError;
pub use export_all::{PersonRows, WholeExport};
pub use exposure_notice::ExposureNotice;
pub use figures::{AppealFigures, Figures, GroupFigures, RuleFigures};
pub use follow_up::{Because, FollowUp, Need, Needed, Outcome, Task};
pub use held::Held;
pub use import::{Import, ImportCount, ImportRow, ImportStage, ImportWanted, Imported, Vouched};
pub use interview::{Named, Told, ToldContact, ToldVisit, Who};
pub use issuers::{Issuer, IssuerKey};
pub use kept::{
    Access, Appeal, Carried, Decision, Lives, Notice, NoticeAbout, OpenVisit, Piece, Proposal, Published,
    Question, Rated, Resident, Says,
};
pub use keys::{KeySource, Resealed, SigningKeyChange};
pub use leave::{Exported, OwnVisit};
pub use ledger::{AreaName, BodyName, Ground, KeyName};
pub use line_list::{LineList, LineListSeen};
pub use logged::Opening;
pub use notices::DueNotice;
pub use office::{Clock, Office, Randomness, Watch};
pub use once::{Answer, Once};
pub use one_time_code::{ByCode, OneTimeCode};
pub use overrule::Override;
pub use oversight::{Alert, AlertAbout, LooksOfDay, Overdue};
pub use particulars::{Particulars, QuietHours};
pub use passes::{CarriedPass, PassDesk};
pub use passkeys::{Passkey, Site};
pub use place_trace::{NearPlace, PlacePreview, PlaceTrace, PlaceTraceSeen};
pub use published_log::LogPlace;
pub use push_subscriptions::{Browser, PushSubscription};
pub use regions::LevelPublished;
pub use register::Registration;
pub use replay::{Replayed, RulesPreview, Unexplained};
pub use retention::{Deletion, Purged, SignedDeletion};
pub use sessions::{SessionSeen, SignInTimes, SignedIn};
pub use share::{Share, ShareAnswer, ShareToken};
pub use shown_pass::ShownPass;
pub use specimen::Specimen;
pub use statement::{HeldStatement, Stage, Stated, Statement};
pub use tick::Ticked;
pub use totp::Secret;
pub use trace::Traced;
pub use transmission::Met;
pub use trust_list::SignedTrustList;
pub use venue::{Owns, Place, VenueCode, VenueGiven};
pub use what_if::{WhatIf, Would};
