//! An override: a ruling on one person that two officers of different bodies make, with an end within 14 days, told to the
//! subject at once (R4). More than 20 that touch the same officers in a day are held until oversight lets them go (R5).

use evidence::{Effect, Level, PersonId, RuledReason, Ruling, RulingId};
use jiff::SignedDuration;
use ledger::{Count, Ground, HoldReason, Logged};
use store::RecordId;

use crate::{
    actor::Actor,
    desk::Desk,
    error::OfficeError,
    kept::{NoticeAbout, Piece, Proposal, Says},
    logged::schedule,
    office::{Office, transact},
    oversight::AlertAbout,
    permissions::UseCase,
    together::{TOGETHER_MAX, Touch},
};

/// Longest override.
const DAYS_MAX: SignedDuration = SignedDuration::from_hours(24 * 14);

/// What an override is to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Override {
    /// The rule whose reason is changed. Nobody is restricted by an override who has no reason already.
    pub rule: String,
    /// What it does.
    pub effect: Effect,
    /// How long, more than nothing and at most 14 days.
    pub lasts: SignedDuration,
    /// Why.
    pub ground: Ground,
}

impl Office {
    /// Proposes an override, to take effect when an officer of another body agrees. Gives its id and whether it is held.
    ///
    /// # Errors
    /// [`OfficeError::Refused`] for an effect or length that may not be.
    pub async fn propose(
        &self,
        actor: &Actor,
        person: &PersonId,
        wanted: &Override,
    ) -> Result<(RecordId, bool), OfficeError> {
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::ProposeOverride, Some(person), "proposing an override").await?;
            desk.known(person).await?;
            let by = actor.officer().ok_or(OfficeError::Unknown("officer"))?.clone();
            if wanted.lasts <= SignedDuration::ZERO || wanted.lasts > DAYS_MAX {
                return Err(OfficeError::refused("an override lasts 14 days at most", "give a shorter time"));
            }
            let reason: RuledReason = wanted.rule.parse()?;
            if reason == RuledReason::Every && wanted.effect != Effect::Lift {
                return Err(OfficeError::refused(
                    "an override that sets a level names one rule",
                    "name the rule whose reason is changed",
                ));
            }
            let id = desk.new_id();
            let ruling = Ruling {
                ruling: RulingId::new(id.as_str())?,
                reason,
                effect: wanted.effect,
                from: desk.at,
                to: desk.at.checked_add(wanted.lasts)?,
                ground: serde_json::to_value(wanted.ground)?.as_str().unwrap_or_default().to_owned(),
                by: by.officer.clone(),
                second: None,
            };
            let held = desk.touched(Touch::Proposed(&by.officer)).await? >= TOGETHER_MAX;
            desk.touch(Touch::Proposed(&by.officer)).await?;
            let ground = wanted.ground;
            let proposal = Proposal {
                person: person.clone(),
                ruling,
                by,
                ground,
                at: desk.at,
                held,
                released: false,
                agreed: false,
            };
            desk.file_as(id.clone(), &proposal, None).await?;
            if held {
                desk.log_held(&proposal).await?;
            }
            Ok((id, held))
        })
    }

    /// The overrides that wait for an officer of another body, the oldest first; up to `limit`. Each is a look at its person's
    /// record.
    ///
    /// # Errors
    /// [`OfficeError::Forbidden`] for anybody who may not agree.
    pub async fn proposals(
        &self,
        actor: &Actor,
        limit: u32,
    ) -> Result<Vec<(RecordId, Proposal)>, OfficeError> {
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::AgreeToOverride, None, "").await?;
            let mut proposals = desk.in_state::<Proposal>("proposed", None, limit).await?;
            proposals.sort_by_key(|proposal| proposal.what.at);
            for proposal in &proposals {
                let person = &proposal.what.person;
                desk.authorise(actor, UseCase::AgreeToOverride, Some(person), "listing overrides").await?;
            }
            Ok(proposals.into_iter().map(|proposal| (proposal.id, proposal.what)).collect())
        })
    }

    /// Agrees to an override that an officer of another body proposed: it takes effect, and the subject is told.
    ///
    /// # Errors
    /// [`OfficeError::Forbidden`] for an officer of the same body, [`OfficeError::Refused`] while it is held.
    pub async fn agree(&self, actor: &Actor, proposal: &RecordId) -> Result<Level, OfficeError> {
        transact!(self, |desk| {
            let filed = desk.filed::<Proposal>(proposal).await?;
            let mut filed =
                filed.filter(|filed| !filed.what.agreed).ok_or(OfficeError::Unknown("proposal"))?;
            let person = filed.what.person.clone();
            desk.authorise(actor, UseCase::AgreeToOverride, Some(&person), "agreeing to an override").await?;
            let second = actor.officer().ok_or(OfficeError::Unknown("officer"))?;
            if second.body == filed.what.by.body || second.officer == filed.what.by.officer {
                return Err(OfficeError::Forbidden {
                    role: second.role.word(),
                    what: "agree to what their own body proposed",
                });
            }
            let touched = desk.touched(Touch::AgreedTo(&second.officer)).await?;
            if filed.what.held || (touched >= TOGETHER_MAX && !filed.what.released) {
                if !filed.what.held {
                    filed.what.held = true;
                    desk.refile(&filed).await?;
                    desk.log_held(&filed.what).await?;
                    return Ok(None);
                }
                return Err(held());
            }
            desk.touch(Touch::AgreedTo(&second.officer)).await?;
            filed.what.agreed = true;
            filed.what.ruling.second = Some(second.officer.clone());
            desk.refile(&filed).await?;
            let says = Says::Ruling(filed.what.ruling.clone());
            desk.file(&Piece { person: person.clone(), received: desk.at, says }).await?;
            let days =
                filed.what.ruling.to.duration_since(filed.what.ruling.from).as_hours().div_euclid(24).max(1);
            let (ground, approved_by) = (filed.what.ground, second.logged());
            let days = u8::try_from(days).unwrap_or(u8::MAX);
            desk.log_about(&person, filed.what.by.logged(), &filed.what.ruling, |ruling| {
                Logged::RulingMade { ground, days, approved_by, ruling }
            })
            .await?;
            desk.tell(&person, NoticeAbout::Ruling).await?;
            desk.rerate(&person).await.map(Some)
        })?
        .ok_or_else(held)
    }
}

fn held() -> OfficeError {
    OfficeError::refused("too many rulings touch the same officers", "oversight looks at them first")
}

impl Desk<'_> {
    /// Logs that a ruling is held, and alerts oversight.
    async fn log_held(&mut self, proposal: &Proposal) -> Result<(), OfficeError> {
        self.alert(AlertAbout::RulingsHeld).await?;
        let (reason, people) = (HoldReason::TooManyRulings, Count::of(1));
        let by = schedule(&self.office.body);
        self.log_about(&proposal.person, by, &proposal.ruling, |batch| Logged::BatchHeld {
            reason,
            people,
            batch,
        })
        .await
    }
}
