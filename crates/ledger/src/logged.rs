//! The closed list of what is logged.

use jiff::{Timestamp, Unit};
use serde::{Deserialize, Serialize};

use crate::{
    AreaName, BodyName, Commitment, Count, DocumentName, EntryError, KeyName, RULING_DAYS_MAX, Sha256Hash,
};

/// What kind of work somebody did. The log names roles and bodies, never people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// At a door.
    Door,
    /// At a service desk.
    Desk,
    /// In the field.
    Field,
    /// Investigates cases.
    Investigator,
    /// In a laboratory.
    Laboratory,
    /// Reviews appeals.
    Reviewer,
    /// Publishes rules.
    Policy,
    /// Watches over the others.
    Oversight,
    /// Runs the machines, without sight of personal data.
    Operator,
    /// No human: a scheduled job, such as retention.
    Schedule,
}

/// A role in a body.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Office {
    /// The role.
    pub role: Role,
    /// The public name of the body.
    pub body: BodyName,
}

/// On what ground a ruling may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ground {
    /// The evidence belongs to somebody else or never was.
    WrongEvidence,
    /// The laboratory took its result back.
    ResultWithdrawn,
    /// The person was not there, or not near.
    NotPresent,
    /// Medical findings speak against infection.
    MedicalFinding,
    /// Medical findings speak for infection, with evidence named in the ruling.
    MedicalRisk,
    /// Essential care or work that cannot wait, with conditions.
    EssentialNeed,
    /// A court or ombudsperson decided.
    CourtOrder,
}

/// Why a batch was held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HoldReason {
    /// More than 20 rulings in 24 hours touched the same officers.
    TooManyRulings,
    /// One officer alone said something that would restrict a person: it waits for another word.
    Uncorroborated,
    /// More than 20 cases and positive tests in 24 hours rest on the words of the same two officers.
    TooManyStatements,
    /// A trace found more people than may be asked without a second look.
    TooManyContacts,
    /// A replay changed ratings that no published rule explains.
    UnexplainedChange,
}

/// What a key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyUse {
    /// Signs passes.
    Passes,
    /// Signs the trust list.
    TrustList,
    /// Signs this log's checkpoints.
    Log,
    /// Signs rule sets and deletion records.
    Documents,
}

/// What happened to a key or to trust in an issuer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyChange {
    /// Taken into use.
    Added,
    /// No longer signs; what it signed stays good.
    Retired,
    /// What it signed is no longer good.
    Revoked,
}

/// A class of data with its own retention.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DataClass {
    /// Names, contact details, addresses.
    PersonalDetails,
    /// Symptoms people ticked.
    Declarations,
    /// Daily health checks.
    Checks,
    /// Stays in regions.
    Stays,
    /// Visits to venues.
    Visits,
    /// Journeys.
    Trips,
    /// Who lives together.
    Households,
    /// Contacts a case named.
    NamedContacts,
    /// Laboratory tests.
    Tests,
    /// Cases.
    Cases,
    /// Exposures found by tracing.
    Exposures,
    /// Rulings and appeals.
    Rulings,
    /// Ratings and passes.
    Ratings,
    /// Who looked at which record.
    AccessRecords,
}

/// For what a record was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AccessPurpose {
    /// The person asked for help.
    Assistance,
    /// Investigation of a case.
    CaseInvestigation,
    /// Following up a contact.
    FollowUp,
    /// Review of an appeal.
    Appeal,
    /// Audit.
    Audit,
    /// An export with a second approval.
    Export,
}

/// One row of access statistics.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessCount {
    /// Who looked.
    pub office: Office,
    /// Why.
    pub purpose: AccessPurpose,
    /// How often; small numbers are not told exactly.
    pub accesses: Count,
}

/// What was done. Public facts only; what concerns one person is a [`Commitment`].
///
/// Intervals are half-open. The list is closed: adding a kind is a design decision, and a reader refuses kinds it does
/// not know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Logged {
    /// A rule set was published.
    RuleSetPublished {
        /// Its id.
        rule_set: DocumentName,
        /// Its version.
        version: u32,
        /// The hash of its file.
        document: Sha256Hash,
        /// In force from.
        from: Timestamp,
        /// In force until (not in it).
        to: Timestamp,
    },
    /// Somebody ordered to look for people who were near a place. The exact place is committed to: it may be a home.
    PlaceTraceOrdered {
        /// The administrative area.
        area: AreaName,
        /// How many people were asked.
        asked: Count,
        /// Who approved it besides the one who ordered; another body.
        approved_by: Office,
        /// The whole order.
        order: Commitment,
    },
    /// A ruling on one person was made.
    RulingMade {
        /// On what ground.
        ground: Ground,
        /// How long it lasts, in days, 1 to 14.
        days: u8,
        /// Who approved it besides the one who proposed; another body.
        approved_by: Office,
        /// The whole ruling.
        ruling: Commitment,
    },
    /// An appeal of one person was decided.
    AppealDecided {
        /// Whether the person was right.
        upheld: bool,
        /// The whole decision.
        decision: Commitment,
    },
    /// A batch was held until oversight has looked at it.
    BatchHeld {
        /// Why.
        reason: HoldReason,
        /// How many people it would have touched.
        people: Count,
        /// The whole batch.
        batch: Commitment,
    },
    /// A bundle of evidence was taken in.
    EvidenceImported {
        /// Who approved it besides the one who wanted it; another body.
        approved_by: Office,
        /// How many rows it has.
        rows: Count,
        /// How many of them are positive tests, or suspected or confirmed cases.
        restricting: Count,
        /// Source and hash of the bundle.
        import: Commitment,
    },
    /// Everybody's evidence was exported.
    EvidenceExported {
        /// Who approved it besides the one who wanted it; another body.
        approved_by: Office,
        /// For what.
        export: Commitment,
    },
    /// A key of ours changed.
    KeyChanged {
        /// What the key is for.
        purpose: KeyUse,
        /// Its name.
        name: KeyName,
        /// The hash of the public key.
        public_key: Sha256Hash,
        /// What happened.
        change: KeyChange,
        /// Valid until (not in it).
        to: Timestamp,
    },
    /// Trust in another authority's key changed.
    TrustChanged {
        /// The issuer.
        issuer: KeyName,
        /// The hash of its public key.
        public_key: Sha256Hash,
        /// What happened.
        change: KeyChange,
    },
    /// How many passes a key signed: what passes its holder shows beyond that number are forged.
    PassesIssued {
        /// The hash of the public key.
        public_key: Sha256Hash,
        /// Counted from.
        from: Timestamp,
        /// Counted until (not in it).
        to: Timestamp,
        /// How many.
        passes: Count,
    },
    /// Data of one class were deleted, with the key that sealed them.
    DataDeleted {
        /// The class.
        class: DataClass,
        /// Collected from.
        from: Timestamp,
        /// Collected until (not in it).
        to: Timestamp,
        /// How many records.
        records: Count,
        /// The hash of the signed deletion record.
        deletion_record: Sha256Hash,
    },
    /// How often records were looked at.
    AccessStatistics {
        /// Counted from.
        from: Timestamp,
        /// Counted until (not in it).
        to: Timestamp,
        /// One row for each office and purpose.
        accesses: Vec<AccessCount>,
    },
    /// An accuracy report was published.
    AccuracyReported {
        /// The rule set measured.
        rule_set: DocumentName,
        /// Its version.
        version: u32,
        /// Measured from.
        from: Timestamp,
        /// Measured until (not in it).
        to: Timestamp,
        /// The hash of the report.
        report: Sha256Hash,
    },
}

impl Logged {
    /// The commitment, where the entry is about somebody or some place.
    #[must_use]
    pub fn commitment(&self) -> Option<Commitment> {
        match self {
            Logged::PlaceTraceOrdered { order, .. } => Some(*order),
            Logged::RulingMade { ruling, .. } => Some(*ruling),
            Logged::AppealDecided { decision, .. } => Some(*decision),
            Logged::BatchHeld { batch, .. } => Some(*batch),
            Logged::EvidenceImported { import, .. } => Some(*import),
            Logged::EvidenceExported { export, .. } => Some(*export),
            Logged::RuleSetPublished { .. }
            | Logged::KeyChanged { .. }
            | Logged::TrustChanged { .. }
            | Logged::PassesIssued { .. }
            | Logged::DataDeleted { .. }
            | Logged::AccessStatistics { .. }
            | Logged::AccuracyReported { .. } => None,
        }
    }

    /// How finely its time may be told.
    pub(crate) fn time_unit(&self) -> Unit {
        if self.commitment().is_some() { Unit::Hour } else { Unit::Second }
    }

    fn interval(&self) -> Option<(Timestamp, Timestamp)> {
        match self {
            Logged::RuleSetPublished { from, to, .. }
            | Logged::PassesIssued { from, to, .. }
            | Logged::DataDeleted { from, to, .. }
            | Logged::AccessStatistics { from, to, .. }
            | Logged::AccuracyReported { from, to, .. } => Some((*from, *to)),
            _ => None,
        }
    }

    pub(crate) fn check(&self, by: &Office) -> Result<(), EntryError> {
        if let Some((from, to)) = self.interval()
            && from >= to
        {
            return Err(EntryError::Interval { from, to });
        }
        if let Logged::RulingMade { days, .. } = self
            && !(1..=RULING_DAYS_MAX).contains(days)
        {
            return Err(EntryError::RulingDays(*days));
        }
        match self {
            Logged::RulingMade { approved_by, .. }
            | Logged::PlaceTraceOrdered { approved_by, .. }
            | Logged::EvidenceImported { approved_by, .. }
            | Logged::EvidenceExported { approved_by, .. }
                if approved_by.body == by.body =>
            {
                Err(EntryError::OneBody(by.body.to_string()))
            }
            _ => Ok(()),
        }
    }
}
