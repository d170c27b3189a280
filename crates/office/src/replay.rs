//! A change of rules or of software replays everybody (R23): who would change, by rule and by group, before a rule set is published; and
//! whether every colour that is kept is what the published rules give. A difference that they do not explain is held.

use std::{collections::BTreeMap, sync::Arc};

use evidence::{Level, PersonId};
use jiff::{Timestamp, tz::TimeZone};
use ledger::{Content, Count, HoldReason, Logged, Salt};
use rating::{GroupCount, Preview, PreviewReport, RuleSet, rate, rate_in_force};
use serde::{Deserialize, Serialize};
use store::RecordId;

use crate::{
    actor::Actor,
    desk::Desk,
    error::OfficeError,
    kept::{Kept, Published},
    logged::schedule,
    office::{Office, transact},
    oversight::AlertAbout,
    permissions::{UseCase, allowed},
};

/// Who would change. Small numbers are not told exactly.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RulesPreview {
    /// People looked at.
    pub people: Count,
    /// How many would go from one level to another; those who stay are among them.
    pub changes: Vec<(Level, Level, Count)>,
    /// For each rule, people with a reason from it now and then.
    pub rules: BTreeMap<String, [Count; 2]>,
    /// By `area`, `age` and `sex`: of each group how many there are, are restricted now, and would be.
    pub parity: BTreeMap<String, BTreeMap<String, [Count; 3]>>,
}

/// Colours that differ from what the published rules give, and that no published rule explains.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unexplained {
    /// When it was found.
    pub at: Timestamp,
    /// The level that is kept, the one the rules give, and how many people.
    pub differences: Vec<(Level, Level, u64)>,
    /// What opens the commitment in the public log.
    pub opening: (Content, Salt),
    /// Whether oversight has looked.
    pub released: bool,
}

impl Kept for Unexplained {
    const KIND: &'static str = "unexplained";
    fn person(&self) -> Option<&PersonId> {
        None
    }
    fn state(&self) -> &'static str {
        if self.released { "released" } else { "held" }
    }
    fn keep_until(&self) -> Option<Timestamp> {
        None
    }
}

/// What a replay found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Replayed {
    /// People looked at.
    pub people: u64,
    /// Those whose colour is to be found anew because a rule set began or ended since.
    pub explained: u64,
    /// Those whose colour nothing explains.
    pub unexplained: u64,
}

impl Office {
    /// Who would change if a rule set took the place of the one in force: everybody is rated by both. Nothing is changed.
    ///
    /// # Errors
    /// [`OfficeError::RuleSet`] for a document that cannot be compiled, [`OfficeError::Forbidden`] for anybody but policy.
    pub async fn preview_rules(&self, actor: &Actor, document: &str) -> Result<RulesPreview, OfficeError> {
        allowed(actor.role(), UseCase::PublishRules)?;
        let new = RuleSet::parse(document.as_bytes())?;
        let (old, at) = transact!(self, |desk| { Ok((desk.rule_set().await?, desk.at)) })?;
        let old = old.unwrap_or_else(|| Arc::new(new.only(|_| false)));
        let year = at.to_zoned_datetime(TimeZone::UTC).year();
        let mut preview = Preview::new(&old, &new, year);
        self.each_of_everybody(|somebody| {
            let before = rate_in_force(&old, &somebody.evidence, at);
            preview.add(&somebody.person, &before, &rate(&new, &somebody.evidence, at));
        })
        .await?;
        Ok(suppressed(preview.report()))
    }

    /// Compares every colour that is kept with what the published rules give, as after another version of this software was put in.
    /// A difference that no rule set explains is held, logged, and oversight is alerted; until it has looked no rule set is published
    /// and nobody is rated anew but on their own evidence.
    ///
    /// # Errors
    /// [`OfficeError::Forbidden`] for roles that have no business with it.
    pub async fn replay(&self, actor: &Actor) -> Result<Replayed, OfficeError> {
        allowed(actor.role(), UseCase::Replay)?;
        // What is due changes by itself; that is no difference.
        self.tick().await?;
        let (rule_set, at, since) = transact!(self, |desk| {
            let rule_set = desk.rule_set().await?;
            Ok((rule_set, desk.at, desk.rules_changed().await?))
        })?;
        let mut replayed = Replayed::default();
        let mut differences: BTreeMap<(Level, Level), u64> = BTreeMap::new();
        self.each_of_everybody(|somebody| {
            replayed.people += 1;
            let Some(rated) = somebody.rated else { return };
            let rates = |set: &Arc<RuleSet>| rate_in_force(set, &somebody.evidence, at).level;
            let level = rule_set.as_ref().map_or(Level::Green, rates);
            let due = rated.changes_at.is_some_and(|changes| changes <= at) || rated.found > at;
            if level == rated.level || due {
                return;
            }
            if rated.found < since {
                replayed.explained += 1;
            } else {
                replayed.unexplained += 1;
                *differences.entry((rated.level, level)).or_default() += 1;
            }
        })
        .await?;
        if replayed.unexplained > 0 {
            let differences: Vec<(Level, Level, u64)> =
                differences.into_iter().map(|((kept, given), people)| (kept, given, people)).collect();
            transact!(self, |desk| { desk.hold_unexplained(&differences).await })?;
        }
        Ok(replayed)
    }

    /// Differences that nothing explains and that are held.
    ///
    /// # Errors
    /// [`OfficeError::Forbidden`] for anybody but oversight.
    pub async fn unexplained(&self, actor: &Actor) -> Result<Vec<(RecordId, Unexplained)>, OfficeError> {
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::ReleaseHeld, None, "").await?;
            let held = desk.everything::<Unexplained>("held").await?;
            Ok(held.into_iter().map(|filed| (filed.id, filed.what)).collect())
        })
    }

    /// Ends the hold on differences that oversight has looked at.
    ///
    /// # Errors
    /// [`OfficeError::Forbidden`] for anybody but oversight, [`OfficeError::Unknown`] where no such thing is held.
    pub async fn release_unexplained(&self, actor: &Actor, held: &RecordId) -> Result<(), OfficeError> {
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::ReleaseHeld, None, "").await?;
            let filed = desk.filed::<Unexplained>(held).await?.filter(|filed| !filed.what.released);
            let mut filed = filed.ok_or(OfficeError::Unknown("held difference"))?;
            filed.what.released = true;
            desk.refile(&filed).await
        })
    }
}

fn suppressed(report: PreviewReport) -> RulesPreview {
    let group = |of: GroupCount| [of.people, of.restricted_before, of.restricted_after].map(Count::of_many);
    RulesPreview {
        people: Count::of_many(report.people),
        changes: report
            .changes
            .into_iter()
            .map(|change| (change.from, change.to, Count::of_many(change.people)))
            .collect(),
        rules: report.rules.into_iter().map(|(rule, people)| (rule, people.map(Count::of_many))).collect(),
        parity: report
            .parity
            .into_iter()
            .map(|(by, groups)| {
                (by.to_owned(), groups.into_iter().map(|(name, of)| (name, group(of))).collect())
            })
            .collect(),
    }
}

impl Desk<'_> {
    /// Refuses while differences that nothing explains are held.
    pub(crate) async fn nothing_unexplained(&mut self) -> Result<(), OfficeError> {
        if self.in_state::<Unexplained>("held", None, 1).await?.is_empty() {
            return Ok(());
        }
        Err(OfficeError::refused(
            "colours differ from what the published rules give, and nothing explains it",
            "oversight looks at it first",
        ))
    }

    /// The last instant at which a rule set was published, began or ended.
    pub(crate) async fn rules_changed(&mut self) -> Result<Timestamp, OfficeError> {
        let mut changed = Timestamp::MIN;
        for filed in self.everything::<Published>("kept").await? {
            let set = self.office.compile(&filed.id, &filed.what)?.1;
            let past = [filed.what.at, set.effective, set.sunset].into_iter().filter(|at| *at <= self.at);
            changed = past.fold(changed, Timestamp::max);
        }
        Ok(changed)
    }

    async fn hold_unexplained(&mut self, differences: &[(Level, Level, u64)]) -> Result<(), OfficeError> {
        let value = serde_json::json!({ "differences": differences });
        let fields = value.as_object().cloned().unwrap_or_default();
        let (content, salt, batch) = self.commit(fields)?;
        let people: u64 = differences.iter().map(|(.., people)| people).sum();
        let held = Logged::BatchHeld {
            reason: HoldReason::UnexplainedChange,
            people: Count::of_many(people),
            batch,
        };
        self.log(schedule(&self.office.body), held).await?;
        self.alert(AlertAbout::UnexplainedChange).await?;
        let (at, differences, opening) = (self.at, differences.to_vec(), (content, salt));
        self.file(&Unexplained { at, differences, opening, released: false }).await?;
        Ok(())
    }
}
