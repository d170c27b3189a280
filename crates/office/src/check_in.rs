//! Checking in at a venue and out of it. A visit alone never changes a colour, and a scan from afar is not presence (R16).

use evidence::{PersonId, Venue, VenueId};
use jiff::{SignedDuration, Timestamp};
use store::{DayVisit, RecordId};

use crate::{
    actor::Actor,
    desk::{Desk, day_of},
    error::OfficeError,
    kept::OpenVisit,
    office::{Office, transact},
    permissions::UseCase,
    venue::VenueCode,
};

/// Most check-ins of a person in a day (UTC). A day of errands and two journeys stays below it; a list of codes that is scanned at
/// home does not.
const CHECK_INS_A_DAY_MAX: usize = 30;
/// How soon after a check-in one at another venue is not believed: whoever stays less than this at a place meets nobody there
/// long enough to be a contact (15 minutes), so that nothing is lost by waiting.
const BETWEEN_VENUES_MIN: SignedDuration = SignedDuration::from_mins(3);
/// A visit that nobody ended stays without an end after so long.
pub(crate) const OPEN_MAX: SignedDuration = SignedDuration::from_hours(48);

impl Office {
    /// Checks in with the code at a venue's door. Whoever is still checked in elsewhere is checked out there, after the usual
    /// stay if that is over; whoever scans the same code twice has checked in once.
    ///
    /// # Errors
    /// [`OfficeError::Unknown`] where there is no such person, or the code is not one that hangs anywhere now;
    /// [`OfficeError::Refused`] within three minutes of a check-in elsewhere, and after 30 check-ins in a day.
    pub async fn check_in(
        &self,
        actor: &Actor,
        person: &PersonId,
        code: &VenueCode,
    ) -> Result<RecordId, OfficeError> {
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::CheckIn, Some(person), "").await?;
            desk.known(person).await?;
            let venue = desk.venue_with(code).await?.venue;
            desk.enter(person, &venue).await
        })
    }

    /// Where a person checked in last, unless they checked out or it is two days ago.
    ///
    /// # Errors
    /// [`OfficeError::Unknown`] where there is no such person.
    pub async fn checked_in(
        &self,
        actor: &Actor,
        person: &PersonId,
    ) -> Result<Option<CheckedIn>, OfficeError> {
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::CheckIn, Some(person), "").await?;
            let open = desk.about::<OpenVisit>(person).await?.into_iter().map(|open| open.what);
            let open = open.filter(|open| open.entered > desk.ago(OPEN_MAX)).max_by_key(|open| open.entered);
            let Some(OpenVisit { venue, entered, .. }) = open else { return Ok(None) };
            let Some(place) = desk.place(&venue).await? else { return Ok(None) };
            let until = desk.usual_end(&place.what.venue, entered)?;
            Ok(Some(CheckedIn { venue: place.what.venue, entered, until, is_over: until < desk.at }))
        })
    }

    /// Checks out of wherever the person is: they leave now, however long they stayed. Says whether they were anywhere.
    ///
    /// # Errors
    /// [`OfficeError::Unknown`] where there is no such person.
    pub async fn check_out(&self, actor: &Actor, person: &PersonId) -> Result<bool, OfficeError> {
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::CheckIn, Some(person), "").await?;
            desk.leave_everywhere(person, true).await
        })
    }
}

/// Where somebody checked in.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckedIn {
    /// The venue.
    pub venue: Venue,
    /// Since when they are there.
    pub entered: Timestamp,
    /// When they are taken to have left if they say nothing: after the usual stay at such a venue.
    pub until: Timestamp,
    /// Whether that is over.
    pub is_over: bool,
}

impl Desk<'_> {
    async fn enter(&mut self, person: &PersonId, venue: &VenueId) -> Result<RecordId, OfficeError> {
        let just_before = self.ago(BETWEEN_VENUES_MIN);
        let day = day_of(self.at);
        let mut just = Vec::new();
        for of in [day_of(just_before), day] {
            let Some(key) = self.day_key(of, of == day).await? else { continue };
            let visits = self.tx.visits_by(of, key.pseudonym(person)?).await?;
            if of == day && visits.len() >= CHECK_INS_A_DAY_MAX {
                return Err(OfficeError::refused(
                    format!("{CHECK_INS_A_DAY_MAX} check-ins in a day are the most that are believed"),
                    "check in again tomorrow; nobody may be kept out for it",
                ));
            }
            just.extend(visits.into_iter().filter(|visit| visit.entered > just_before));
        }
        if just.iter().any(|visit| visit.venue != *venue) {
            return Err(OfficeError::refused(
                "you checked in elsewhere less than three minutes ago",
                "check in when you have been here for three minutes",
            ));
        }
        for open in self.about::<OpenVisit>(person).await? {
            if open.what.venue == *venue && open.what.entered > just_before {
                return RecordId::parse(&open.what.visit).ok_or(OfficeError::Unknown("visit"));
            }
        }
        self.leave_everywhere(person, false).await?;
        let key = self.day_key(day, true).await?.ok_or(OfficeError::Unknown("day"))?;
        let id = self.new_id();
        let (pseudonym, venue) = (key.pseudonym(person)?, venue.clone());
        let visit =
            DayVisit { id: id.clone(), day, pseudonym, venue: venue.clone(), entered: self.at, left: None };
        self.tx.add_visit(&visit).await?;
        // Under an id of its own: without the master key nothing beside it says which visit is whose.
        let (person, visit) = (person.clone(), id.as_str().to_owned());
        self.file(&OpenVisit { person, venue, entered: self.at, visit }).await?;
        Ok(id)
    }

    /// When a visit ends that is ended now: to the minute. The instant would tell which visit begins with it, and lead from a day's
    /// pseudonym to the next day's.
    fn left(&self, entered: Timestamp) -> Result<Timestamp, OfficeError> {
        let minute = Timestamp::from_second(self.at.as_second() / 60 * 60)?;
        Ok(if minute > entered { minute } else { self.at })
    }

    /// When somebody who says nothing is taken to have left.
    fn usual_end(&self, venue: &Venue, entered: Timestamp) -> Result<Timestamp, OfficeError> {
        Ok(entered.checked_add(self.office.profile.venue.usual_stay_at(Some(&venue.kind)))?)
    }

    /// Ends the visits of a person that have not ended, but for those that nobody ended within two days: now where they say that they
    /// leave, or else after the usual stay if that is over. Says whether there were any.
    async fn leave_everywhere(&mut self, person: &PersonId, says_so: bool) -> Result<bool, OfficeError> {
        let mut was_there = false;
        for open in self.about::<OpenVisit>(person).await? {
            self.discard(&open).await?;
            let OpenVisit { venue, entered, visit, .. } = open.what;
            if entered <= self.ago(OPEN_MAX) {
                continue;
            }
            let mut left = self.left(entered)?;
            if !says_so && let Some(place) = self.place(&venue).await? {
                left = left.min(self.usual_end(&place.what.venue, entered)?);
            }
            let visit = RecordId::parse(&visit).ok_or(OfficeError::Unknown("visit"))?;
            self.tx.end_visit(&visit, left).await?;
            was_there = true;
        }
        Ok(was_there)
    }
}
