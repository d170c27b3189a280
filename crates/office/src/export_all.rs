//! Everybody's evidence as rows, for another instance or an authority that follows. An officer of another body approves it with a
//! purpose, it is logged with counts, and everybody sees it among the looks at their record (R19, R6).

use evidence::{AreaId, HouseholdMember, Person, PersonId};
use jiff::{SignedDuration, Timestamp};
use ledger::Logged;
use serde::{Deserialize, Serialize};
use store::RecordId;

use crate::{
    actor::{Actor, Officer},
    desk::Desk,
    error::OfficeError,
    import::approves,
    kept::{Access, Kept, Piece, Resident},
    office::{Office, transact},
    oversight::AlertAbout,
    particulars::Particulars,
    permissions::UseCase,
};

/// How long an approved export may go on.
const OPEN: SignedDuration = SignedDuration::from_hours(24);
/// How long it is remembered.
const KEPT: SignedDuration = SignedDuration::from_hours(24 * 365 * 3);
/// People in one transaction.
const AT_ONCE: u32 = 50;

/// An export of everybody's evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WholeExport {
    /// Who wanted it.
    pub by: Officer,
    /// Who of another body approved it.
    pub approved_by: Officer,
    /// What for.
    pub purpose: String,
    /// When.
    pub at: Timestamp,
}

impl Kept for WholeExport {
    const KIND: &'static str = "whole_export";
    fn person(&self) -> Option<&PersonId> {
        None
    }
    fn keep_until(&self) -> Option<Timestamp> {
        self.at.checked_add(KEPT).ok()
    }
}

/// One person's rows. There is no name, contact detail or identity number among them, for bundles have no place for any.
#[derive(Debug, Clone, PartialEq)]
pub struct PersonRows {
    /// The person.
    pub person: Person,
    /// Their home.
    pub household: Option<HouseholdMember>,
    /// Their evidence.
    pub evidence: Vec<Piece>,
}

impl Office {
    /// Begins an export that an officer of another body approved; gives its id.
    ///
    /// # Errors
    /// [`OfficeError::Refused`] without an approval by an investigator or reviewer of another body, or without a purpose.
    pub async fn begin_whole_export(
        &self,
        actor: &Actor,
        purpose: &str,
        beside: &[Officer],
    ) -> Result<RecordId, OfficeError> {
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::ExportAll, None, "").await?;
            let by = actor.officer().ok_or(OfficeError::Unknown("officer"))?.clone();
            if purpose.trim().is_empty() {
                return Err(OfficeError::refused("a purpose is missing", "say what the export is for"));
            }
            let Some(approved_by) = beside.iter().find(|officer| approves(officer, &by)).cloned() else {
                return Err(OfficeError::refused(
                    "nobody of another body approved the export",
                    "have an investigator or reviewer of another body approve it",
                ));
            };
            let export = WholeExport { by, approved_by, purpose: purpose.to_owned(), at: desk.at };
            let id = desk.file(&export).await?;
            desk.alert(AlertAbout::Exported).await?;
            let commitment = desk.commit_to(&export)?;
            let (by, approved_by) = (export.by.logged(), export.approved_by.logged());
            desk.log(by, Logged::EvidenceExported { approved_by, export: commitment }).await?;
            Ok(id)
        })
    }

    /// Rows of the next people after one, who see it; with the last of them, if there was any. Calling it again after a crash gives
    /// the same rows, and another access.
    ///
    /// # Errors
    /// [`OfficeError::Refused`] where the export was not begun within the last day.
    pub async fn export_some(
        &self,
        actor: &Actor,
        export: &RecordId,
        after: Option<&RecordId>,
    ) -> Result<(Vec<PersonRows>, Option<RecordId>), OfficeError> {
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::ExportAll, None, "").await?;
            let begun = desk.filed::<WholeExport>(export).await?.ok_or(OfficeError::Unknown("export"))?.what;
            if begun.at < desk.ago(OPEN) {
                return Err(OfficeError::refused(
                    "the approval is older than a day",
                    "have it approved again",
                ));
            }
            let residents = desk.in_state::<Resident>("kept", after, AT_ONCE).await?;
            let last = residents.last().map(|filed| filed.id.clone());
            let mut rows = Vec::with_capacity(residents.len());
            for resident in residents {
                rows.push(desk.rows_of(resident.what, &begun).await?);
            }
            Ok((rows, last))
        })
    }
}

impl Desk<'_> {
    async fn rows_of(&mut self, resident: Resident, export: &WholeExport) -> Result<PersonRows, OfficeError> {
        let person = resident.person;
        let access = Access {
            person: person.clone(),
            at: self.at,
            role: export.by.role,
            body: export.by.body.clone(),
            part: format!("{}, approved by {}", UseCase::ExportAll.words(), export.approved_by.body),
            purpose: export.purpose.clone(),
        };
        self.file(&access).await?;
        let evidence = self.about::<Piece>(&person).await?.into_iter().map(|filed| filed.what).collect();
        let household =
            resident.household.map(|household| HouseholdMember { household, person: person.clone() });
        let area = resident.area.and_then(|area| AreaId::new(&area).ok());
        let Particulars { birth_year, sex, .. } = resident.particulars;
        let person = Person { person, birth_year, sex, region: None, area };
        Ok(PersonRows { person, household, evidence })
    }
}
