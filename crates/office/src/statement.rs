//! What an officer says that would restrict a person: a case, a positive test, that a case named them. One word alone colours nobody
//! (R4): it counts when the person themself or an officer of another body stands beside it. Where the words of the same two officers
//! carry more than 20 in a day, what comes on top is held until oversight has looked (R5).

use evidence::{CaseStatus, EvidenceKind, Level, OfficerId, PersonId, Setting, TestResult};
use jiff::{SignedDuration, Timestamp};
use ledger::{Count, HoldReason, Logged};
use serde::{Deserialize, Serialize};
use store::RecordId;

use crate::{
    actor::{Actor, Officer},
    desk::{Desk, Filed},
    error::OfficeError,
    import::Vouched,
    kept::{Kept, NoticeAbout, Piece, Says},
    logged::schedule,
    office::{Office, transact},
    oversight::AlertAbout,
    permissions::UseCase,
    together::{TOGETHER_MAX, Touch},
    trace::Traced,
};

/// How long a statement waits for another word before it is forgotten.
const WAITS: SignedDuration = SignedDuration::from_hours(72);

/// What an officer said.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Statement {
    /// Of whom.
    pub person: PersonId,
    /// Who said it.
    pub by: Officer,
    /// When.
    pub at: Timestamp,
    /// What: a case, a positive test, or that a case named the person as a contact.
    pub says: Says,
    /// The officer of another body who stands beside it; none where the person themself does.
    pub second: Option<OfficerId>,
    /// How far it has come.
    pub stage: Stage,
}

/// How far a statement has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// It waits for another word.
    Waiting,
    /// Oversight looks at it first.
    Held,
    /// It is evidence.
    Counts,
}

impl Kept for Statement {
    const KIND: &'static str = "statement";
    fn person(&self) -> Option<&PersonId> {
        Some(&self.person)
    }
    fn state(&self) -> &'static str {
        match self.stage {
            Stage::Waiting => "waiting",
            Stage::Held => "held",
            Stage::Counts => "counts",
        }
    }
    fn keep_until(&self) -> Option<Timestamp> {
        let kept = match self.stage {
            Stage::Waiting => Some(WAITS),
            // As long as the evidence, so that whoever said it does not decide about it.
            Stage::Held | Stage::Counts => self.says.kind().retention(),
        };
        kept.and_then(|kept| self.at.checked_add(kept).ok())
    }
}

/// What became of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stated {
    /// It counts.
    Counts {
        /// The person's level now.
        level: Level,
        /// What tracing led to, where it is a case.
        traced: Traced,
    },
    /// It waits for the person's word, or an officer's of another body.
    Waits,
    /// Oversight looks at it first.
    Held,
}

impl Stated {
    /// The person's level, if the statement counts.
    #[must_use]
    pub fn level(self) -> Option<Level> {
        match self {
            Stated::Counts { level, .. } => Some(level),
            Stated::Waits | Stated::Held => None,
        }
    }

    /// What tracing led to, if the statement is a case and counts.
    #[must_use]
    pub fn traced(self) -> Option<Traced> {
        match self {
            Stated::Counts { traced, .. } => Some(traced),
            Stated::Waits | Stated::Held => None,
        }
    }
}

/// Who stands beside a statement.
pub(crate) enum Second {
    /// The person themself, or who acts for them.
    Themself,
    /// An officer.
    Officer(Officer),
    /// Evidence that counts already, and the officer who reported it.
    Evidence(OfficerId),
}

/// A held statement as oversight sees it: no person, no diagnosis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldStatement {
    /// Its id.
    pub statement: RecordId,
    /// When it was said.
    pub at: Timestamp,
    /// Case or test.
    pub kind: EvidenceKind,
    /// Who said it.
    pub by: Officer,
    /// Who stands beside it.
    pub second: Option<OfficerId>,
}

/// Most held statements that oversight is shown at once.
const HELD_SHOWN: u32 = 10_000;

/// Whether what is said would restrict the person.
fn restricts(says: &Says) -> bool {
    match says {
        Says::Test(test) => test.result == TestResult::Positive,
        Says::Case(case) => matches!(case.status, CaseStatus::Suspected | CaseStatus::Confirmed),
        // Nobody but the case's investigator says so; everybody else's exposures rest on where they were themselves.
        Says::Exposure(exposure, _) => exposure.setting == Setting::Named,
        _ => false,
    }
}

impl Office {
    /// What officers said of a person that waits for another word.
    ///
    /// # Errors
    /// [`OfficeError::Unknown`] where the actor may not act for the person.
    pub async fn statements(
        &self,
        actor: &Actor,
        person: &PersonId,
    ) -> Result<Vec<(RecordId, Statement)>, OfficeError> {
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::Corroborate, Some(person), "reading what waits for another word")
                .await?;
            let all = desk.about::<Statement>(person).await?.into_iter();
            Ok(all
                .filter(|filed| filed.what.stage == Stage::Waiting)
                .map(|filed| (filed.id, filed.what))
                .collect())
        })
    }

    /// Stands beside what an officer said of a person: the person themself, or an officer of another body who knows it too.
    ///
    /// # Errors
    /// [`OfficeError::Unknown`] where no such statement waits, [`OfficeError::Forbidden`] for an officer of the body that said it.
    pub async fn corroborate(&self, actor: &Actor, statement: &RecordId) -> Result<Stated, OfficeError> {
        transact!(self, |desk| {
            let filed = desk.filed::<Statement>(statement).await?;
            let filed = filed.filter(|filed| filed.what.stage == Stage::Waiting);
            let filed = filed.ok_or(OfficeError::Unknown("statement that waits"))?;
            let person = filed.what.person.clone();
            desk.authorise(actor, UseCase::Corroborate, Some(&person), "confirming what another body said")
                .await?;
            let second = match actor.officer() {
                None => Second::Themself,
                Some(officer) if officer.body == filed.what.by.body => {
                    return Err(OfficeError::Forbidden {
                        role: officer.role.word(),
                        what: "confirm what their own body said",
                    });
                }
                Some(officer) => Second::Officer(officer.clone()),
            };
            desk.corroborated(filed, &second).await
        })
    }

    /// Statements that are held, the oldest first.
    ///
    /// # Errors
    /// [`OfficeError::Forbidden`] for anybody but oversight.
    pub async fn held_statements(&self, actor: &Actor) -> Result<Vec<HeldStatement>, OfficeError> {
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::ReleaseHeld, None, "").await?;
            let held = desk.in_state::<Statement>("held", None, HELD_SHOWN).await?.into_iter();
            let mut held: Vec<HeldStatement> = held
                .map(|Filed { id, what, .. }| HeldStatement {
                    statement: id,
                    at: what.at,
                    kind: what.says.kind(),
                    by: what.by,
                    second: what.second,
                })
                .collect();
            held.sort_by_key(|held| held.at);
            Ok(held)
        })
    }

    /// Lets a held statement count, or ends it.
    ///
    /// # Errors
    /// [`OfficeError::Forbidden`] for anybody but oversight of a body that has no part in it, [`OfficeError::Unknown`] where no such
    /// statement is held.
    pub async fn release_statement(
        &self,
        actor: &Actor,
        statement: &RecordId,
        counts: bool,
    ) -> Result<Stated, OfficeError> {
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::ReleaseHeld, None, "").await?;
            let officer = actor.officer().ok_or(OfficeError::Unknown("officer"))?;
            let filed = desk.filed::<Statement>(statement).await?;
            let filed = filed.filter(|filed| filed.what.stage == Stage::Held);
            let filed = filed.ok_or(OfficeError::Unknown("held statement"))?;
            if officer.body == filed.what.by.body {
                return Err(OfficeError::Forbidden {
                    role: officer.role.word(),
                    what: "release what their own body said",
                });
            }
            if counts {
                return desk.counts(filed).await;
            }
            desk.tell(&filed.what.person, NoticeAbout::Statement).await?;
            desk.discard(&filed).await?;
            Ok(Stated::Held)
        })
    }
}

impl Desk<'_> {
    /// Takes in what an officer says of a person. What does not restrict counts at once.
    pub(crate) async fn state(
        &mut self,
        by: &Officer,
        person: &PersonId,
        says: Says,
        second: Option<Second>,
    ) -> Result<Stated, OfficeError> {
        if !restricts(&says) {
            let level = self.take(person, says).await?;
            return Ok(Stated::Counts { level, traced: Traced::default() });
        }
        if let Some(second) = second {
            let filed = self.said(by, person, says).await?;
            return self.corroborated(filed, &second).await;
        }
        self.wait(by, person, says).await
    }

    /// Lets what an officer says of a person wait for another word.
    pub(crate) async fn wait(
        &mut self,
        by: &Officer,
        person: &PersonId,
        says: Says,
    ) -> Result<Stated, OfficeError> {
        let filed = self.said(by, person, says).await?;
        self.log_statement(&filed.what, HoldReason::Uncorroborated).await?;
        self.tell(person, NoticeAbout::Statement).await?;
        Ok(Stated::Waits)
    }

    async fn said(
        &mut self,
        by: &Officer,
        person: &PersonId,
        says: Says,
    ) -> Result<Filed<Statement>, OfficeError> {
        let what = Statement {
            person: person.clone(),
            by: by.clone(),
            at: self.at,
            says,
            second: None,
            stage: Stage::Waiting,
        };
        Ok(Filed { id: self.file(&what).await?, version: 1, lookup: None, what })
    }

    /// Lets a statement count that somebody stands beside, unless the same two officers carry too many.
    async fn corroborated(
        &mut self,
        mut filed: Filed<Statement>,
        second: &Second,
    ) -> Result<Stated, OfficeError> {
        filed.what.second = match second {
            Second::Themself => None,
            Second::Officer(officer) => Some(officer.officer.clone()),
            Second::Evidence(officer) => Some(officer.clone()),
        };
        if let Second::Officer(second) = second {
            let by = filed.what.by.officer.clone();
            let carried = Touch::Carried(&by, &second.officer);
            let held = self.touched(carried).await? >= TOGETHER_MAX;
            self.touch(carried).await?;
            if held {
                filed.what.stage = Stage::Held;
                self.refile(&filed).await?;
                self.log_statement(&filed.what, HoldReason::TooManyStatements).await?;
                self.tell(&filed.what.person, NoticeAbout::Statement).await?;
                return Ok(Stated::Held);
            }
        }
        self.counts(filed).await
    }

    async fn counts(&mut self, mut filed: Filed<Statement>) -> Result<Stated, OfficeError> {
        filed.what.stage = Stage::Counts;
        // It is known from now on; a past rating must come out as it was.
        match &mut filed.what.says {
            Says::Test(test) => test.reported = Some(self.at),
            Says::Case(case) => (case.confirmed, case.isolated) = (Some(self.at), Some(self.at)),
            Says::Exposure(_, known) => *known = self.at,
            _ => {}
        }
        self.refile(&filed).await?;
        let Statement { person, says, .. } = filed.what;
        let mut level = self.take(&person, says.clone()).await?;
        let mut traced = Traced::default();
        if let Says::Case(case) = &says {
            traced = self.trace(&person, case, None).await?;
        } else if let Some(stated) = Box::pin(self.case_beside_test(&person)).await? {
            // The case that waited for this test counts now.
            level = stated.level().unwrap_or(level);
            traced = stated.traced().unwrap_or_default();
        }
        Ok(Stated::Counts { level, traced })
    }

    /// A case that waits is carried by a positive test that counts and that another body reported.
    async fn case_beside_test(&mut self, person: &PersonId) -> Result<Option<Stated>, OfficeError> {
        let waiting = self.about::<Statement>(person).await?.into_iter();
        let case = |filed: &Filed<Statement>| {
            filed.what.stage == Stage::Waiting && matches!(filed.what.says, Says::Case(_))
        };
        for filed in waiting.filter(case) {
            if let Some(second) = self.test_beside_case(person, &filed.what.by).await? {
                return self.corroborated(filed, &second).await.map(Some);
            }
        }
        Ok(None)
    }

    /// Who reported a positive test of the person that counts, from another body than an officer's.
    pub(crate) async fn test_beside_case(
        &mut self,
        person: &PersonId,
        by: &Officer,
    ) -> Result<Option<Second>, OfficeError> {
        let beside = self.about::<Statement>(person).await?.into_iter().find(|filed| {
            let what = &filed.what;
            what.stage == Stage::Counts && matches!(what.says, Says::Test(_)) && what.by.body != by.body
        });
        Ok(beside.map(|filed| Second::Evidence(filed.what.by.officer)))
    }

    /// Officers whose word a person's restriction rests on, or rests in part on: none of them decides an appeal.
    pub(crate) async fn who_said(&mut self, person: &PersonId) -> Result<Vec<OfficerId>, OfficeError> {
        let said = self.about::<Statement>(person).await?.into_iter();
        let said = said.flat_map(|filed| [Some(filed.what.by.officer), filed.what.second]).flatten();
        let vouched = self.about::<Vouched>(person).await?.into_iter();
        Ok(said.chain(vouched.flat_map(|filed| filed.what.officers)).collect())
    }

    async fn log_statement(&mut self, statement: &Statement, reason: HoldReason) -> Result<(), OfficeError> {
        let by = match reason {
            HoldReason::Uncorroborated => statement.by.logged(),
            _ => {
                self.alert(AlertAbout::StatementsHeld).await?;
                schedule(&self.office.body)
            }
        };
        let said = match &statement.says {
            // Without its probability, which follows from the rest: a fraction has no single written form.
            Says::Exposure(of, _) => serde_json::json!({
                "case": of.case, "setting": of.setting, "first": of.first, "last": of.last, "minutes": of.minutes,
            }),
            says => serde_json::to_value(says)?,
        };
        self.log_about(&statement.person, by, &said, |batch| Logged::BatchHeld {
            reason,
            people: Count::of(1),
            batch,
        })
        .await
    }

    /// Whether the person has a case that is open, or one that waits.
    pub(crate) async fn has_open_case(&mut self, person: &PersonId) -> Result<bool, OfficeError> {
        let open = |says: &Says| matches!(says, Says::Case(case) if case.recovered.is_none());
        if self.about::<Piece>(person).await?.iter().any(|piece| open(&piece.what.says)) {
            return Ok(true);
        }
        let said = self.about::<Statement>(person).await?;
        Ok(said.iter().any(|filed| filed.what.stage != Stage::Counts && open(&filed.what.says)))
    }
}
