//! What a declaration would mean, before anybody makes it: by the rules in force, beside what is known of whoever asks. Nothing is
//! kept, and whoever is nobody yet may ask as well.

use evidence::{Declaration, Level, PersonId, Symptom, Symptoms};
use jiff::Timestamp;
use rating::{Evidence, Explanation, Language, Piece, RuleSet, explain, rate_in_force};

use crate::{
    actor::Actor,
    error::OfficeError,
    office::{Office, look},
    permissions::UseCase,
};

/// A colour, and until when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Would {
    /// The level.
    pub level: Level,
    /// When it changes by itself; `None` where it stays.
    pub until: Option<Timestamp>,
}

/// What a declaration would mean.
#[derive(Debug, Clone)]
pub struct WhatIf {
    /// The colour before it.
    pub now: Would,
    /// The colour after it.
    pub then: Would,
    /// The same explained; `None` where no rule set is in force.
    pub explanation: Option<Explanation>,
    /// The colour after a declaration of each symptom by itself.
    pub alone: Vec<(Symptom, Would)>,
}

impl WhatIf {
    /// What a symptom by itself would change; `None` where it changes nothing.
    #[must_use]
    pub fn changed_by(&self, symptom: Symptom) -> Option<Would> {
        let would = self.alone.iter().find(|(of, _)| *of == symptom).map(|(_, would)| *would);
        would.filter(|would| *would != self.now)
    }
}

impl Office {
    /// What a declaration of these symptoms would mean now, without making it.
    ///
    /// # Errors
    /// [`OfficeError::Unknown`] where the actor may not act for the person.
    pub async fn what_if(
        &self,
        whose: Option<(&Actor, &PersonId)>,
        symptoms: Symptoms,
        language: Language,
    ) -> Result<WhatIf, OfficeError> {
        look!(self, whose.map(|(actor, _)| actor), |desk| {
            let evidence = match whose {
                None => Evidence::default(),
                Some((actor, person)) => {
                    let purpose = "weighing a declaration before it is made";
                    desk.authorise(actor, UseCase::Declare, Some(person), purpose).await?;
                    desk.known(person).await?;
                    desk.evidence(person).await?
                }
            };
            let rule_set = desk.rule_set().await?;
            Ok(weighed(rule_set.as_deref(), &evidence, symptoms, desk.at, language))
        })
    }
}

/// The same evidence with a declaration more.
fn with(evidence: &Evidence, at: Timestamp, symptoms: Symptoms) -> Evidence {
    let mut evidence = evidence.clone();
    evidence.pieces.push(Piece::of_declaration(Declaration { at, symptoms }));
    evidence
}

fn weighed(
    rule_set: Option<&RuleSet>,
    evidence: &Evidence,
    symptoms: Symptoms,
    at: Timestamp,
    language: Language,
) -> WhatIf {
    let Some(rule_set) = rule_set else {
        let green = Would { level: Level::Green, until: None };
        return WhatIf { now: green, then: green, explanation: None, alone: Vec::new() };
    };
    let would = |evidence: &Evidence| {
        let rating = rate_in_force(rule_set, evidence, at);
        (Would { level: rating.level, until: rating.changes_at() }, rating)
    };
    let alone = |symptom: &Symptom| (*symptom, would(&with(evidence, at, Symptoms::NONE.with(*symptom))).0);
    let declared = with(evidence, at, symptoms);
    let (then, rating) = would(&declared);
    WhatIf {
        now: would(evidence).0,
        then,
        explanation: Some(explain(rule_set, &declared, &rating, language)),
        alone: Symptom::ALL.iter().map(alone).collect(),
    }
}
