//! What oversight sees: alerts, appeals that nobody decided in time, and how often records were looked at. No person, no diagnosis.

use std::collections::BTreeMap;

use evidence::PersonId;
use jiff::Timestamp;
use ledger::{AccessCount, AccessPurpose, BodyName, Count, Logged};
use serde::{Deserialize, Serialize};
use store::RecordId;

use crate::{
    actor::{Actor, Officer, Role},
    desk::{Desk, Filed, day_around},
    error::OfficeError,
    kept::{Appeal, Kept, days},
    logged::schedule,
    notices::{TAKEN_FOR, again_at},
    office::{Office, transact},
    permissions::UseCase,
};

/// Records read at once.
const AT_ONCE: u32 = 1_000;

/// Something oversight is to look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    /// When it came up.
    pub at: Timestamp,
    /// What.
    pub about: AlertAbout,
    /// Whether oversight was written to.
    pub sent: bool,
    /// How often somebody took it to write to oversight.
    #[serde(default)]
    pub tries: u32,
    /// When it is tried again, where it was tried.
    #[serde(default)]
    pub not_before: Option<Timestamp>,
}

/// What an alert is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlertAbout {
    /// Rulings are held because too many touch the same officers.
    RulingsHeld,
    /// Statements are held because they rest on the words of the same two officers.
    StatementsHeld,
    /// A place trace is held because it would ask too many people.
    TraceHeld,
    /// An import is held because it would restrict too many people.
    ImportHeld,
    /// Colours differ from what the published rules give.
    UnexplainedChange,
    /// Nobody decided an appeal in time.
    AppealOverdue,
    /// Personal rows were approved to leave the office.
    Exported,
    /// Another authority's passes are to be trusted.
    IssuerProposed,
}

impl Kept for Alert {
    const KIND: &'static str = "alert";
    fn person(&self) -> Option<&PersonId> {
        None
    }
    fn state(&self) -> &'static str {
        if self.sent { "sent" } else { "waiting" }
    }
    fn due(&self) -> Option<Timestamp> {
        (!self.sent).then_some(self.not_before.unwrap_or(self.at))
    }
    fn keep_until(&self) -> Option<Timestamp> {
        days(self.at, 365)
    }
}

/// A look at somebody's record, as it is counted: not whose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Look {
    role: Role,
    body: BodyName,
    purpose: AccessPurpose,
    /// Start of its day (UTC).
    from: Timestamp,
    /// Its end.
    to: Timestamp,
    looks: u64,
}

impl Kept for Look {
    const KIND: &'static str = "look";
    fn person(&self) -> Option<&PersonId> {
        None
    }
    fn keep_until(&self) -> Option<Timestamp> {
        None
    }
}

/// How often records were looked at on a day, by office and purpose; small numbers are not told exactly.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LooksOfDay {
    /// Start of the day (UTC).
    pub from: Timestamp,
    /// Its end.
    pub to: Timestamp,
    /// One row for each office and purpose.
    pub accesses: Vec<AccessCount>,
}

impl Kept for LooksOfDay {
    const KIND: &'static str = "looks_of_day";
    fn person(&self) -> Option<&PersonId> {
        None
    }
    fn keep_until(&self) -> Option<Timestamp> {
        days(self.to, 3 * 365)
    }
}

/// An appeal that nobody decided in time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overdue {
    /// The rule whose reason is contested.
    pub rule: String,
    /// When it was made.
    pub made: Timestamp,
    /// By when it should have been decided.
    pub decide_by: Timestamp,
    /// Whether it was decided for the person then.
    pub upheld: Option<bool>,
}

impl Office {
    /// Everything oversight was alerted to within the last year, the latest first.
    ///
    /// # Errors
    /// [`OfficeError::Forbidden`] for anybody but oversight.
    pub async fn alerts(&self, actor: &Actor) -> Result<Vec<Alert>, OfficeError> {
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::Oversee, None, "").await?;
            let mut alerts = desk.everything::<Alert>("waiting").await?;
            alerts.extend(desk.everything::<Alert>("sent").await?);
            let mut alerts: Vec<Alert> = alerts.into_iter().map(|filed| filed.what).collect();
            alerts.sort_by_key(|alert| std::cmp::Reverse(alert.at));
            Ok(alerts)
        })
    }

    /// Takes alerts that oversight was not written to yet, the oldest first. Whoever takes some writes to oversight within five minutes,
    /// and says so by [`Office::alert_sent`] or [`Office::alert_later`].
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn alerts_to_send(&self, limit: u32) -> Result<Vec<(RecordId, Alert)>, OfficeError> {
        transact!(self, |desk| {
            let mut alerts = desk.due::<Alert>(limit).await?;
            for filed in &mut alerts {
                filed.what.tries += 1;
                filed.what.not_before = Some(desk.at.checked_add(TAKEN_FOR)?);
            }
            desk.refile_all(&alerts).await?;
            Ok(alerts.into_iter().map(|Filed { id, what, .. }| (id, what)).collect())
        })
    }

    /// Remembers that an alert was sent.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn alert_sent(&self, alert: &RecordId) -> Result<(), OfficeError> {
        transact!(self, |desk| {
            match desk.filed::<Alert>(alert).await? {
                Some(mut filed) if !filed.what.sent => {
                    filed.what.sent = true;
                    desk.refile(&filed).await
                }
                _ => Ok(()),
            }
        })
    }

    /// Remembers that oversight could not be written to: an alert is tried again later.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn alert_later(&self, alert: &RecordId) -> Result<(), OfficeError> {
        transact!(self, |desk| {
            match desk.filed::<Alert>(alert).await? {
                Some(mut filed) if !filed.what.sent => {
                    filed.what.not_before = Some(again_at(desk.at, filed.what.tries));
                    desk.refile(&filed).await
                }
                _ => Ok(()),
            }
        })
    }

    /// How often records were looked at, by day, the latest first: who shows a pattern that oversight asks about.
    ///
    /// # Errors
    /// [`OfficeError::Forbidden`] for anybody but oversight.
    pub async fn looks(&self, actor: &Actor) -> Result<Vec<LooksOfDay>, OfficeError> {
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::Oversee, None, "").await?;
            let days = desk.everything::<LooksOfDay>("kept").await?;
            let mut days: Vec<LooksOfDay> = days.into_iter().map(|filed| filed.what).collect();
            days.sort_by_key(|day| std::cmp::Reverse(day.from));
            Ok(days)
        })
    }

    /// Appeals that nobody decided in time, the latest first.
    ///
    /// # Errors
    /// [`OfficeError::Forbidden`] for anybody but oversight.
    pub async fn overdue_appeals(&self, actor: &Actor) -> Result<Vec<Overdue>, OfficeError> {
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::Oversee, None, "").await?;
            let mut appeals = desk.everything::<Appeal>("open").await?;
            appeals.extend(desk.everything::<Appeal>("decided").await?);
            let at = desk.at;
            let overdue = |Appeal { rule, made, decide_by, decision, .. }: Appeal| {
                let ended = decision.as_ref().map_or(at, |decision| decision.at);
                let upheld = decision.map(|decision| decision.upheld);
                (ended >= decide_by).then_some(Overdue { rule, made, decide_by, upheld })
            };
            let mut overdue: Vec<Overdue> =
                appeals.into_iter().filter_map(|filed| overdue(filed.what)).collect();
            overdue.sort_by_key(|appeal| std::cmp::Reverse(appeal.decide_by));
            Ok(overdue)
        })
    }
}

/// For what a role looks at records, in the words of the public log.
fn purpose_of(role: Role, what: UseCase) -> AccessPurpose {
    match role {
        _ if what == UseCase::LineList => AccessPurpose::Export,
        Role::Resident | Role::Desk => AccessPurpose::Assistance,
        Role::Investigator | Role::Laboratory => AccessPurpose::CaseInvestigation,
        Role::Field => AccessPurpose::FollowUp,
        Role::Reviewer => AccessPurpose::Appeal,
        Role::Policy | Role::Oversight | Role::Operator => AccessPurpose::Audit,
    }
}

impl Desk<'_> {
    /// Alerts oversight.
    pub(crate) async fn alert(&mut self, about: AlertAbout) -> Result<(), OfficeError> {
        self.file(&Alert { at: self.at, about, sent: false, tries: 0, not_before: None }).await?;
        Ok(())
    }

    /// Counts a look at a record. Every look leaves a count of its own, so that no two are in each other's way.
    pub(crate) async fn count_look(&mut self, officer: &Officer, what: UseCase) -> Result<(), OfficeError> {
        let (from, to) = day_around(self.at)?;
        let look = Look {
            role: officer.role,
            body: officer.body.clone(),
            purpose: purpose_of(officer.role, what),
            from,
            to,
            looks: 1,
        };
        self.file(&look).await?;
        Ok(())
    }

    /// Adds up looks, and publishes those of days that are over. Says whether there is more to be added up.
    pub(crate) async fn add_up_looks(&mut self) -> Result<bool, OfficeError> {
        let some = self.in_state::<Look>("kept", None, AT_ONCE).await?;
        let is_all = some.len() < AT_ONCE as usize;
        let mut offices: BTreeMap<_, Vec<Filed<Look>>> = BTreeMap::new();
        for filed in some {
            let look = &filed.what;
            let office = ledger::Office { role: look.role.logged(), body: look.body.clone() };
            offices.entry((look.to, office, look.purpose)).or_default().push(filed);
        }
        let mut over: BTreeMap<(Timestamp, Timestamp), Vec<AccessCount>> = BTreeMap::new();
        for ((to, office, purpose), counts) in offices {
            let Some(first) = counts.first().map(|filed| filed.what.clone()) else { continue };
            let is_over = is_all && to <= self.at;
            if !is_over && counts.len() == 1 {
                continue;
            }
            let looks = counts.iter().map(|filed| filed.what.looks).sum();
            for filed in &counts {
                self.discard(filed).await?;
            }
            if is_over {
                let accesses = Count::of_many(looks);
                over.entry((first.from, to)).or_default().push(AccessCount { office, purpose, accesses });
            } else {
                self.file(&Look { looks, ..first }).await?;
            }
        }
        for ((from, to), accesses) in over {
            self.file(&LooksOfDay { from, to, accesses: accesses.clone() }).await?;
            self.log(schedule(&self.office.body), Logged::AccessStatistics { from, to, accesses }).await?;
        }
        Ok(!is_all)
    }

    /// All of a kind in a state.
    pub(crate) async fn everything<T: Kept>(&mut self, state: &str) -> Result<Vec<Filed<T>>, OfficeError> {
        let (mut all, mut after) = (Vec::new(), None);
        loop {
            let records = self.tx.in_state(T::KIND, state, after.as_ref(), AT_ONCE).await?;
            let Some(last) = records.last() else { return Ok(all) };
            after = Some(last.id.clone());
            all.extend(self.read_all::<T>(records).await?);
        }
    }
}
