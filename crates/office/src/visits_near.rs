//! The visits near a case, from the database and from the partitions of earlier days alike. Costs in proportion to the case's own
//! visits and to those that can overlap them.

use std::collections::BTreeMap;

use evidence::{About, PersonId, VenueId, Visit};
use jiff::{SignedDuration, Timestamp, ToSpan as _, civil::Date};
use store::{DayKey, Objects, Pseudonym, VenueSpan};

use crate::{
    compact::Partition,
    desk::{Desk, Filed, day_of},
    error::OfficeError,
    fetched::ask,
};

/// Days on which somebody may still be where they checked in: a visit that nobody ended is forgotten as open after two days.
const STAY_DAYS_MAX: i64 = 2;

/// A visit of a day, by whom only that day's key can name.
type Seen = (Date, Pseudonym, Visit);

impl<'o> Desk<'o> {
    /// A case's own visits since it was infectious, and everybody's that can overlap them.
    pub(crate) async fn visits_near(
        &mut self,
        person: &PersonId,
        from: Timestamp,
    ) -> Result<Vec<About<Visit>>, OfficeError> {
        let stay = SignedDuration::from_hours(24 * STAY_DAYS_MAX);
        let first = from.checked_sub(stay).unwrap_or(Timestamp::MIN);
        let linger = self.office.profile.venue.longest_linger();
        let mut spans = Vec::new();
        for visit in self.visits_by_from(person, day_of(first)).await? {
            let left = visit.left.map_or_else(|| visit.entered.checked_add(stay), Ok)?;
            let to = left.min(self.at).checked_add(linger)?;
            // Others may have come days before, and up to the end of the visit.
            let mut day = day_of(visit.entered).saturating_sub(STAY_DAYS_MAX.days());
            while day <= day_of(to) {
                spans.push(VenueSpan { day, venue: visit.venue.clone(), from: visit.entered, to });
                day = day.tomorrow()?;
            }
        }
        self.visits_overlapping(&spans).await
    }

    /// A person's visits that began on a day or later, as far as those days have keys, in no order.
    pub(crate) async fn visits_by_from(
        &mut self,
        person: &PersonId,
        first: Date,
    ) -> Result<Vec<Visit>, OfficeError> {
        let keys = self.day_keys_from(first).await?;
        let partitions = self.partitions_of(&keys).await?;
        self.own_visits(person, &keys, &partitions).await
    }

    /// Everybody's visits that can overlap stretches of time at venues, each once, as far as their days have keys.
    pub(crate) async fn visits_overlapping(
        &mut self,
        spans: &[VenueSpan],
    ) -> Result<Vec<About<Visit>>, OfficeError> {
        let Some(first) = spans.iter().map(|span| span.day).min() else { return Ok(Vec::new()) };
        let keys = self.day_keys_from(first).await?;
        let partitions = self.partitions_of(&keys).await?;
        let mut near = Vec::new();
        for (day, pseudonym, says) in self.seen_near(spans, &partitions).await? {
            if let Some(key) = keys.get(&day) {
                near.push(About { person: key.person(pseudonym)?, says });
            }
        }
        Ok(near)
    }

    /// The partitions of days that have keys.
    async fn partitions_of(
        &mut self,
        keys: &BTreeMap<Date, DayKey>,
    ) -> Result<Vec<Filed<Partition>>, OfficeError> {
        let mut partitions = self.in_state::<Partition>("written", None, u32::MAX >> 1).await?;
        partitions.retain(|filed| keys.contains_key(&filed.what.day));
        Ok(partitions)
    }

    fn partition_place(&self) -> Result<&'o dyn Objects, OfficeError> {
        let refused = || {
            OfficeError::refused(
                "visits of earlier days lie in partitions, and this office does not know where",
                "configure the place of partitions",
            )
        };
        let office = self.office;
        office.objects.as_deref().ok_or_else(refused)
    }

    /// A person's visits on days that have keys.
    async fn own_visits(
        &mut self,
        person: &PersonId,
        keys: &BTreeMap<Date, DayKey>,
        partitions: &[Filed<Partition>],
    ) -> Result<Vec<Visit>, OfficeError> {
        let mut pseudonyms = BTreeMap::new();
        for (day, key) in keys {
            pseudonyms.insert(*day, key.pseudonym(person)?);
        }
        let visitors: Vec<(Date, Pseudonym)> = pseudonyms.iter().map(|(day, of)| (*day, *of)).collect();
        let visits = self.tx.visits_by_any(&visitors).await?.into_iter();
        let mut own: Vec<Visit> = visits
            .map(|visit| Visit { venue: visit.venue, entered: visit.entered, left: visit.left })
            .collect();
        for Filed { what, .. } in partitions {
            let Some(pseudonym) = pseudonyms.get(&what.day) else { continue };
            let objects = self.partition_place()?;
            let question = |partition: &contacts::Partition| partition.of_person(&pseudonym.0);
            own.extend(ask(objects, (&what.object, what.bytes), question).await?);
        }
        Ok(own)
    }

    /// The visits that can overlap stretches of time at venues, each once.
    async fn seen_near(
        &mut self,
        spans: &[VenueSpan],
        partitions: &[Filed<Partition>],
    ) -> Result<Vec<Seen>, OfficeError> {
        let visits = self.tx.visits_near(spans).await?.into_iter();
        let mut seen: Vec<Seen> = visits
            .map(|visit| {
                let says = Visit { venue: visit.venue, entered: visit.entered, left: visit.left };
                (visit.day, visit.pseudonym, says)
            })
            .collect();
        let usual = self.office.profile.venue.longest_usual_stay();
        for Filed { what, .. } in partitions {
            let (first, last): (&VenueId, &VenueId) = (&what.first, &what.last);
            let inside = |span: &&VenueSpan| span.day == what.day && (first..=last).contains(&&span.venue);
            let here: Vec<&VenueSpan> = spans.iter().filter(inside).collect();
            if here.is_empty() {
                continue;
            }
            let question = |partition: &contacts::Partition| {
                // All are asked before the first that could not be read is told, so that what is missing is fetched together.
                let answers: Vec<_> = here
                    .iter()
                    .map(|span| partition.near(&span.venue, (span.from, span.to), usual))
                    .collect();
                answers.into_iter().collect::<Result<Vec<_>, _>>()
            };
            let answers = ask(self.partition_place()?, (&what.object, what.bytes), question).await?;
            let visits = answers.into_iter().flatten();
            let of_day = visits.map(|(pseudonym, visit)| (what.day, Pseudonym(pseudonym), visit));
            // Two stretches of time at one venue may find the same visit.
            let mut of_day: Vec<Seen> = of_day.collect();
            of_day.sort_by(|a, b| {
                let key = |(_, pseudonym, visit): &Seen| (*pseudonym, visit.entered, visit.left);
                (&a.2.venue, key(a)).cmp(&(&b.2.venue, key(b)))
            });
            of_day.dedup();
            seen.extend(of_day);
        }
        Ok(seen)
    }
}
