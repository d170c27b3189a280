//! Levels of regions, as the authority publishes them. They are about no person; whoever declared a stay there is rated by them.

use evidence::{PersonId, RegionId, RegionLevel, RegionPeriod};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::RecordId;

use crate::{
    actor::{Actor, Officer},
    desk::Desk,
    error::OfficeError,
    kept::{FoundBy, Kept, Piece},
    office::{Office, transact},
    permissions::UseCase,
};

/// People who are rated anew in one transaction when a region's level begins.
const AT_ONCE: usize = 200;
/// Region levels read at once.
const PAGE: u32 = 1_000;

/// A region's level over a period, as it was published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LevelPublished {
    /// The level and its period.
    pub period: RegionPeriod,
    /// When it was published.
    pub at: Timestamp,
    /// By whom.
    pub by: Officer,
    /// When those who declared a stay there are rated anew; `None` once they were.
    rate_at: Option<Timestamp>,
    /// The last of them who was, in the order of ids.
    rated: Option<PersonId>,
}

impl LevelPublished {
    const REGION: &'static str = "region";
}

impl Kept for LevelPublished {
    const KIND: &'static str = "region_level";
    fn person(&self) -> Option<&PersonId> {
        None
    }
    fn found_by(&self) -> FoundBy {
        FoundBy::Value(LevelPublished::REGION, self.period.region.to_string())
    }
    fn due(&self) -> Option<Timestamp> {
        self.rate_at
    }
    fn keep_until(&self) -> Option<Timestamp> {
        None
    }
}

impl Office {
    /// Publishes a region's level from an instant on, until another or without an end. It is known from its beginning, so it cannot
    /// begin in the past: nobody is rated by what nobody could know. Those who declared a stay there are rated anew then.
    ///
    /// # Errors
    /// [`OfficeError::Refused`] for a beginning in the past, or an end before it.
    pub async fn publish_region_level(
        &self,
        actor: &Actor,
        region: &RegionId,
        level: RegionLevel,
        from: Option<Timestamp>,
        to: Option<Timestamp>,
    ) -> Result<RecordId, OfficeError> {
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::PublishRegionLevel, None, "").await?;
            let by = actor.officer().ok_or(OfficeError::Unknown("officer"))?.clone();
            let from = from.unwrap_or(desk.at);
            if from < desk.at {
                return Err(OfficeError::refused(
                    "the level would begin in the past",
                    "let it begin now or later: it is known from its beginning",
                ));
            }
            if to.is_some_and(|to| to <= from) {
                return Err(OfficeError::refused("the level would end before it begins", "give a later end"));
            }
            let period = RegionPeriod { region: region.clone(), level, from, to };
            desk.file(&LevelPublished { period, at: desk.at, by, rate_at: Some(from), rated: None }).await
        })
    }

    /// Every published level of every region, the earliest first.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn region_levels(&self) -> Result<Vec<RegionPeriod>, OfficeError> {
        transact!(self, |desk| {
            let (mut all, mut after) = (Vec::new(), None);
            loop {
                let page = desk.in_state::<LevelPublished>("kept", after.as_ref(), PAGE).await?;
                let Some(last) = page.last() else { break };
                after = Some(last.id.clone());
                all.extend(page.into_iter().map(|filed| filed.what.period));
            }
            all.sort_by(|a, b| (a.from, &a.region).cmp(&(b.from, &b.region)));
            Ok(all)
        })
    }
}

impl Desk<'_> {
    /// The published levels of a region.
    pub(crate) async fn levels_of(&mut self, region: &RegionId) -> Result<Vec<RegionPeriod>, OfficeError> {
        let found = self.found::<LevelPublished>(LevelPublished::REGION, region.as_str()).await?;
        Ok(found.into_iter().map(|filed| filed.what.period).collect())
    }

    /// Rates some of those anew who declared a stay in a region whose level began; gives how many, `None` where there is no more to
    /// do. It may be stopped and goes on where it was.
    pub(crate) async fn rate_stays(&mut self) -> Result<Option<u64>, OfficeError> {
        let Some(mut level) = self.due::<LevelPublished>(1).await?.into_iter().next() else {
            return Ok(None);
        };
        let region = level.what.period.region.clone();
        let lookup = self.office.keys.lookup(Piece::STAYS_IN, region.as_str())?.0;
        let stays = self.tx.found_by(Piece::KIND, &lookup).await?;
        let mut people: Vec<PersonId> = stays.into_iter().filter_map(|record| record.person).collect();
        people.sort_unstable();
        people.dedup();
        people.retain(|person| level.what.rated.as_ref().is_none_or(|rated| person > rated));
        let next = people.get(..AT_ONCE).unwrap_or(&people);
        self.rerate_all(&next.iter().cloned().collect()).await?;
        if next.len() == people.len() {
            (level.what.rate_at, level.what.rated) = (None, None);
        } else {
            level.what.rated = next.last().cloned();
        }
        self.refile(&level).await?;
        Ok(Some(next.len() as u64))
    }
}
