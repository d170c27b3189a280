//! Figures that are published: what each rule found, what appeals came to, and how long people were restricted who were not infected as
//! far as anybody knows (R10). Nothing in them can point at one person.

use std::{collections::BTreeMap, sync::Arc};

use evidence::{CaseStatus, Level, PersonId, TestResult};
use jiff::{SignedDuration, Timestamp, ToSpan as _, civil::Time, tz::TimeZone};
use ledger::{Count, Logged, Sha256Hash};
use rating::{Efficacy, Evidence, RuleEfficacy, RuleSet, Says, rate_in_force};
use serde::{Deserialize, Serialize};

use crate::{
    actor::Actor,
    desk::Desk,
    error::OfficeError,
    everybody::Somebody,
    kept::{Appeal, Kept},
    office::{Office, transact},
    permissions::UseCase,
};

/// How far back figures reach, in days: as long as everything that restricts is kept.
const DAYS: i64 = 14;
/// Groups of fewer people than this are taken together.
const GROUP_MIN: u64 = 10;

/// Figures over the last 14 days, or since the rule set took effect.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    /// The rule set in force.
    pub rule_set: String,
    /// Its version.
    pub version: u32,
    /// First instant.
    pub from: Timestamp,
    /// End (not in it).
    pub to: Timestamp,
    /// People with a record.
    pub people: Count,
    /// What each rule found.
    pub rules: Vec<RuleFigures>,
    /// What became of appeals that were made in the last 90 days.
    pub appeals: AppealFigures,
    /// By `area` and `age`: of each group, who was restricted and for how long. Groups of fewer than ten people are taken together.
    pub groups: BTreeMap<String, BTreeMap<String, GroupFigures>>,
}

/// What a rule found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RuleFigures {
    /// The rule.
    pub rule: String,
    /// People it restricted, of those whose evidence is still kept.
    pub restricted: Count,
    /// Those of them who tested positive while it did, with a result that was not known before.
    pub positive: Count,
    /// The positive predictive value, `positive / restricted`; not told where it would tell a small number.
    pub share: Option<f64>,
    /// Its 95% Wilson interval.
    pub interval: Option<(f64, f64)>,
}

/// What became of appeals.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AppealFigures {
    /// Made.
    pub made: Count,
    /// Decided for the person.
    pub upheld: Count,
    /// Not decided in time by a human.
    pub overdue: Count,
    /// Median hours from the appeal to a human's decision; not told of fewer than ten.
    pub median_hours: Option<f64>,
}

/// How a group fared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupFigures {
    /// People in it.
    pub people: Count,
    /// Of them restricted on at least one day.
    pub restricted: Count,
    /// Midnights on which somebody of it was restricted.
    pub restricted_person_days: Count,
    /// Of those, midnights of people with neither a positive test nor a case in their evidence: wrongly restricted as far as anybody
    /// knows.
    pub wrongly_restricted_person_days: Count,
}

/// Figures as they were published.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct PublishedFigures {
    figures: Figures,
    at: Timestamp,
}

impl Kept for PublishedFigures {
    const KIND: &'static str = "figures";
    fn person(&self) -> Option<&PersonId> {
        None
    }
    fn keep_until(&self) -> Option<Timestamp> {
        None
    }
}

/// A group as it is counted.
#[derive(Debug, Clone, Copy, Default)]
struct Group {
    people: u64,
    restricted: u64,
    days: u64,
    wrong_days: u64,
}

impl Office {
    /// Finds the figures anew and publishes them; their hash enters the public log.
    ///
    /// # Errors
    /// [`OfficeError::Forbidden`] for roles that publish nothing, [`OfficeError::Refused`] where no rule set is in force.
    pub async fn publish_figures(&self, actor: &Actor) -> Result<Figures, OfficeError> {
        let (rule_set, at, appeals) = transact!(self, |desk| {
            desk.authorise(actor, UseCase::PublishFigures, None, "").await?;
            Ok((desk.rule_set().await?, desk.at, desk.appeal_figures().await?))
        })?;
        let rule_set = rule_set.ok_or_else(|| {
            OfficeError::refused("no rule set is in force", "figures are about the rules that hold now")
        })?;
        let from = at.checked_sub(SignedDuration::from_hours(24 * DAYS))?.max(rule_set.effective);
        let midnights = midnights(&self.zone, from, at);
        let mut efficacy = Efficacy::new(&rule_set, at);
        let mut people = 0;
        let mut groups: BTreeMap<&'static str, BTreeMap<String, Group>> = BTreeMap::new();
        let year = at.to_zoned_datetime(self.zone.clone()).year();
        self.each_of_everybody(|somebody| {
            people += 1;
            efficacy.add(&somebody.evidence);
            let group = fared(&rule_set, &somebody.evidence, &midnights);
            for (by, name) in groups_of(&somebody, year) {
                groups.entry(by).or_default().entry(name).or_default().add(group);
            }
        })
        .await?;
        let figures = Figures {
            rule_set: rule_set.id.clone(),
            version: rule_set.version,
            from,
            to: at,
            people: Count::of_many(people),
            rules: efficacy.report().into_iter().map(rule_figures).collect(),
            appeals,
            groups: groups.into_iter().map(|(by, groups)| (by.to_owned(), published(groups))).collect(),
        };
        self.keep_figures(actor, &rule_set, &figures).await?;
        Ok(figures)
    }

    /// The figures that were published last, and when.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn figures(&self) -> Result<Option<(Figures, Timestamp)>, OfficeError> {
        transact!(self, |desk| {
            let all = desk.everything::<PublishedFigures>("kept").await?.into_iter();
            let last = all.max_by_key(|filed| filed.what.at);
            Ok(last.map(|filed| (filed.what.figures, filed.what.at)))
        })
    }

    async fn keep_figures(
        &self,
        actor: &Actor,
        rule_set: &Arc<RuleSet>,
        figures: &Figures,
    ) -> Result<(), OfficeError> {
        transact!(self, |desk| {
            let by = actor.officer().ok_or(OfficeError::Unknown("officer"))?;
            let name = rule_set.id.parse().map_err(|error: ledger::NameError| {
                OfficeError::refused(error.to_string(), "publish a rule set whose id can stand in the log")
            })?;
            let report = Sha256Hash::of(&serde_json::to_vec(figures)?);
            let (version, from, to) = (figures.version, figures.from, figures.to);
            let logged = Logged::AccuracyReported { rule_set: name, version, from, to, report };
            desk.log(by.logged(), logged).await?;
            desk.file(&PublishedFigures { figures: figures.clone(), at: desk.at }).await?;
            Ok(())
        })
    }
}

fn is_told(number: u64) -> bool {
    number == 0 || number >= GROUP_MIN
}

/// The midnights of a place in a time.
fn midnights(zone: &TimeZone, from: Timestamp, to: Timestamp) -> Vec<Timestamp> {
    let mut day = from.to_zoned_datetime(zone.clone()).date();
    let mut midnights = Vec::new();
    for _ in 0..=DAYS {
        let midnight = day.to_datetime(Time::midnight()).to_zoned_datetime(zone.clone());
        midnights.extend(midnight.map(|midnight| midnight.timestamp()).ok());
        day = day.saturating_add(1.day());
    }
    midnights.retain(|midnight| from <= *midnight && *midnight < to);
    midnights
}

/// How one person fared.
fn fared(rule_set: &RuleSet, evidence: &Evidence, midnights: &[Timestamp]) -> Group {
    let restricted = |at: &&Timestamp| rate_in_force(rule_set, evidence, **at).level > Level::Green;
    let days = midnights.iter().filter(restricted).count() as u64;
    let infected = evidence.pieces.iter().any(|piece| match &piece.says {
        Says::Test(test) => test.result == TestResult::Positive,
        Says::Case(case) => matches!(case.status, CaseStatus::Confirmed | CaseStatus::Recovered),
        _ => false,
    });
    Group { people: 1, restricted: u64::from(days > 0), days, wrong_days: if infected { 0 } else { days } }
}

fn groups_of(somebody: &Somebody, year: i16) -> [(&'static str, String); 2] {
    let unknown = || "(not known)".to_owned();
    let area = somebody.person.area.as_ref().map_or_else(unknown, ToString::to_string);
    let age = somebody.person.birth_year.map_or_else(unknown, |born| rating::age_band(year - born.year()));
    [("area", area), ("age", age)]
}

fn rule_figures(found: RuleEfficacy) -> RuleFigures {
    let told = is_told(found.restricted) && is_told(found.positive);
    RuleFigures {
        rule: found.rule,
        restricted: Count::of_many(found.restricted),
        positive: Count::of_many(found.positive),
        share: found.share.filter(|_| told),
        interval: found.interval.filter(|_| told),
    }
}

/// Groups as they are published: small ones are taken together, with a larger one where they would be small even so.
fn published(groups: BTreeMap<String, Group>) -> BTreeMap<String, GroupFigures> {
    let mut by_size: Vec<(String, Group)> = groups.into_iter().collect();
    by_size.sort_by(|(a, of_a), (b, of_b)| (of_a.people, a).cmp(&(of_b.people, b)));
    let mut small = Group::default();
    let mut published = BTreeMap::new();
    for (name, group) in by_size {
        if group.people < GROUP_MIN || (small.people > 0 && small.people < GROUP_MIN) {
            small.add(group);
        } else {
            published.insert(name, group.figures());
        }
    }
    if small.people > 0 {
        published.insert("(small groups)".to_owned(), small.figures());
    }
    published
}

impl Group {
    fn add(&mut self, other: Group) {
        self.people += other.people;
        self.restricted += other.restricted;
        self.days += other.days;
        self.wrong_days += other.wrong_days;
    }

    fn figures(self) -> GroupFigures {
        GroupFigures {
            people: Count::of_many(self.people),
            restricted: Count::of_many(self.restricted),
            restricted_person_days: Count::of_many(self.days),
            wrongly_restricted_person_days: Count::of_many(self.wrong_days),
        }
    }
}

impl Desk<'_> {
    /// What became of the appeals that are kept.
    async fn appeal_figures(&mut self) -> Result<AppealFigures, OfficeError> {
        let (mut made, mut upheld, mut overdue, mut hours) = (0, 0, 0, Vec::new());
        for state in ["open", "decided"] {
            for filed in self.everything::<Appeal>(state).await? {
                made += 1;
                let appeal = filed.what;
                match appeal.decision {
                    None => overdue += u64::from(appeal.decide_by <= self.at),
                    Some(decision) => {
                        upheld += u64::from(decision.upheld);
                        match decision.by {
                            None => overdue += 1,
                            Some(_) => {
                                hours.push(decision.at.duration_since(appeal.made).as_secs_f64() / 3_600.0)
                            }
                        }
                    }
                }
            }
        }
        hours.sort_by(f64::total_cmp);
        let told = hours.len() as u64 >= GROUP_MIN;
        let median_hours = hours.get(hours.len() / 2).copied().filter(|_| told);
        Ok(AppealFigures {
            made: Count::of_many(made),
            upheld: Count::of_many(upheld),
            overdue: Count::of_many(overdue),
            median_hours,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(people: u64) -> Group {
        Group { people, restricted: people, days: people, wrong_days: 0 }
    }

    #[test]
    fn small_groups_are_taken_together_and_never_told_alone() {
        let groups = |sizes: &[u64]| {
            let named = sizes.iter().map(|size| (format!("g{size}"), of(*size)));
            published(named.collect())
                .into_iter()
                .map(|(name, of)| format!("{name}={}", of.people))
                .collect::<Vec<_>>()
        };
        assert_eq!(groups(&[50, 20]), ["g20=20", "g50=50"]);
        assert_eq!(groups(&[50, 20, 6, 5]), ["(small groups)=11", "g20=20", "g50=50"]);
        assert_eq!(
            groups(&[50, 20, 3]),
            ["(small groups)=23", "g50=50"],
            "three alone could be told from the sum"
        );
        assert_eq!(groups(&[3]), ["(small groups)=1-9"]);
    }
}
