//! A line list of a case's contacts: personal rows leave the office only for a case, with a second approval, and everybody on the list
//! sees it (R19, R6).

use evidence::{CaseId, PersonId};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use store::RecordId;

use crate::{
    actor::{Actor, Officer, Role},
    desk::Desk,
    error::OfficeError,
    kept::{Kept, Piece, Rated, Resident, Says, days},
    office::{Office, transact},
    oversight::AlertAbout,
    permissions::UseCase,
};

/// How long an approval holds.
const APPROVED_FOR: SignedDuration = SignedDuration::from_hours(24);

/// A line list that somebody asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineList {
    /// The case's person.
    pub person: PersonId,
    /// The case.
    pub case: CaseId,
    /// Who asked.
    pub by: Officer,
    /// Why, in their words.
    pub purpose: String,
    /// When.
    pub at: Timestamp,
    /// Who approved it, and when.
    pub approved: Option<(Officer, Timestamp)>,
    /// How many rows were taken out, and when; once.
    pub taken: Option<(u64, Timestamp)>,
}

impl Kept for LineList {
    const KIND: &'static str = "line_list";
    fn person(&self) -> Option<&PersonId> {
        Some(&self.person)
    }
    fn state(&self) -> &'static str {
        match (&self.approved, &self.taken) {
            (_, Some(_)) => "taken",
            (Some(_), None) => "approved",
            (None, None) => "asked",
        }
    }
    fn keep_until(&self) -> Option<Timestamp> {
        days(self.at, 3 * 365)
    }
}

/// A line list as oversight sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineListSeen {
    /// Its id.
    pub list: RecordId,
    /// When it was asked for.
    pub at: Timestamp,
    /// In which role, of which body.
    pub by: (Role, ledger::BodyName),
    /// Why.
    pub purpose: String,
    /// Who approved it: role and body.
    pub approved_by: Option<(Role, ledger::BodyName)>,
    /// How many rows left the office.
    pub rows: Option<u64>,
}

impl Office {
    /// Asks for a line list of a case's contacts.
    ///
    /// # Errors
    /// [`OfficeError::Unknown`] where the person has no such case, [`OfficeError::Refused`] without a purpose.
    pub async fn ask_for_line_list(
        &self,
        actor: &Actor,
        person: &PersonId,
        case: &CaseId,
        purpose: &str,
    ) -> Result<RecordId, OfficeError> {
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::LineList, Some(person), purpose).await?;
            let by = actor.officer().ok_or(OfficeError::Unknown("officer"))?.clone();
            desk.case_of(person, case).await?;
            let (person, case, purpose) = (person.clone(), case.clone(), purpose.to_owned());
            let at = desk.at;
            desk.file(&LineList { person, case, by, purpose, at, approved: None, taken: None }).await
        })
    }

    /// Approves a line list that an officer of another role or another body asked for. Oversight is alerted.
    ///
    /// # Errors
    /// [`OfficeError::Forbidden`] for an officer of the same role and body, and for the one who asked; [`OfficeError::Unknown`] where
    /// no such list waits for approval.
    pub async fn approve_line_list(&self, actor: &Actor, list: &RecordId) -> Result<(), OfficeError> {
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::ApproveLineList, None, "").await?;
            let officer = actor.officer().ok_or(OfficeError::Unknown("officer"))?;
            let filed = desk.filed::<LineList>(list).await?.filter(|filed| filed.what.state() == "asked");
            let mut filed = filed.ok_or(OfficeError::Unknown("line list"))?;
            let by = &filed.what.by;
            if officer.officer == by.officer || (&officer.body, officer.role) == (&by.body, by.role) {
                return Err(OfficeError::Forbidden {
                    role: officer.role.word(),
                    what: "approve what their own role in their own body asked for",
                });
            }
            let purpose = format!("approving a line list: {}", filed.what.purpose);
            desk.authorise(actor, UseCase::ApproveLineList, Some(&filed.what.person.clone()), &purpose)
                .await?;
            filed.what.approved = Some((officer.clone(), desk.at));
            desk.refile(&filed).await?;
            desk.alert(AlertAbout::Exported).await
        })
    }

    /// Takes out an approved line list as CSV (RFC 4180), once, within a day of its approval, by whoever asked for it. Cells that a
    /// spreadsheet would take for a formula begin with an apostrophe. Everybody on it sees that they were.
    ///
    /// # Errors
    /// [`OfficeError::Unknown`] for anybody else, and where nothing is approved any more.
    pub async fn take_line_list(&self, actor: &Actor, list: &RecordId) -> Result<String, OfficeError> {
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::LineList, None, "").await?;
            let officer = actor.officer().ok_or(OfficeError::Unknown("officer"))?;
            let filed = desk.filed::<LineList>(list).await?;
            let approved = |list: &LineList| {
                let since = list.approved.as_ref().map(|(_, since)| *since);
                since.is_some_and(|since| desk.at.duration_since(since) <= APPROVED_FOR)
                    && list.taken.is_none()
                    && list.by == *officer
            };
            let mut filed =
                filed.filter(|filed| approved(&filed.what)).ok_or(OfficeError::Unknown("line list"))?;
            let mut csv = "name,contact,area,level,setting,class,first,last,minutes\r\n".to_owned();
            let mut rows = 0;
            for piece in desk.found::<Piece>(Piece::EXPOSED_TO, filed.what.case.as_str()).await? {
                let person = piece.what.person.clone();
                let (Says::Exposure(exposure, _), Some(resident)) =
                    (piece.what.says, desk.resident(&person).await?)
                else {
                    continue;
                };
                let level =
                    desk.about::<Rated>(&person).await?.into_iter().next().map(|rated| rated.what.level);
                desk.authorise(actor, UseCase::LineList, Some(&person), &filed.what.purpose).await?;
                let Resident { name, contact, area, .. } = resident.what;
                let cells = [
                    name,
                    contact.unwrap_or_default(),
                    area.unwrap_or_default(),
                    level.map(|level| level.to_string()).unwrap_or_default(),
                    exposure.setting.to_string(),
                    exposure.class.to_string(),
                    exposure.first.to_string(),
                    exposure.last.to_string(),
                    exposure.minutes.0.to_string(),
                ];
                csv += &cells.map(|cell| neutral(&cell)).join(",");
                csv += "\r\n";
                rows += 1;
            }
            filed.what.taken = Some((rows, desk.at));
            desk.refile(&filed).await?;
            Ok(csv)
        })
    }

    /// Every line list that was asked for in the last three years, the latest first: whose rows stand on it is not told.
    ///
    /// # Errors
    /// [`OfficeError::Forbidden`] for anybody but oversight.
    pub async fn line_lists(&self, actor: &Actor) -> Result<Vec<LineListSeen>, OfficeError> {
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::Oversee, None, "").await?;
            let mut seen = Vec::new();
            for state in ["asked", "approved", "taken"] {
                for filed in desk.everything::<LineList>(state).await? {
                    let LineList { by, purpose, at, approved, taken, .. } = filed.what;
                    seen.push(LineListSeen {
                        list: filed.id,
                        at,
                        by: (by.role, by.body),
                        purpose,
                        approved_by: approved.map(|(officer, _)| (officer.role, officer.body)),
                        rows: taken.map(|(rows, _)| rows),
                    });
                }
            }
            seen.sort_by_key(|list| std::cmp::Reverse(list.at));
            Ok(seen)
        })
    }
}

impl Desk<'_> {
    /// A person's case, or that they have no such case.
    pub(crate) async fn case_of(
        &mut self,
        person: &PersonId,
        case: &CaseId,
    ) -> Result<evidence::Case, OfficeError> {
        let pieces = self.about::<Piece>(person).await?.into_iter();
        let mut cases = pieces.filter_map(|piece| match piece.what.says {
            Says::Case(known) if known.case == *case => Some(known),
            _ => None,
        });
        cases.next().ok_or(OfficeError::Unknown("case"))
    }
}

/// A cell of a CSV file, quoted, that no spreadsheet takes for a formula (OWASP, "CSV Injection").
fn neutral(cell: &str) -> String {
    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
    let quoted = cell.replace('"', "\"\"");
    if formula { format!("\"'{quoted}\"") } else { format!("\"{quoted}\"") }
}

#[cfg(test)]
mod tests {
    use super::neutral;

    #[test]
    fn r19_no_cell_is_taken_for_a_formula() {
        for cell in ["=1+1", "+86 571", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"] {
            assert_eq!(neutral(cell), format!("\"'{cell}\""));
        }
        assert_eq!(neutral("Anna \"A\", Bo"), "\"Anna \"\"A\"\", Bo\"");
        assert_eq!(neutral(""), "\"\"");
    }
}
