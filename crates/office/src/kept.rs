//! What an office keeps: each kind with the columns by which it is found, and how long.

use evidence::{
    Case, Check, Declaration, EvidenceKind, Exposure, HouseholdId, Level, OfficerId, PersonId, Ruling, Stay,
    Test, Trip, VenueId,
};
use jiff::{SignedDuration, Timestamp};
use ledger::{BodyName, Ground};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{
    actor::{Officer, Role},
    attachment::Attached,
    desk::{day_of, start_of},
    particulars::Particulars,
    replay::RulesPreview,
};

/// Something an office keeps.
pub trait Kept: Serialize + DeserializeOwned + Send + Sync {
    /// Its kind, as a short word.
    const KIND: &'static str;

    /// Whom it is about; then it is sealed under that person's key.
    fn person(&self) -> Option<&PersonId>;

    /// A word by which things of its kind are listed. It is not sealed.
    fn state(&self) -> &'static str {
        "kept"
    }

    /// By what it is found besides its id and its person.
    fn found_by(&self) -> FoundBy {
        FoundBy::AsFiled
    }

    /// When something is to happen with it.
    fn due(&self) -> Option<Timestamp> {
        None
    }

    /// When it is forgotten; `None` for what is kept while the person is registered, or for ever.
    fn keep_until(&self) -> Option<Timestamp>;
}

/// By what a record is found. The database holds a keyed hash of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FoundBy {
    /// By what it was first filed with: the office does not keep that value, as with the number of a document.
    AsFiled,
    /// By nothing.
    Nothing,
    /// By a value of a kind, such as a home.
    Value(&'static str, String),
}

pub(crate) fn days(at: Timestamp, days: i64) -> Option<Timestamp> {
    at.checked_add(SignedDuration::from_hours(24 * days)).ok()
}

pub(crate) fn retention(kind: EvidenceKind, at: Timestamp) -> Option<Timestamp> {
    kind.retention().and_then(|retention| at.checked_add(retention).ok())
}

/// A person with a record here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resident {
    /// Who.
    pub person: PersonId,
    /// Their name, as they gave it.
    pub name: String,
    /// How to reach them.
    pub contact: Option<String>,
    /// Their home.
    pub household: Option<HouseholdId>,
    /// Follow-up district.
    pub area: Option<String>,
    /// What else they told of themselves.
    #[serde(default)]
    pub particulars: Particulars,
    /// Those who may act for them, with their consent.
    pub proxies: Vec<PersonId>,
    /// Since when.
    pub registered: Timestamp,
}

impl Kept for Resident {
    const KIND: &'static str = "resident";
    fn person(&self) -> Option<&PersonId> {
        Some(&self.person)
    }
    fn keep_until(&self) -> Option<Timestamp> {
        None
    }
}

/// That a person lives in a home. Found by a keyed hash of the home.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lives {
    /// Who.
    pub person: PersonId,
    /// Where.
    pub household: HouseholdId,
}

impl Lives {
    /// What homes are looked up as.
    pub(crate) const HOME: &'static str = "household";
}

impl Kept for Lives {
    const KIND: &'static str = "household";
    fn person(&self) -> Option<&PersonId> {
        Some(&self.person)
    }
    fn found_by(&self) -> FoundBy {
        FoundBy::Value(Lives::HOME, self.household.to_string())
    }
    fn keep_until(&self) -> Option<Timestamp> {
        None
    }
}

/// The colour a person was last found to have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rated {
    /// Who.
    pub person: PersonId,
    /// The level.
    pub level: Level,
    /// When it was found.
    pub found: Timestamp,
    /// When it changes by itself.
    pub changes_at: Option<Timestamp>,
    /// Follow-up district of a person who is restricted; they are found by it.
    #[serde(default)]
    pub area: Option<String>,
}

impl Rated {
    /// What restricted people are looked up as, by their follow-up district.
    pub(crate) const RESTRICTED_IN: &'static str = "restricted in area";
}

impl Kept for Rated {
    const KIND: &'static str = "rated";
    fn person(&self) -> Option<&PersonId> {
        Some(&self.person)
    }
    fn found_by(&self) -> FoundBy {
        match self.level {
            Level::Green => FoundBy::Nothing,
            _ => FoundBy::Value(Rated::RESTRICTED_IN, self.area.clone().unwrap_or_default()),
        }
    }
    fn due(&self) -> Option<Timestamp> {
        self.changes_at
    }
    fn keep_until(&self) -> Option<Timestamp> {
        None
    }
}

/// A piece of evidence about a person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Piece {
    /// Whom it is about.
    pub person: PersonId,
    /// When the office came to know it.
    pub received: Timestamp,
    /// What it says.
    pub says: Says,
}

/// What a piece of evidence says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Says {
    /// Symptoms.
    Declaration(Declaration),
    /// A daily check.
    Check(Check),
    /// A stay in a region.
    Stay(Stay),
    /// A journey.
    Trip(Trip),
    /// A test.
    Test(Test),
    /// A case; closed ones say so.
    Case(Case),
    /// Having been near a case, which became known at an instant.
    Exposure(Box<Exposure>, Timestamp),
    /// A human decision.
    Ruling(Ruling),
}

impl Says {
    /// Its kind.
    #[must_use]
    pub const fn kind(&self) -> EvidenceKind {
        match self {
            Says::Declaration(_) => EvidenceKind::Declaration,
            Says::Check(_) => EvidenceKind::Check,
            Says::Stay(_) => EvidenceKind::Stay,
            Says::Trip(_) => EvidenceKind::Trip,
            Says::Test(_) => EvidenceKind::Test,
            Says::Case(_) => EvidenceKind::Case,
            Says::Exposure(..) => EvidenceKind::Exposure,
            Says::Ruling(_) => EvidenceKind::Ruling,
        }
    }
}

impl Piece {
    /// What stays are looked up as, by their region.
    pub(crate) const STAYS_IN: &'static str = "stays in region";
    /// What journeys are looked up as, by the run of their vehicle.
    pub(crate) const ON_RUN: &'static str = "journeys on run";
    /// What exposures are looked up as, by their case.
    pub(crate) const EXPOSED_TO: &'static str = "exposures to case";
    /// What a case is looked up as, by its id.
    pub(crate) const CASE: &'static str = "case";
}

impl Kept for Piece {
    const KIND: &'static str = "evidence";
    fn person(&self) -> Option<&PersonId> {
        Some(&self.person)
    }
    fn found_by(&self) -> FoundBy {
        match &self.says {
            Says::Stay(stay) => FoundBy::Value(Piece::STAYS_IN, stay.region.to_string()),
            Says::Trip(trip) => FoundBy::Value(Piece::ON_RUN, trip.vehicle.to_string()),
            Says::Case(case) => FoundBy::Value(Piece::CASE, case.case.to_string()),
            Says::Exposure(exposure, _) => FoundBy::Value(Piece::EXPOSED_TO, exposure.case.to_string()),
            Says::Declaration(_) | Says::Check(_) | Says::Test(_) | Says::Ruling(_) => FoundBy::Nothing,
        }
    }
    fn keep_until(&self) -> Option<Timestamp> {
        retention(self.says.kind(), self.received)
    }
}

/// A visit that has not ended, for its person to end it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenVisit {
    /// Who.
    pub person: PersonId,
    /// Where.
    pub venue: VenueId,
    /// Since when.
    pub entered: Timestamp,
    /// The id of the visit.
    pub visit: String,
}

impl Kept for OpenVisit {
    const KIND: &'static str = "open_visit";
    fn person(&self) -> Option<&PersonId> {
        Some(&self.person)
    }
    // To the day: the instant stands beside the body, and would tell which visit it is.
    fn keep_until(&self) -> Option<Timestamp> {
        days(start_of(day_of(self.entered)).ok()?, 3)
    }
}

/// Passes that were issued to a person at once: the hours of a day on a phone, or one on paper.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Carried {
    /// Who holds them.
    pub person: PersonId,
    /// The level they say.
    pub level: Level,
    /// When they were issued.
    pub issued: Timestamp,
    /// The id of each (16 hexadecimal digits), and until when it is valid.
    pub passes: Vec<(String, Timestamp)>,
}

impl Kept for Carried {
    const KIND: &'static str = "pass";
    fn person(&self) -> Option<&PersonId> {
        Some(&self.person)
    }
    fn state(&self) -> &'static str {
        "living"
    }
    fn keep_until(&self) -> Option<Timestamp> {
        self.passes.iter().map(|(_, expires)| *expires).max()
    }
}

/// Ids of passes that were revoked and have not expired. It does not say whose they were, and outlives their holder's record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revoked {
    /// The id of each, and until when it would have been valid.
    pub passes: Vec<(String, Timestamp)>,
}

impl Kept for Revoked {
    const KIND: &'static str = "revoked";
    fn person(&self) -> Option<&PersonId> {
        None
    }
    fn keep_until(&self) -> Option<Timestamp> {
        self.passes.iter().map(|(_, expires)| *expires).max()
    }
}

/// How many passes a key signed, until the public log says so at the end of the day (R25).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signed {
    /// The hash of the public key.
    pub public_key: ledger::Sha256Hash,
    /// Start of the day (UTC).
    pub from: Timestamp,
    /// Its end.
    pub to: Timestamp,
    /// How many.
    pub passes: u64,
}

impl Kept for Signed {
    const KIND: &'static str = "signed";
    fn person(&self) -> Option<&PersonId> {
        None
    }
    fn keep_until(&self) -> Option<Timestamp> {
        None
    }
}

/// A question to somebody who may have been near a case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Question {
    /// Who is asked.
    pub person: PersonId,
    /// The venue.
    pub venue: VenueId,
    /// Start of the time asked about.
    pub from: Timestamp,
    /// Its end.
    pub to: Timestamp,
    /// When it was asked.
    pub asked: Timestamp,
    /// What a yes becomes, and when its case became known.
    pub exposure: Box<Exposure>,
    /// When its case became known.
    pub case_known: Timestamp,
    /// The answer.
    pub answer: Option<bool>,
}

impl Question {
    /// What questions are looked up as, by the case they are about.
    pub(crate) const ABOUT_CASE: &'static str = "questions about case";
}

impl Kept for Question {
    const KIND: &'static str = "question";
    fn person(&self) -> Option<&PersonId> {
        Some(&self.person)
    }
    fn found_by(&self) -> FoundBy {
        FoundBy::Value(Question::ABOUT_CASE, self.exposure.case.to_string())
    }
    fn state(&self) -> &'static str {
        if self.answer.is_none() { "asked" } else { "answered" }
    }
    fn keep_until(&self) -> Option<Timestamp> {
        retention(EvidenceKind::Exposure, self.asked)
    }
}

/// Something a person is to be told, until it has been sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// Who is told.
    pub person: PersonId,
    /// When it came up.
    pub at: Timestamp,
    /// When it may be sent: the end of the person's quiet hours, where it came up in them (R22); or when it is tried again.
    pub not_before: Timestamp,
    /// How often somebody took it to send it.
    #[serde(default)]
    pub tries: u32,
    /// What it is about.
    pub about: NoticeAbout,
}

/// What a notice is about. Its words are made when it is sent, in the person's language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeAbout {
    /// The person's colour changed.
    Colour,
    /// The person is asked whether they were somewhere.
    Question,
    /// A ruling about the person took effect.
    Ruling,
    /// An appeal was decided.
    Appeal,
    /// Somebody looked at the person's record.
    Access,
    /// A passkey was added to the person's account.
    Passkey,
    /// The person is reached elsewhere from now on; it is told to where they were reached before.
    Contact {
        /// Where.
        before: String,
    },
    /// An officer said something of the person that waits for another word, was held, or was ended.
    Statement,
}

impl Kept for Notice {
    const KIND: &'static str = "notice";
    fn person(&self) -> Option<&PersonId> {
        Some(&self.person)
    }
    fn state(&self) -> &'static str {
        "waiting"
    }
    fn due(&self) -> Option<Timestamp> {
        Some(self.not_before)
    }
    fn keep_until(&self) -> Option<Timestamp> {
        days(self.at, 30)
    }
}

/// A look at a person's record. Kept three years (R6), and names no third person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Access {
    /// Whose record.
    pub person: PersonId,
    /// When.
    pub at: Timestamp,
    /// In which role.
    pub role: Role,
    /// Of which body.
    pub body: BodyName,
    /// Which part.
    pub part: String,
    /// Why, in the officer's words.
    pub purpose: String,
}

impl Kept for Access {
    const KIND: &'static str = "access";
    fn person(&self) -> Option<&PersonId> {
        Some(&self.person)
    }
    fn keep_until(&self) -> Option<Timestamp> {
        days(self.at, 3 * 365)
    }
}

/// A contested reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Appeal {
    /// Who contests.
    pub person: PersonId,
    /// The rule whose reason is contested.
    pub rule: String,
    /// What the person says.
    pub words: String,
    /// What lies beside it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attached>,
    /// When.
    pub made: Timestamp,
    /// By when a human must have decided; after that it is decided for the person.
    pub decide_by: Timestamp,
    /// Officers whose doing is contested; none of them decides.
    pub not_by: Vec<OfficerId>,
    /// The decision.
    pub decision: Option<Decision>,
}

/// What became of an appeal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// Whether the reason is lifted.
    pub upheld: bool,
    /// Who decided; `None` where nobody did in time, and it was decided for the person.
    pub by: Option<OfficerId>,
    /// Why.
    pub reasons: String,
    /// When.
    pub at: Timestamp,
}

impl Kept for Appeal {
    const KIND: &'static str = "appeal";
    fn person(&self) -> Option<&PersonId> {
        Some(&self.person)
    }
    fn state(&self) -> &'static str {
        if self.decision.is_none() { "open" } else { "decided" }
    }
    fn due(&self) -> Option<Timestamp> {
        self.decision.is_none().then_some(self.decide_by)
    }
    fn keep_until(&self) -> Option<Timestamp> {
        retention(EvidenceKind::Ruling, self.made)
    }
}

/// An override that one body proposed and another must agree to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// Whom it is about.
    pub person: PersonId,
    /// What would take effect.
    pub ruling: Ruling,
    /// Who proposed it.
    pub by: Officer,
    /// On what ground.
    pub ground: Ground,
    /// When.
    pub at: Timestamp,
    /// Whether it is held, because too many touch the same officers.
    pub held: bool,
    /// Whether oversight let it go on after it was held.
    #[serde(default)]
    pub released: bool,
    /// Whether it was agreed to.
    pub agreed: bool,
}

impl Kept for Proposal {
    const KIND: &'static str = "proposal";
    fn person(&self) -> Option<&PersonId> {
        Some(&self.person)
    }
    fn state(&self) -> &'static str {
        match (self.agreed, self.held) {
            (true, _) => "agreed",
            (false, true) => "held",
            (false, false) => "proposed",
        }
    }
    fn keep_until(&self) -> Option<Timestamp> {
        retention(EvidenceKind::Ruling, self.at)
    }
}

/// A rule set that was published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Published {
    /// The document, as it was published.
    pub document: String,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: Officer,
    /// Who would change by it, as it was found before it was published.
    pub preview: RulesPreview,
}

impl Kept for Published {
    const KIND: &'static str = "rule_set";
    fn person(&self) -> Option<&PersonId> {
        None
    }
    fn keep_until(&self) -> Option<Timestamp> {
        None
    }
}
