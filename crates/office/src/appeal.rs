//! Contesting a reason before a human, who decides in time or is decided for (R3).

use evidence::{Effect, OfficerId, PersonId, RuledReason, Ruling, RulingId};
use jiff::{SignedDuration, Timestamp};
use ledger::Logged;
use rating::{ExplainedReason, Language};
use store::RecordId;

use crate::{
    actor::{Actor, Officer},
    attachment::{AttachmentGiven, fit},
    desk::{Desk, Filed},
    error::OfficeError,
    kept::{Appeal, Decision, NoticeAbout, Piece, Proposal, Says},
    logged::schedule,
    office::{Office, transact},
    oversight::AlertAbout,
    permissions::UseCase,
};

/// How long a decision for the person holds.
const LIFTED_FOR: SignedDuration = SignedDuration::from_hours(24 * 14);

/// An appeal that waits for a decision.
#[derive(Debug, Clone)]
pub struct OpenAppeal {
    /// Its id.
    pub id: RecordId,
    /// What the person says.
    pub appeal: Appeal,
    /// What they contest, with the evidence it rests on; `None` where it ended meanwhile.
    pub reason: Option<ExplainedReason>,
}

impl Office {
    /// Contests the reason that a rule gives, with what lies beside it. A human decides within the time the rule set promises.
    ///
    /// # Errors
    /// [`OfficeError::Refused`] where the rule gives the person no reason now, an appeal against it is open, or what lies beside it
    /// cannot be kept ([`Office::attach`]).
    pub async fn appeal(
        &self,
        actor: &Actor,
        person: &PersonId,
        rule: &str,
        words: &str,
        beside: &[AttachmentGiven],
    ) -> Result<RecordId, OfficeError> {
        let beside = fit(actor, beside).await?;
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::Appeal, Some(person), "writing down an appeal").await?;
            desk.known(person).await?;
            let Some(rule_set) = desk.rule_set().await? else {
                return Err(OfficeError::refused("no rule set is in force", "nobody is restricted now"));
            };
            let rating = rating::rate_in_force(&rule_set, &desk.evidence(person).await?, desk.at);
            let rules = rule_set.rules();
            let holds = rating
                .reasons
                .iter()
                .any(|reason| rules.get(reason.rule).is_some_and(|of_reason| of_reason.id == rule));
            if !holds {
                return Err(OfficeError::refused(
                    format!("the rule {rule} gives no reason now"),
                    "name a rule that the colour's explanation names",
                ));
            }
            let appeals = desk.about::<Appeal>(person).await?;
            if appeals.iter().any(|appeal| appeal.what.rule == rule && appeal.what.decision.is_none()) {
                return Err(OfficeError::refused(
                    "an appeal against this is open",
                    "its decision is due at the time it names",
                ));
            }
            let proposals = desk.about::<Proposal>(person).await?;
            let mut not_by: Vec<OfficerId> = desk.who_said(person).await?.into_iter().collect();
            for proposal in proposals {
                not_by.push(proposal.what.by.officer);
                not_by.extend(proposal.what.ruling.second);
            }
            let appeal = Appeal {
                person: person.clone(),
                rule: rule.to_owned(),
                words: words.to_owned(),
                attachments: Vec::new(),
                made: desk.at,
                decide_by: desk.at.checked_add(rule_set.review_within)?,
                not_by,
                decision: None,
            };
            let mut filed = Filed { id: desk.new_id(), version: 1, lookup: None, what: appeal };
            desk.lay_beside(&mut filed, &beside).await?;
            desk.file_as(filed.id.clone(), &filed.what, None).await?;
            Ok(filed.id)
        })
    }

    /// Decides an appeal, with reasons the person is told.
    ///
    /// # Errors
    /// [`OfficeError::Forbidden`] for an officer whose doing is contested, [`OfficeError::Unknown`] where there is no such open
    /// appeal, [`OfficeError::Refused`] without reasons.
    pub async fn decide(
        &self,
        actor: &Actor,
        appeal: &RecordId,
        upheld: bool,
        reasons: &str,
    ) -> Result<(), OfficeError> {
        transact!(self, |desk| {
            let filed = desk.filed::<Appeal>(appeal).await?;
            let filed = filed.filter(|filed| filed.what.decision.is_none());
            let filed = filed.ok_or(OfficeError::Unknown("open appeal"))?;
            desk.authorise(actor, UseCase::DecideAppeal, Some(&filed.what.person), "deciding an appeal")
                .await?;
            let officer = actor.officer().ok_or(OfficeError::Unknown("officer"))?;
            filed.what.may_be_decided_by(officer)?;
            if reasons.trim().is_empty() {
                return Err(OfficeError::refused(
                    "the reasons are missing",
                    "say why, in words for the person",
                ));
            }
            desk.decided(filed, upheld, Some(officer), reasons).await
        })
    }

    /// The appeals that wait for a decision, the first due first; up to `limit`. Each comes with the reason it contests, in a
    /// language, and is a look at its person's record.
    ///
    /// # Errors
    /// [`OfficeError::Forbidden`] for anybody but reviewers.
    pub async fn open_appeals(
        &self,
        actor: &Actor,
        language: Language,
        limit: u32,
    ) -> Result<Vec<OpenAppeal>, OfficeError> {
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::DecideAppeal, None, "").await?;
            let mut appeals = desk.in_state::<Appeal>("open", None, limit).await?;
            appeals.sort_by_key(|appeal| appeal.what.decide_by);
            let rule_set = desk.rule_set().await?;
            let mut open = Vec::with_capacity(appeals.len());
            for Filed { id, what: appeal, .. } in appeals {
                let person = &appeal.person;
                desk.authorise(actor, UseCase::DecideAppeal, Some(person), "listing open appeals").await?;
                let mut reason = None;
                if let Some(rule_set) = &rule_set {
                    let evidence = desk.evidence(person).await?;
                    let rating = rating::rate_in_force(rule_set, &evidence, desk.at);
                    let explained = rating::explain(rule_set, &evidence, &rating, language);
                    reason = explained.reasons.into_iter().find(|reason| reason.rule == appeal.rule);
                }
                open.push(OpenAppeal { id, appeal, reason });
            }
            Ok(open)
        })
    }

    /// A person's appeals.
    ///
    /// # Errors
    /// [`OfficeError::Unknown`] where the actor may not see them.
    pub async fn appeals(
        &self,
        actor: &Actor,
        person: &PersonId,
    ) -> Result<Vec<(RecordId, Appeal)>, OfficeError> {
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::Appeal, Some(person), "reading out appeals").await?;
            let appeals = desk.about::<Appeal>(person).await?;
            Ok(appeals.into_iter().map(|appeal| (appeal.id, appeal.what)).collect())
        })
    }
}

impl Appeal {
    /// Refuses an officer whose doing is contested.
    pub(crate) fn may_be_decided_by(&self, officer: &Officer) -> Result<(), OfficeError> {
        if self.not_by.contains(&officer.officer) {
            return Err(OfficeError::Forbidden {
                role: officer.role.word(),
                what: "decide about what they did themselves",
            });
        }
        Ok(())
    }
}

impl Desk<'_> {
    /// Records a decision; where it is for the person, the reason is lifted.
    pub(crate) async fn decided(
        &mut self,
        mut filed: Filed<Appeal>,
        upheld: bool,
        by: Option<&Officer>,
        reasons: &str,
    ) -> Result<(), OfficeError> {
        let office = by.map_or_else(|| schedule(&self.office.body), Officer::logged);
        let by = by.map(|officer| officer.officer.clone());
        let person = filed.what.person.clone();
        filed.what.decision =
            Some(Decision { upheld, by: by.clone(), reasons: reasons.to_owned(), at: self.at });
        self.refile(&filed).await?;
        if upheld {
            let ruling = Ruling {
                ruling: RulingId::new(filed.id.as_str())?,
                reason: filed.what.rule.parse::<RuledReason>()?,
                effect: Effect::Lift,
                from: self.at,
                to: self.at.checked_add(LIFTED_FOR).unwrap_or(Timestamp::MAX),
                ground: reasons.to_owned(),
                by: by.unwrap_or(OfficerId::new("nobody-in-time")?),
                second: None,
            };
            let says = Says::Ruling(ruling);
            self.file(&Piece { person: person.clone(), received: self.at, says }).await?;
            self.rerate(&person).await?;
        }
        let decision = filed.what.decision.as_ref();
        self.log_about(&person, office, &decision, |decision| Logged::AppealDecided { upheld, decision })
            .await?;
        self.tell(&person, NoticeAbout::Appeal).await
    }

    /// Decides for people the appeals that nobody decided in time, down to what confirmed-case evidence alone supports.
    pub(crate) async fn decide_overdue(&mut self, limit: u32) -> Result<u64, OfficeError> {
        let overdue = self.due::<Appeal>(limit).await?;
        let mut decided = 0;
        for filed in overdue {
            // A reason that rests on a confirmed case or a positive test stays until a human decides.
            let rule_set = self.rule_set().await?;
            let on =
                rule_set.as_ref().and_then(|set| set.rules().iter().find(|rule| rule.id == filed.what.rule));
            let of_case = on.is_some_and(|rule| {
                matches!(rule.on, evidence::EvidenceKind::Case | evidence::EvidenceKind::Test)
            });
            self.decided(filed, !of_case, None, "nobody decided in time").await?;
            self.alert(AlertAbout::AppealOverdue).await?;
            decided += 1;
        }
        Ok(decided)
    }
}
