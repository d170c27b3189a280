//! Where people were: stays in regions and journeys, as they tell it themselves or through a proxy or a desk.

use evidence::{Level, PersonId, RegionId, Stay, Trip};
use jiff::Timestamp;

use crate::{
    actor::Actor,
    desk::Desk,
    error::OfficeError,
    kept::{Piece, Says},
    office::{Office, transact},
    permissions::UseCase,
};

impl Office {
    /// Declares a stay in a region; gives the colour that follows. Declared again with the same arrival it takes the place of the
    /// first: so an open stay is ended.
    ///
    /// # Errors
    /// [`OfficeError::Refused`] for a stay in the future or one that ends before it begins; [`OfficeError::Unknown`] where there is
    /// no such person, or the actor may not act for them.
    pub async fn declare_stay(
        &self,
        actor: &Actor,
        person: &PersonId,
        region: &RegionId,
        arrived: Timestamp,
        left: Option<Timestamp>,
    ) -> Result<Level, OfficeError> {
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::Declare, Some(person), "writing down a stay").await?;
            desk.known(person).await?;
            desk.in_the_past(arrived, left.unwrap_or(arrived))?;
            let stay = Stay { region: region.clone(), region_level: None, arrived, left };
            let same = |says: &Says| matches!(says, Says::Stay(of) if of.region == stay.region && of.arrived == stay.arrived);
            let before = desk.about::<Piece>(person).await?.into_iter().find(|of| same(&of.what.says));
            match before {
                None => desk.take(person, Says::Stay(stay)).await,
                Some(mut before) => {
                    before.what.says = Says::Stay(stay);
                    desk.refile(&before).await?;
                    desk.rerate(person).await
                }
            }
        })
    }

    /// Declares a journey on a vehicle, once it has arrived; gives the colour that follows. The same journey counts once.
    ///
    /// # Errors
    /// [`OfficeError::Refused`] for a journey that has not ended or ends before it begins; [`OfficeError::Unknown`] where there is no
    /// such person, or the actor may not act for them.
    pub async fn declare_trip(
        &self,
        actor: &Actor,
        person: &PersonId,
        trip: &Trip,
    ) -> Result<Level, OfficeError> {
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::Declare, Some(person), "writing down a journey").await?;
            desk.known(person).await?;
            desk.travelled(person, trip).await?;
            desk.rerate(person).await
        })
    }
}

impl Desk<'_> {
    /// Takes in a journey, unless it is known; says whether it was new.
    pub(crate) async fn travelled(&mut self, person: &PersonId, trip: &Trip) -> Result<bool, OfficeError> {
        self.in_the_past(trip.departed, trip.arrived)?;
        let known = self.about::<Piece>(person).await?;
        if known.iter().any(|piece| matches!(&piece.what.says, Says::Trip(of) if of == trip)) {
            return Ok(false);
        }
        self.file(&Piece { person: person.clone(), received: self.at, says: Says::Trip(trip.clone()) })
            .await?;
        Ok(true)
    }

    /// Refuses times that are in the future, or the wrong way round.
    pub(crate) fn in_the_past(&self, from: Timestamp, to: Timestamp) -> Result<(), OfficeError> {
        if from > self.at || to > self.at {
            return Err(OfficeError::refused("this lies in the future", "say it when it has happened"));
        }
        if to < from {
            return Err(OfficeError::refused(
                "this ends before it begins",
                "give the end after the beginning",
            ));
        }
        Ok(())
    }
}
