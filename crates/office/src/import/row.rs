//! The rows of a bundle, and what becomes of each.

use std::collections::BTreeSet;

use evidence::{
    About, Case, CaseId, CaseStatus, Check, Declaration, EvidenceKind, HouseholdId, HouseholdMember,
    NamedContact, Person, PersonId, RegionPeriod, Ruling, Stay, Test, TestId, TestResult, Trip, Venue,
    VenueId, Visit,
};
use jiff::Timestamp;
use serde::Serialize;
use store::{DayVisit, RecordId};

use super::{Import, Taken};
use crate::{
    backup::Erased,
    desk::{Desk, day_of},
    error::OfficeError,
    kept::{Kept, Piece, Resident, Says},
    particulars::Particulars,
};

/// A row of a bundle.
#[derive(Debug, Clone, PartialEq)]
pub enum ImportRow {
    /// `people`
    Person(Person),
    /// `households`
    Household(HouseholdMember),
    /// `regions`
    Region(RegionPeriod),
    /// `venues`
    Venue(Venue),
    /// `visits`
    Visit(About<Visit>),
    /// `declarations`
    Declaration(About<Declaration>),
    /// `checks`
    Check(About<Check>),
    /// `stays`
    Stay(About<Stay>),
    /// `trips`
    Trip(About<Trip>),
    /// `tests`
    Test(About<Test>),
    /// `cases`
    Case(About<Case>),
    /// `named_contacts`
    NamedContact(NamedContact),
    /// `rulings`
    Ruling(About<Ruling>),
}

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Imported {
    /// It was taken in.
    New,
    /// It had been taken in before.
    There,
    /// It was not, for this reason.
    Rejected(&'static str),
}

const NO_PERSON: &str = "the person was not taken in; correct their row in `people` first";
const LEFT: &str = "the person was here, left and had everything erased; they may register again themselves";
const TOO_OLD: &str = "it is older than evidence of its kind is kept";
const FUTURE: &str = "it lies in the future; check the clock of the system that it is from";

impl ImportRow {
    /// Whether it would restrict somebody.
    #[must_use]
    pub fn restricts(&self) -> bool {
        match self {
            ImportRow::Test(test) => test.says.result == TestResult::Positive,
            ImportRow::Case(case) => {
                matches!(case.says.status, CaseStatus::Suspected | CaseStatus::Confirmed)
            }
            _ => false,
        }
    }
}

impl Desk<'_> {
    /// Takes in rows; gives what became of each, and how many of those taken in restrict somebody.
    pub(super) async fn import_rows(
        &mut self,
        import: &Import,
        rows: &[ImportRow],
    ) -> Result<(Vec<Imported>, u64), OfficeError> {
        let source = import.source.as_str();
        let (mut imported, mut restricted) = (Vec::with_capacity(rows.len()), 0);
        let mut rerate = BTreeSet::new();
        for row in rows {
            let became = match row {
                ImportRow::Person(person) => self.import_person(source, person).await?,
                ImportRow::Household(member) => self.import_household(source, member).await?,
                ImportRow::Visit(visit) => self.import_visit(source, visit).await?,
                ImportRow::Region(_) => Imported::Rejected(
                    "the authority publishes the levels of regions; they are not taken from elsewhere",
                ),
                ImportRow::Venue(_) => Imported::Rejected(
                    "a venue is registered by whoever puts its code at the door; visits to it are taken in",
                ),
                ImportRow::NamedContact(_) => Imported::Rejected(
                    "whom a case named is recorded when the case is interviewed, so that they can be called",
                ),
                ImportRow::Ruling(_) => Imported::Rejected(
                    "a ruling is made here by two officers of different bodies and never enters by import",
                ),
                row => self.import_evidence(import, row, &mut rerate).await?,
            };
            restricted += u64::from(became == Imported::New && row.restricts());
            imported.push(became);
        }
        self.rerate_all(&rerate).await?;
        Ok((imported, restricted))
    }

    fn imported_person(&self, source: &str, person: &PersonId) -> Result<PersonId, OfficeError> {
        Ok(PersonId::new(self.import_id("person", source, person.as_str())?.as_str())?)
    }

    async fn import_person(&mut self, source: &str, row: &Person) -> Result<Imported, OfficeError> {
        let person = self.imported_person(source, &row.person)?;
        if self.resident(&person).await?.is_some() {
            return Ok(Imported::There);
        }
        if self.has_left(&person).await? {
            return Ok(Imported::Rejected(LEFT));
        }
        self.new_data_key(&person).await?;
        let resident = Resident {
            person: person.clone(),
            // Bundles have no names. A desk writes it down when the person comes.
            name: String::new(),
            contact: None,
            household: None,
            area: row.area.as_ref().map(ToString::to_string),
            particulars: Particulars { birth_year: row.birth_year, sex: row.sex, ..Particulars::default() },
            proxies: Vec::new(),
            registered: self.at,
        };
        let id = record_id(person.as_str())?;
        self.file_as(id, &resident, None).await?;
        Ok(Imported::New)
    }

    async fn has_left(&mut self, person: &PersonId) -> Result<bool, OfficeError> {
        let lookup = self.office.keys.lookup(Erased::KIND, person.as_str())?.0;
        Ok(!self.tx.found_by(Erased::KIND, &lookup).await?.is_empty())
    }

    async fn import_household(
        &mut self,
        source: &str,
        row: &HouseholdMember,
    ) -> Result<Imported, OfficeError> {
        let person = self.imported_person(source, &row.person)?;
        let Some(mut resident) = self.resident(&person).await? else {
            return Ok(Imported::Rejected(NO_PERSON));
        };
        let household = self.import_id("household", source, row.household.as_str())?;
        let household = HouseholdId::new(household.as_str())?;
        match &resident.what.household {
            Some(home) if *home == household => Ok(Imported::There),
            Some(_) => Ok(Imported::Rejected("the person has a home here; they or a desk change it")),
            None => {
                resident.what.household = Some(household.clone());
                self.refile(&resident).await?;
                self.lives_in(&person, &household).await?;
                Ok(Imported::New)
            }
        }
    }

    async fn import_visit(&mut self, source: &str, row: &About<Visit>) -> Result<Imported, OfficeError> {
        let person = self.imported_person(source, &row.person)?;
        if self.resident(&person).await?.is_none() {
            return Ok(Imported::Rejected(NO_PERSON));
        }
        let Visit { venue, entered, left } = &row.says;
        if *entered > self.at || left.is_some_and(|left| left > self.at) {
            return Ok(Imported::Rejected(FUTURE));
        }
        let kept = EvidenceKind::Visit.retention().unwrap_or_default();
        let day = day_of(*entered);
        if day < day_of(self.ago(kept)) {
            return Ok(Imported::Rejected(TOO_OLD));
        }
        let says = serde_json::to_string(&(&row.person, venue, entered, left))?;
        let id = self.import_id("visit", source, &says)?;
        // The visit itself may have moved to where it is not found by its id.
        if self.filed::<Taken>(&id).await?.is_some() {
            return Ok(Imported::There);
        }
        let until = entered.checked_add(kept)?.checked_add(jiff::SignedDuration::from_hours(48))?;
        self.file_as(id.clone(), &Taken { until }, None).await?;
        let key = self.day_key(day, true).await?.ok_or(OfficeError::Unknown("day"))?;
        let venue = VenueId::new(self.import_id("venue", source, venue.as_str())?.as_str())?;
        let pseudonym = key.pseudonym(&person)?;
        self.tx.add_visit(&DayVisit { id, day, pseudonym, venue, entered: *entered, left: *left }).await?;
        Ok(Imported::New)
    }

    async fn import_evidence(
        &mut self,
        import: &Import,
        row: &ImportRow,
        rerate: &mut BTreeSet<PersonId>,
    ) -> Result<Imported, OfficeError> {
        let source = import.source.as_str();
        let Some((person, says, known)) = self.evidence_of(source, row)? else {
            return Ok(Imported::Rejected("it has no date from which it can be known"));
        };
        let kind = says.kind();
        let id = self.import_id(kind.word(), source, &serde_json::to_string(&(&person, &says))?)?;
        let person = self.imported_person(source, &person)?;
        if self.resident(&person).await?.is_none() {
            return Ok(Imported::Rejected(NO_PERSON));
        }
        if known > self.at {
            return Ok(Imported::Rejected(FUTURE));
        }
        // Retention goes by when it became known, not by when it came here.
        let piece = Piece { person: person.clone(), received: known, says };
        if piece.keep_until().is_none_or(|until| until <= self.at) {
            return Ok(Imported::Rejected(TOO_OLD));
        }
        if self.filed::<Piece>(&id).await?.is_some() {
            return Ok(Imported::There);
        }
        self.file_as(id, &piece, None).await?;
        rerate.insert(person.clone());
        if row.restricts() {
            self.vouch(import, &person).await?;
        }
        if let Says::Case(case) = &piece.says
            && matches!(case.status, CaseStatus::Suspected | CaseStatus::Confirmed)
        {
            self.trace(&person, case, None).await?;
        }
        Ok(Imported::New)
    }

    /// Whom a row is about, what it says with ids of this office, and since when it is known.
    fn evidence_of(
        &self,
        source: &str,
        row: &ImportRow,
    ) -> Result<Option<(PersonId, Says, Timestamp)>, OfficeError> {
        let id = |what: &str, id: &str| self.import_id(what, source, id);
        Ok(Some(match row {
            ImportRow::Declaration(row) => {
                (row.person.clone(), Says::Declaration(row.says.clone()), row.says.at)
            }
            ImportRow::Check(row) => (row.person.clone(), Says::Check(row.says.clone()), row.says.at),
            ImportRow::Stay(row) => {
                (row.person.clone(), Says::Stay(row.says.clone()), row.says.left.unwrap_or(row.says.arrived))
            }
            ImportRow::Trip(row) => (row.person.clone(), Says::Trip(row.says.clone()), row.says.arrived),
            ImportRow::Test(row) => {
                let test = TestId::new(id("test", row.says.test.as_str())?.as_str())?;
                (row.person.clone(), Says::Test(Test { test, ..row.says.clone() }), row.says.known())
            }
            ImportRow::Case(row) => {
                let Some(known) = row.says.known() else { return Ok(None) };
                let case = CaseId::new(id("case", row.says.case.as_str())?.as_str())?;
                (row.person.clone(), Says::Case(Case { case, ..row.says.clone() }), known)
            }
            _ => return Ok(None),
        }))
    }
}

fn record_id(text: &str) -> Result<RecordId, OfficeError> {
    RecordId::parse(text).ok_or_else(|| OfficeError::Unreadable("an id".to_owned()))
}

/// What became of rows, added up: `read = taken + rejected`, of those taken `there` had been taken before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct ImportCount {
    /// Rows read.
    pub read: u64,
    /// Rows that are in the office now.
    pub taken: u64,
    /// Of these, rows that were there before.
    pub there: u64,
    /// Rows that were not taken in.
    pub rejected: u64,
}

impl ImportCount {
    /// Counts a row.
    pub fn add(&mut self, imported: Imported) {
        self.read += 1;
        match imported {
            Imported::New => self.taken += 1,
            Imported::There => {
                self.taken += 1;
                self.there += 1;
            }
            Imported::Rejected(_) => self.rejected += 1,
        }
    }
}
