//! Taking in an evidence bundle. A bundle names people, and must be no way to turn named people red: an officer of another body
//! approves it, one that restricts many is held until oversight of a third body lets it go on (R5), and everything is logged with
//! counts. Rulings never enter this way (R4).
//!
//! Every row is taken or rejected with its reason (R17). A row's id is a keyed hash of what it says and where it is from, so that
//! the same bundle taken in again, or after a crash, adds nothing twice.

mod row;

use evidence::{EvidenceKind, OfficerId, PersonId};
use jiff::{SignedDuration, Timestamp};
use ledger::{Commitment, Count, HoldReason, Logged, Sha256Hash};
use serde::{Deserialize, Serialize};
use serde_json::Map;
use store::RecordId;

pub use self::row::{ImportCount, ImportRow, Imported};
use crate::{
    actor::{Actor, Officer, Role},
    desk::{Desk, Filed},
    error::OfficeError,
    kept::Kept,
    office::{Office, transact},
    oversight::AlertAbout,
    permissions::UseCase,
    together::TOGETHER,
};

/// Rows in [`TOGETHER`] that may restrict people before imports are held.
const RESTRICTING_MAX: u64 = 20;
/// How long an import is remembered.
const KEPT: SignedDuration = SignedDuration::from_hours(24 * 365 * 3);
/// Most imports of a day that are looked at.
const A_DAY_MAX: u32 = 10_000;

/// A bundle that is to be taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportWanted {
    /// Where it is from, as people were told.
    pub source: String,
    /// The hash of its rows.
    pub bundle: Sha256Hash,
    /// How many rows it has.
    pub rows: u64,
    /// How many of them are positive tests, or suspected or confirmed cases.
    pub restricting: u64,
}

/// An import. It says nothing of whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Import {
    /// Who wants it.
    pub by: Officer,
    /// Who of another body approved it.
    pub approved_by: Option<Officer>,
    /// Who of oversight let it go on.
    pub released_by: Option<Officer>,
    /// Where it is from.
    pub source: String,
    /// The hash of its rows.
    pub bundle: Sha256Hash,
    /// How many rows it has.
    pub rows: u64,
    /// How many rows that restrict were approved.
    pub restricting: u64,
    /// How many of them were taken in.
    pub restricted: u64,
    /// When it was wanted first.
    pub at: Timestamp,
    /// How far it has come.
    pub stage: ImportStage,
}

/// How far an import has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportStage {
    /// It waits for the approval of an officer of another body.
    Waiting,
    /// It waits for oversight.
    Held,
    /// Its rows are taken in.
    Open,
    /// All of its rows have been read.
    Done,
}

impl Kept for Import {
    const KIND: &'static str = "import";
    fn person(&self) -> Option<&PersonId> {
        None
    }
    fn state(&self) -> &'static str {
        match self.stage {
            ImportStage::Waiting => "waiting",
            ImportStage::Held => "held",
            ImportStage::Open => "open",
            ImportStage::Done => "done",
        }
    }
    fn keep_until(&self) -> Option<Timestamp> {
        self.at.checked_add(KEPT).ok()
    }
}

/// Whether an officer may stand beside an import or export of somebody: another body, and a role that answers for evidence.
pub(crate) fn approves(officer: &Officer, by: &Officer) -> bool {
    officer.body != by.body && matches!(officer.role, Role::Investigator | Role::Reviewer)
}

impl Office {
    /// Begins an import, or goes on with it: gives its id and how far it has come. `beside` are officers whose approval of just this
    /// bundle was verified.
    ///
    /// # Errors
    /// [`OfficeError::Forbidden`] for anybody but an operator.
    pub async fn begin_import(
        &self,
        actor: &Actor,
        wanted: &ImportWanted,
        beside: &[Officer],
    ) -> Result<(RecordId, ImportStage), OfficeError> {
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::Import, None, "").await?;
            let by = actor.officer().ok_or(OfficeError::Unknown("officer"))?.clone();
            let id = desk.import_id("bundle", &wanted.source, &wanted.bundle.to_string())?;
            let known = desk.filed::<Import>(&id).await?;
            let is_new = known.is_none();
            let filed = match known {
                Some(filed) => filed,
                None => desk.want(id.clone(), by, wanted).await?,
            };
            let import = filed.what.clone();
            let stage = desk.decide_import(filed, beside).await?;
            if is_new && stage == ImportStage::Waiting {
                desk.log_import_held(&import, HoldReason::Uncorroborated).await?;
            }
            Ok((id, stage))
        })
    }

    /// Takes in rows of an import; gives what became of each. Those whom they are about are rated anew, contacts of cases are found.
    ///
    /// # Errors
    /// [`OfficeError::Refused`] where the import is not open, or more rows restrict people than were approved.
    pub async fn import(
        &self,
        actor: &Actor,
        import: &RecordId,
        rows: &[ImportRow],
    ) -> Result<Vec<Imported>, OfficeError> {
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::Import, None, "").await?;
            let mut filed = desk.open_import(import).await?;
            let (imported, restricted) = desk.import_rows(&filed.what.clone(), rows).await?;
            filed.what.restricted += restricted;
            if filed.what.restricted > filed.what.restricting {
                return Err(OfficeError::refused(
                    "more rows would restrict people than were approved",
                    "have the bundle approved as it is",
                ));
            }
            if restricted > 0 {
                desk.refile(&filed).await?;
            }
            Ok(imported)
        })
    }

    /// Ends an import whose rows have all been read.
    ///
    /// # Errors
    /// [`OfficeError::Refused`] where the rows were not those that were approved.
    pub async fn end_import(
        &self,
        actor: &Actor,
        import: &RecordId,
        read: Sha256Hash,
    ) -> Result<(), OfficeError> {
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::Import, None, "").await?;
            let mut filed = desk.open_import(import).await?;
            if read != filed.what.bundle {
                return Err(OfficeError::refused(
                    "the bundle changed while it was read",
                    "compare it with the one that was approved",
                ));
            }
            filed.what.stage = ImportStage::Done;
            desk.refile(&filed).await
        })
    }

    /// Imports that are held, the oldest first.
    ///
    /// # Errors
    /// [`OfficeError::Forbidden`] for anybody but oversight.
    pub async fn held_imports(&self, actor: &Actor) -> Result<Vec<(RecordId, Import)>, OfficeError> {
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::ReleaseHeld, None, "").await?;
            let held = desk.in_state::<Import>("held", None, A_DAY_MAX).await?.into_iter();
            let mut held: Vec<_> = held.map(|filed| (filed.id, filed.what)).collect();
            held.sort_by_key(|(_, import)| import.at);
            Ok(held)
        })
    }

    /// Lets a held import go on.
    ///
    /// # Errors
    /// [`OfficeError::Forbidden`] for anybody but oversight of a third body, [`OfficeError::Unknown`] where no such import is held.
    pub async fn release_import(&self, actor: &Actor, import: &RecordId) -> Result<(), OfficeError> {
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::ReleaseHeld, None, "").await?;
            let officer = actor.officer().ok_or(OfficeError::Unknown("officer"))?.clone();
            let filed = desk.filed::<Import>(import).await?;
            let filed = filed.filter(|filed| filed.what.stage == ImportStage::Held);
            let filed = filed.ok_or(OfficeError::Unknown("held import"))?;
            if !filed.what.may_be_released_by(&officer) {
                return Err(OfficeError::Forbidden {
                    role: officer.role.word(),
                    what: "release what their own body wants or approved",
                });
            }
            desk.decide_import(filed, &[officer]).await?;
            Ok(())
        })
    }
}

impl Import {
    fn may_be_released_by(&self, officer: &Officer) -> bool {
        let approved = self.approved_by.as_ref().is_some_and(|approved| approved.body == officer.body);
        officer.role == Role::Oversight && officer.body != self.by.body && !approved
    }
}

impl Desk<'_> {
    /// An id that only this office can make, of something that is imported.
    pub(crate) fn import_id(&self, what: &str, source: &str, says: &str) -> Result<RecordId, OfficeError> {
        let hash = self.office.keys.lookup(&format!("import {what}"), &format!("{source}\n{says}"))?.0;
        let bytes = hash.first_chunk::<16>().ok_or_else(|| OfficeError::Unreadable("a hash".to_owned()))?;
        Ok(RecordId::from_random(*bytes))
    }

    async fn want(
        &mut self,
        id: RecordId,
        by: Officer,
        wanted: &ImportWanted,
    ) -> Result<Filed<Import>, OfficeError> {
        let what = Import {
            by,
            approved_by: None,
            released_by: None,
            source: wanted.source.clone(),
            bundle: wanted.bundle,
            rows: wanted.rows,
            restricting: wanted.restricting,
            restricted: 0,
            at: self.at,
            stage: ImportStage::Waiting,
        };
        self.file_as(id.clone(), &what, None).await?;
        Ok(Filed { id, version: 1, lookup: None, what })
    }

    /// Lets an import come as far as those who stand beside it carry it.
    async fn decide_import(
        &mut self,
        mut filed: Filed<Import>,
        beside: &[Officer],
    ) -> Result<ImportStage, OfficeError> {
        let before = filed.what.stage;
        if matches!(before, ImportStage::Open | ImportStage::Done) {
            return Ok(before);
        }
        let what = &mut filed.what;
        if what.approved_by.is_none() {
            what.approved_by = beside.iter().find(|officer| approves(officer, &what.by)).cloned();
        }
        if what.released_by.is_none() {
            what.released_by = beside.iter().find(|officer| what.may_be_released_by(officer)).cloned();
        }
        let Some(approved_by) = what.approved_by.clone() else { return Ok(ImportStage::Waiting) };
        let released = what.released_by.is_some();
        let together = self.restricting_today().await? + filed.what.restricting;
        if together > RESTRICTING_MAX && filed.what.restricting > 0 && !released {
            if before != ImportStage::Held {
                filed.what.stage = ImportStage::Held;
                self.refile(&filed).await?;
                self.log_import_held(&filed.what, HoldReason::TooManyStatements).await?;
                self.alert(AlertAbout::ImportHeld).await?;
            }
            return Ok(ImportStage::Held);
        }
        filed.what.stage = ImportStage::Open;
        // It counts with others from now on.
        filed.what.at = self.at;
        self.refile(&filed).await?;
        let import = self.commit_to(&filed.what)?;
        let (rows, restricting) = (Count::of_many(filed.what.rows), Count::of_many(filed.what.restricting));
        let by = filed.what.by.logged();
        let approved_by = approved_by.logged();
        self.log(by, Logged::EvidenceImported { approved_by, rows, restricting, import }).await?;
        Ok(ImportStage::Open)
    }

    /// How many rows that restrict were approved in the last day, in all imports together: many small ones are one large one.
    async fn restricting_today(&mut self) -> Result<u64, OfficeError> {
        let since = self.ago(TOGETHER);
        let mut restricting = 0;
        for state in ["open", "done"] {
            let imports = self.in_state::<Import>(state, None, A_DAY_MAX).await?;
            let today = imports.iter().filter(|filed| filed.what.at > since);
            restricting += today.map(|filed| filed.what.restricting).sum::<u64>();
        }
        Ok(restricting)
    }

    async fn open_import(&mut self, import: &RecordId) -> Result<Filed<Import>, OfficeError> {
        let filed = self.filed::<Import>(import).await?.ok_or(OfficeError::Unknown("import"))?;
        match filed.what.stage {
            ImportStage::Open | ImportStage::Done => Ok(filed),
            ImportStage::Waiting | ImportStage::Held => Err(OfficeError::refused(
                "the import is not approved",
                "have an officer of another body approve it, and oversight where it is held",
            )),
        }
    }

    async fn log_import_held(&mut self, import: &Import, reason: HoldReason) -> Result<(), OfficeError> {
        let batch = self.commit_to(import)?;
        let people = Count::of_many(import.restricting);
        self.log(import.by.logged(), Logged::BatchHeld { reason, people, batch }).await?;
        Ok(())
    }

    /// A commitment to something about nobody, whose opening nobody needs: it is kept itself.
    pub(crate) fn commit_to(&self, what: &impl Serialize) -> Result<Commitment, OfficeError> {
        let mut fields = Map::new();
        fields.insert("what".to_owned(), serde_json::to_value(what)?);
        let (.., commitment) = self.commit(fields)?;
        Ok(commitment)
    }
}

/// Who brought in evidence that restricts a person: none of them decides an appeal of theirs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vouched {
    /// Whom it is about.
    pub person: PersonId,
    /// Who wanted the import, who of another body approved it, and who let it go on where it was held.
    pub officers: Vec<OfficerId>,
    /// When.
    pub at: Timestamp,
}

impl Kept for Vouched {
    const KIND: &'static str = "vouched";
    fn person(&self) -> Option<&PersonId> {
        Some(&self.person)
    }
    fn keep_until(&self) -> Option<Timestamp> {
        self.at.checked_add(EvidenceKind::Case.retention()?).ok()
    }
}

impl Desk<'_> {
    /// Remembers who brought in evidence that restricts a person.
    async fn vouch(&mut self, import: &Import, person: &PersonId) -> Result<(), OfficeError> {
        let officers = [Some(&import.by), import.approved_by.as_ref(), import.released_by.as_ref()];
        let officers = officers.into_iter().flatten().map(|officer| officer.officer.clone()).collect();
        self.file(&Vouched { person: person.clone(), officers, at: self.at }).await?;
        Ok(())
    }
}

/// Kept so that a row without a record of its own is not taken in twice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Taken {
    until: Timestamp,
}

impl Kept for Taken {
    const KIND: &'static str = "imported_visit";
    fn person(&self) -> Option<&PersonId> {
        None
    }
    fn keep_until(&self) -> Option<Timestamp> {
        Some(self.until)
    }
}
