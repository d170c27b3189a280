//! Whether what is kept hangs together: every record has its person and that person's key, every exposure its case, every pass and every
//! colour its reason. It reads everything, a few people in a transaction, and changes nothing.

use std::{collections::BTreeSet, sync::Arc};

use evidence::{Level, PersonId};
use jiff::Timestamp;
use rating::{RuleSet, rate_in_force};
use serde::Serialize;
use store::RecordId;

use crate::{
    actor::Actor,
    check_in::OPEN_MAX,
    colour::evidence_of,
    desk::Desk,
    error::OfficeError,
    kept::{Carried, Kept, OpenVisit, Piece, Rated, Resident, Says},
    office::{Office, transact},
    permissions::{UseCase, allowed},
    shown_pass::ShownPass,
    statement::{Stage, Statement},
};

/// People looked at in one transaction.
const PEOPLE_AT_ONCE: u32 = 100;
/// Records looked at in one transaction, for their people alone.
const RECORDS_AT_ONCE: u32 = 1_000;

/// What was looked at, and what hangs in the air.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Coherence {
    /// People with a record here.
    pub people: u64,
    /// Records that are about a person.
    pub records: u64,
    /// Records about somebody who has no record here, or no key.
    pub of_nobody: u64,
    /// Colours that are not what evidence and rules give, though nothing is due.
    pub colours_without_reason: u64,
    /// Passes that count and say another colour than their holder has.
    pub passes_of_another_colour: u64,
    /// Statements that count and left no evidence.
    pub statements_without_evidence: u64,
    /// Check-ins that somebody can still end, and whose visit is not there.
    pub check_ins_without_visit: u64,
    /// Exposures to a case that is not here. So it is when whoever was the case left, and then it is no fault.
    pub exposures_to_absent_cases: u64,
}

impl Coherence {
    /// Whether nothing hangs in the air.
    #[must_use]
    pub fn holds(&self) -> bool {
        let faults = [
            self.of_nobody,
            self.colours_without_reason,
            self.passes_of_another_colour,
            self.statements_without_evidence,
            self.check_ins_without_visit,
        ];
        faults.iter().all(|count| *count == 0)
    }

    fn add(&mut self, other: &Coherence) {
        self.people += other.people;
        self.records += other.records;
        self.of_nobody += other.of_nobody;
        self.colours_without_reason += other.colours_without_reason;
        self.passes_of_another_colour += other.passes_of_another_colour;
        self.statements_without_evidence += other.statements_without_evidence;
        self.check_ins_without_visit += other.check_ins_without_visit;
        self.exposures_to_absent_cases += other.exposures_to_absent_cases;
    }
}

impl Office {
    /// Looks at everything that is kept about anybody, and says what hangs in the air.
    ///
    /// # Errors
    /// [`OfficeError::Forbidden`] for roles that have no business with it.
    pub async fn coherence(&self, actor: &Actor) -> Result<Coherence, OfficeError> {
        allowed(actor.role(), UseCase::Replay)?;
        let mut all = Coherence::default();
        let mut after: Option<RecordId> = None;
        loop {
            let (some, last) = self.coherence_after(after.as_ref()).await?;
            all.add(&some);
            if last.is_none() {
                break;
            }
            after = last;
        }
        let mut after: Option<(String, RecordId)> = None;
        loop {
            let (some, last) = self.nobodys_after(after.as_ref()).await?;
            all.add(&some);
            if last.is_none() {
                return Ok(all);
            }
            after = last;
        }
    }

    async fn coherence_after(
        &self,
        after: Option<&RecordId>,
    ) -> Result<(Coherence, Option<RecordId>), OfficeError> {
        transact!(self, |desk| {
            let rules = desk.rule_set().await?;
            let since = desk.rules_changed().await?;
            let records = desk.tx.in_state(Resident::KIND, "kept", after, PEOPLE_AT_ONCE).await?;
            let last = records.last().map(|record| record.id.clone());
            let mut some = Coherence::default();
            for person in records.into_iter().filter_map(|record| record.person) {
                some.people += 1;
                if !desk.registered(&BTreeSet::from([person.clone()])).await?.contains(&person) {
                    // Counted with all that is nobody's.
                    continue;
                }
                desk.cohere(&person, rules.as_ref(), since, &mut some).await?;
            }
            Ok((some, last))
        })
    }

    /// Counts records about people, and those of them whose people are not here.
    async fn nobodys_after(
        &self,
        after: Option<&(String, RecordId)>,
    ) -> Result<(Coherence, Option<(String, RecordId)>), OfficeError> {
        transact!(self, |desk| {
            let place = after.map(|(kind, id)| (kind.as_str(), id));
            let records = desk.tx.records_after(place, RECORDS_AT_ONCE).await?;
            let last = records.last().map(|record| (record.kind.clone(), record.id.clone()));
            let about: Vec<PersonId> = records.into_iter().filter_map(|record| record.person).collect();
            let people: BTreeSet<PersonId> = about.iter().cloned().collect();
            let with_key = desk.registered(&people).await?;
            let people: Vec<PersonId> = people.into_iter().collect();
            let residents = desk.tx.about_all(&[Resident::KIND], &people).await?;
            let residents: BTreeSet<PersonId> =
                residents.into_iter().filter_map(|record| record.person).collect();
            let is_here = |person: &&PersonId| with_key.contains(*person) && residents.contains(*person);
            let here = about.iter().filter(is_here).count();
            let some = Coherence {
                records: about.len() as u64,
                of_nobody: (about.len() - here) as u64,
                ..Coherence::default()
            };
            Ok((some, last))
        })
    }
}

impl Desk<'_> {
    /// Looks at what is kept about a person.
    async fn cohere(
        &mut self,
        person: &PersonId,
        rules: Option<&Arc<RuleSet>>,
        rules_since: Timestamp,
        found: &mut Coherence,
    ) -> Result<(), OfficeError> {
        let pieces: Vec<Piece> = self.about(person).await?.into_iter().map(|filed| filed.what).collect();
        let levels = self.levels_for(&pieces).await?;
        let evidence = evidence_of(&self.office.profile, &pieces, &levels);
        let given = rules.map_or(Level::Green, |rules| rate_in_force(rules, &evidence, self.at).level);
        let rated = self.about::<Rated>(person).await?.into_iter().next().map(|filed| filed.what);
        let level = rated.as_ref().map_or(Level::Green, |rated| rated.level);
        let is_due = rated.as_ref().is_some_and(|rated| {
            rated.changes_at.is_some_and(|changes| changes <= self.at) || rated.found < rules_since
        });
        found.colours_without_reason += u64::from(given != level && !is_due);
        let at = self.at;
        let counts = |pass: &Carried| !pass.revoked && pass.passes.iter().any(|(_, until)| *until > at);
        let carried = self.about::<Carried>(person).await?.into_iter();
        let others = carried.filter(|pass| counts(&pass.what) && pass.what.level != level).count();
        let shown = self.about::<ShownPass>(person).await?.into_iter();
        let shown = shown.filter(|pass| pass.what.expires > at && pass.what.level != level).count();
        found.passes_of_another_colour += (others + shown) as u64;
        for statement in self.about::<Statement>(person).await? {
            let says = &statement.what.says;
            let is_left = statement.what.stage == Stage::Counts
                && !pieces.iter().any(|piece| is_same(&piece.says, says));
            found.statements_without_evidence += u64::from(is_left);
        }
        for open in self.about::<OpenVisit>(person).await? {
            let Some(id) = RecordId::parse(&open.what.visit) else { continue };
            // What nobody ended in time may have moved to where the visits of earlier days are.
            let can_end = open.what.entered > self.ago(OPEN_MAX);
            found.check_ins_without_visit += u64::from(can_end && self.tx.visit(&id).await?.is_none());
        }
        for piece in &pieces {
            let Says::Exposure(exposure, _) = &piece.says else { continue };
            let lookup = self.office.keys.lookup(Piece::CASE, exposure.case.as_str())?.0;
            let case = self.tx.found_by(Piece::KIND, &lookup).await?;
            found.exposures_to_absent_cases += u64::from(case.is_empty());
        }
        Ok(())
    }
}

/// Whether two say the same of a person, however it changed since: a case that was closed is the same case.
fn is_same(one: &Says, other: &Says) -> bool {
    match (one, other) {
        (Says::Case(one), Says::Case(other)) => one.case == other.case,
        (Says::Test(one), Says::Test(other)) => one.test == other.test,
        (Says::Exposure(one, _), Says::Exposure(other, _)) => {
            (&one.case, one.setting) == (&other.case, other.setting)
        }
        _ => false,
    }
}
