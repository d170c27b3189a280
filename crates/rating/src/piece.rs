//! One person's evidence as a rating sees it: versions, each known from an instant.

use evidence::{
    Case, CaseStatus, Check, Declaration, EvidenceKind, Exposure, RegionPeriod, Ruling, Stay, Test,
    TestResult, Trip,
};
use jiff::Timestamp;
use smallvec::SmallVec;

/// One version of a piece of evidence.
#[derive(Debug, Clone, PartialEq)]
pub struct Piece {
    /// The instant from which this version is known.
    pub known: Timestamp,
    /// The instant at which a later version took its place; `None` for the last.
    pub superseded: Option<Timestamp>,
    /// What it says.
    pub says: Says,
}

/// What a piece of evidence says: the kinds a rule may speak of.
#[derive(Debug, Clone, PartialEq)]
pub enum Says {
    /// Symptoms a person ticked.
    Declaration(Declaration),
    /// A daily health check.
    Check(Check),
    /// A stay in a region.
    Stay(Stay),
    /// A journey.
    Trip(Box<Trip>),
    /// A laboratory test.
    Test(Test),
    /// A case.
    Case(Box<Case>),
    /// Was near a case.
    Exposure(Box<Exposure>),
}

impl Says {
    /// The kind of evidence.
    #[must_use]
    pub fn kind(&self) -> EvidenceKind {
        match self {
            Says::Declaration(_) => EvidenceKind::Declaration,
            Says::Check(_) => EvidenceKind::Check,
            Says::Stay(_) => EvidenceKind::Stay,
            Says::Trip(_) => EvidenceKind::Trip,
            Says::Test(_) => EvidenceKind::Test,
            Says::Case(_) => EvidenceKind::Case,
            Says::Exposure(_) => EvidenceKind::Exposure,
        }
    }

    /// Whether this can only speak for the person: no rule may restrict anybody on it.
    #[must_use]
    pub fn is_protective(&self) -> bool {
        match self {
            Says::Declaration(declaration) => declaration.symptoms.is_empty(),
            Says::Check(check) => check.is_healthy(),
            Says::Test(test) => test.result == TestResult::Negative,
            Says::Case(case) => matches!(case.status, CaseStatus::Recovered | CaseStatus::Discarded),
            Says::Stay(_) | Says::Trip(_) | Says::Exposure(_) => false,
        }
    }
}

/// A short list of versions, in order of time.
pub type Versions = SmallVec<[Piece; 2]>;

impl Piece {
    fn single(known: Timestamp, says: Says) -> Self {
        Piece { known, superseded: None, says }
    }

    /// A declaration, known when it was made.
    #[must_use]
    pub fn of_declaration(declaration: Declaration) -> Self {
        Self::single(declaration.at, Says::Declaration(declaration))
    }

    /// A daily check, known when it was made.
    #[must_use]
    pub fn of_check(check: Check) -> Self {
        Self::single(check.at, Says::Check(check))
    }

    /// A trip, known on arrival.
    #[must_use]
    pub fn of_trip(trip: Trip) -> Self {
        Self::single(trip.arrived, Says::Trip(Box::new(trip)))
    }

    /// A test, known when reported.
    #[must_use]
    pub fn of_test(test: Test) -> Self {
        Self::single(test.known(), Says::Test(test))
    }

    /// An exposure, known when its case became known or, if later, when the contact happened first.
    #[must_use]
    pub fn of_exposure(exposure: Exposure, case_known: Timestamp) -> Self {
        Self::single(case_known.max(exposure.first), Says::Exposure(Box::new(exposure)))
    }

    /// The versions of a case: as it became known, then as isolation and recovery did. Empty for a case without any
    /// date.
    #[must_use]
    pub fn of_case(case: &Case) -> Versions {
        let Some(known) = case.known() else { return Versions::new() };
        let mut instants: SmallVec<[Timestamp; 4]> = SmallVec::from_slice(&[known]);
        instants.extend([case.isolated, case.recovered].into_iter().flatten().filter(|t| *t > known));
        versions(instants, |at| case.as_known(at).map(|case| Says::Case(Box::new(case))))
    }

    /// The versions of a stay: open from arrival, over from departure, and whenever the region's level became higher
    /// while the person was there. `periods` are the published levels of this region.
    ///
    /// Where no period is given the stay keeps the level it carries.
    #[must_use]
    pub fn of_stay(stay: &Stay, periods: &[RegionPeriod]) -> Versions {
        let during = |period: &&RegionPeriod| {
            period.region == stay.region
                && stay.left.is_none_or(|left| period.from < left)
                && period.to.is_none_or(|to| to > stay.arrived)
        };
        let mut instants: SmallVec<[Timestamp; 4]> = SmallVec::from_slice(&[stay.arrived]);
        instants.extend(stay.left);
        instants.extend(periods.iter().filter(during).map(|p| p.from).filter(|from| *from > stay.arrived));
        versions(instants, |at| {
            let published = periods.iter().filter(during).filter(|p| p.from <= at).map(|p| p.level).max();
            Some(Says::Stay(Stay {
                region_level: published.or(stay.region_level),
                left: stay.left.filter(|left| *left <= at),
                ..stay.clone()
            }))
        })
    }

    /// A name for this piece of evidence, unique among the person's own. An exposure's does not tell the case.
    #[must_use]
    pub fn evidence_id(&self) -> String {
        let kind = self.says.kind();
        match &self.says {
            Says::Declaration(declaration) => format!("{kind}@{}", declaration.at),
            Says::Check(check) => format!("{kind}@{}", check.at),
            Says::Stay(stay) => format!("{kind}:{}@{}", stay.region, stay.arrived),
            Says::Trip(trip) => format!("{kind}:{}@{}", trip.vehicle, trip.departed),
            Says::Test(test) => format!("{kind}:{}", test.test),
            Says::Case(case) => format!("{kind}:{}", case.case),
            Says::Exposure(exposure) => format!("{kind}:{}@{}", exposure.setting, exposure.first),
        }
    }

    /// Whether two versions belong to the same piece of evidence.
    pub(crate) fn same_piece(&self, other: &Piece) -> bool {
        match (&self.says, &other.says) {
            (Says::Stay(a), Says::Stay(b)) => a.region == b.region && a.arrived == b.arrived,
            (Says::Case(a), Says::Case(b)) => a.case == b.case,
            (a, b) => a == b,
        }
    }
}

/// Chains what was known at each of some instants into versions.
fn versions(
    mut instants: SmallVec<[Timestamp; 4]>,
    as_known: impl Fn(Timestamp) -> Option<Says>,
) -> Versions {
    instants.sort_unstable();
    instants.dedup();
    let mut chain = Versions::new();
    for at in instants {
        let Some(says) = as_known(at) else { continue };
        if let Some(before) = chain.last_mut() {
            if before.says == says {
                continue;
            }
            before.superseded = Some(at);
        }
        chain.push(Piece { known: at, superseded: None, says });
    }
    chain
}

/// Everything a rating may know of one person.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Evidence {
    /// Versions of evidence, in any order.
    pub pieces: Vec<Piece>,
    /// Rulings about the person, in any order.
    pub rulings: Vec<Ruling>,
}
