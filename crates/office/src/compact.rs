//! Visits of days that are over move out of the database, into partitions: objects sorted by venue and time, in which a person is
//! still the pseudonym of that day.
//!
//! A partition is claimed under a random name, then written, then, in one transaction, recorded while its visits leave the
//! database. Whoever dies in between leaves visits in the database and an object that nobody knows of, which is swept away. When
//! the key of a day is destroyed, its partitions are no longer known, and are swept away likewise.

use std::collections::BTreeSet;

use contacts::{DAY, write_partition};
use evidence::{PersonId, VenueId, Visit};
use jiff::{SignedDuration, Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use store::{DayVisit, Objects, RecordId};

use crate::{
    check_in::OPEN_MAX,
    desk::{Desk, day_of, start_of},
    error::OfficeError,
    kept::Kept,
    office::{Office, transact},
};

/// Most visits of a partition: as many as a database takes out in a moment, and memory holds with ease.
const VISITS_MAX: u32 = 250_000;
/// Whoever claimed a partition so long ago and has not recorded it died.
const CLAIM: SignedDuration = SignedDuration::from_hours(1);

/// Visits of a day in an object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Partition {
    /// The day of UTC on which they began.
    pub day: Date,
    /// The name of the object.
    pub object: String,
    /// How many visits it holds.
    pub visits: u64,
    /// How many bytes it has.
    pub bytes: u64,
    /// The first venue of which it holds visits.
    pub first: VenueId,
    /// The last.
    pub last: VenueId,
    /// When it was claimed.
    pub at: Timestamp,
    /// Whether it is written and its visits have left the database.
    pub written: bool,
}

impl Kept for Partition {
    const KIND: &'static str = "partition";
    fn person(&self) -> Option<&PersonId> {
        None
    }
    fn state(&self) -> &'static str {
        if self.written { "written" } else { "claimed" }
    }
    fn keep_until(&self) -> Option<Timestamp> {
        None
    }
}

/// The bytes of a partition.
fn bytes_of(day: Date, visits: &[DayVisit]) -> Result<Vec<u8>, OfficeError> {
    let start = start_of(day)?.as_microsecond();
    let says =
        |visit: &DayVisit| Visit { venue: visit.venue.clone(), entered: visit.entered, left: visit.left };
    let visits: Vec<_> = visits.iter().map(|visit| (visit.pseudonym.0, says(visit))).collect();
    let mut bytes = Vec::new();
    write_partition((start, start + DAY), &visits, &mut bytes)?;
    Ok(bytes)
}

/// How many of the visits have ended: between two looks at the same visits it tells whether any was changed.
fn ended(visits: &[DayVisit]) -> u64 {
    visits.iter().filter(|visit| visit.left.is_some()).count() as u64
}

impl Office {
    /// Moves the visits of settled days out of the database, a partition at a time; gives how many.
    pub(crate) async fn compact(&self) -> Result<u64, OfficeError> {
        let Some(objects) = self.objects.as_deref() else { return Ok(0) };
        let days = transact!(self, |desk| { desk.settled_days().await })?;
        let mut moved = 0;
        for day in days {
            loop {
                let visits = transact!(self, |desk| { Ok(desk.tx.visits_of(day, VISITS_MAX).await?) })?;
                let part = self.move_out(objects, day, &visits).await?;
                moved += part;
                if part < u64::from(VISITS_MAX) {
                    break;
                }
            }
        }
        Ok(moved)
    }

    /// Moves some visits of a day, the first of it in the order of venue, entry and id.
    async fn move_out(
        &self,
        objects: &dyn Objects,
        day: Date,
        visits: &[DayVisit],
    ) -> Result<u64, OfficeError> {
        let (Some(first), Some(last)) = (visits.first(), visits.last()) else { return Ok(0) };
        let bytes = bytes_of(day, visits)?;
        let claim = transact!(self, |desk| {
            let id = desk.new_id();
            let claimed = Partition {
                day,
                object: format!("{day}-{}.visits", id.as_str()),
                visits: visits.len() as u64,
                bytes: bytes.len() as u64,
                first: first.venue.clone(),
                last: last.venue.clone(),
                at: desk.at,
                written: false,
            };
            desk.file_as(id.clone(), &claimed, None).await?;
            Ok((id, claimed.object))
        })?;
        let (id, object) = claim;
        objects.write(&object, bytes).await?;
        let is_recorded = transact!(self, |desk| { desk.record_partition(&id, last, ended(visits)).await })?;
        Ok(if is_recorded { visits.len() as u64 } else { 0 })
    }

    /// Deletes the objects that nobody knows of.
    pub(crate) async fn sweep(&self) -> Result<u64, OfficeError> {
        let Some(objects) = self.objects.as_deref() else { return Ok(0) };
        // An object is claimed before it is written. Those that are there now and that nobody has claimed afterwards were given up.
        let names = objects.names().await?;
        let known = transact!(self, |desk| { desk.known_objects().await })?;
        let mut swept = 0;
        for name in names.iter().filter(|name| !known.contains(*name)) {
            objects.delete(name).await?;
            swept += 1;
        }
        Ok(swept)
    }
}

impl Desk<'_> {
    /// Days whose visits can no longer change, and of which nothing moved today: what is entered into them later, such as what a case
    /// remembers, makes one small partition a day at most.
    async fn settled_days(&mut self) -> Result<Vec<Date>, OfficeError> {
        let (settled, today) = (day_of(self.ago(OPEN_MAX)), day_of(self.at));
        let partitions = self.in_state::<Partition>("written", None, u32::MAX >> 1).await?;
        let today = partitions.into_iter().filter(|filed| day_of(filed.what.at) == today);
        let moved: BTreeSet<Date> = today.map(|filed| filed.what.day).collect();
        let keys = self.day_keys_from(Date::MIN).await?;
        let days = self.tx.visit_days().await?.into_iter();
        Ok(days.filter(|day| *day < settled && !moved.contains(day) && keys.contains_key(day)).collect())
    }

    /// Records a partition that was written, and takes its visits out of the database; `false` where they are no longer those that
    /// were written, or the claim was given up.
    async fn record_partition(
        &mut self,
        id: &RecordId,
        last: &DayVisit,
        ended: u64,
    ) -> Result<bool, OfficeError> {
        let Some(mut filed) = self.filed::<Partition>(id).await?.filter(|filed| !filed.what.written) else {
            return Ok(false);
        };
        if self.tx.count_visits_to(last).await? != (filed.what.visits, ended) {
            return Ok(false);
        }
        self.tx.forget_visits_to(last).await?;
        filed.what.written = true;
        self.refile(&filed).await?;
        Ok(true)
    }

    /// The objects that are written or being written. Claims of those who died are given up.
    async fn known_objects(&mut self) -> Result<BTreeSet<String>, OfficeError> {
        let mut known = BTreeSet::new();
        for filed in self.in_state::<Partition>("claimed", None, u32::MAX >> 1).await? {
            if filed.what.at <= self.ago(CLAIM) {
                self.discard(&filed).await?;
            } else {
                known.insert(filed.what.object);
            }
        }
        let written = self.in_state::<Partition>("written", None, u32::MAX >> 1).await?;
        known.extend(written.into_iter().map(|filed| filed.what.object));
        Ok(known)
    }

    /// Forgets the partitions of a day whose key is destroyed; gives how many visits they held. Their objects are swept away.
    pub(crate) async fn forget_partitions(&mut self, day: Date) -> Result<u64, OfficeError> {
        let mut visits = 0;
        for state in ["written", "claimed"] {
            for filed in self.in_state::<Partition>(state, None, u32::MAX >> 1).await? {
                if filed.what.day == day {
                    self.discard(&filed).await?;
                    visits += if filed.what.written { filed.what.visits } else { 0 };
                }
            }
        }
        Ok(visits)
    }
}
