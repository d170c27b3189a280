//! Exposure notices: at which venues, and when, somebody who could pass the disease on was there or close by. A phone that keeps its
//! owner's visits compares them itself, and nobody learns what it found.
//!
//! Notices are published with the approval of a place trace, thus by two bodies. They name nobody, and a venue only by its id: a
//! random number that those know who scanned the code at its door. They change no colour.

use evidence::{EvidenceKind, PersonId, Venue, VenueId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    desk::Desk,
    error::OfficeError,
    kept::{Kept, retention},
    office::{Office, look},
    place_trace::NearPlace,
    venue::VenueCode,
};

/// Somebody who could pass the disease on was at a venue, or close by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ExposureNotice {
    /// The venue.
    pub venue: VenueId,
    /// From when.
    pub from: Timestamp,
    /// Until when.
    pub to: Timestamp,
}

impl Kept for ExposureNotice {
    const KIND: &'static str = "exposure_notice";
    fn person(&self) -> Option<&PersonId> {
        None
    }
    fn keep_until(&self) -> Option<Timestamp> {
        // As long as somebody's own visits: what is longer ago makes nobody a contact.
        retention(EvidenceKind::Visit, self.to)
    }
}

impl Office {
    /// The notices that are published, in the order of venues and times. Anybody may read them.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn exposure_notices(&self) -> Result<Vec<ExposureNotice>, OfficeError> {
        look!(self, |desk| { desk.exposure_notices().await })
    }

    /// The disease profile by which contacts are found, as it was published (TOML): a phone finds them by the same.
    #[must_use]
    pub fn disease_profile(&self) -> &str {
        &self.profile.document
    }

    /// The venue at whose door a code hangs, and how many minutes people usually stay there.
    ///
    /// # Errors
    /// [`OfficeError::Unknown`] where the code is not, or no longer, one of a venue.
    pub async fn venue_and_stay(&self, code: &VenueCode) -> Result<(Venue, i64), OfficeError> {
        let venue = self.venue_with(code).await?;
        let stay = self.profile.venue.usual_stay_at(Some(&venue.kind)).as_mins();
        Ok((venue, stay))
    }
}

impl Desk<'_> {
    async fn exposure_notices(&mut self) -> Result<Vec<ExposureNotice>, OfficeError> {
        let notices = self.everything::<ExposureNotice>("kept").await?.into_iter();
        let mut notices: Vec<ExposureNotice> = notices.map(|filed| filed.what).collect();
        notices.sort_unstable();
        Ok(notices)
    }

    /// Publishes a notice for every venue that an approved place trace reaches, unless the same is published.
    pub(crate) async fn publish_notices(
        &mut self,
        near: &NearPlace,
        venues: Vec<Venue>,
    ) -> Result<(), OfficeError> {
        let known = self.exposure_notices().await?;
        let notices = venues.into_iter().map(|venue| ExposureNotice {
            venue: venue.venue,
            from: near.from,
            to: near.to,
        });
        let new: Vec<ExposureNotice> =
            notices.filter(|notice| known.binary_search(notice).is_err()).collect();
        self.file_all(&new).await
    }
}
