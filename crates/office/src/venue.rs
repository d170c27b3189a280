//! Venues: places with a code at their door, and who may change that code.

use evidence::{PersonId, Position, Venue, VenueId, VenueKind};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::RecordId;

use crate::{
    actor::Actor,
    desk::{Desk, Filed},
    error::OfficeError,
    kept::Kept,
    office::{Office, transact},
    permissions::UseCase,
};

/// What codes are looked up as.
const CODE: &str = "venue code";
/// Letters of a code: those of Crockford's base 32, which leaves out the ones that are read as others.
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Letters in a code: 80 bits, which nobody guesses.
const CODE_LETTERS: usize = 16;
/// Longest name, in characters.
const NAME_MAX: usize = 100;

/// A venue as the office keeps it. It is about no person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// The venue.
    pub venue: Venue,
    /// Since when its code is valid.
    pub code_since: Timestamp,
}

impl Kept for Place {
    const KIND: &'static str = "venue";
    fn person(&self) -> Option<&PersonId> {
        None
    }
    fn keep_until(&self) -> Option<Timestamp> {
        None
    }
}

/// That a venue is a person's, who rotates its code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owns {
    /// Whose it is.
    pub person: PersonId,
    /// The venue.
    pub venue: VenueId,
}

impl Kept for Owns {
    const KIND: &'static str = "owns";
    fn person(&self) -> Option<&PersonId> {
        Some(&self.person)
    }
    fn keep_until(&self) -> Option<Timestamp> {
        None
    }
}

/// What somebody gives of a venue.
#[derive(Debug, Clone, PartialEq)]
pub struct VenueGiven {
    /// What people call it.
    pub name: String,
    /// What sort of place it is.
    pub kind: VenueKind,
    /// Where it is. A place trace finds it only then.
    pub position: Option<Position>,
}

/// A venue's code, as its poster shows it. Only a keyed hash of it is kept.
#[derive(Clone, PartialEq, Eq)]
pub struct VenueCode(String);

impl std::fmt::Debug for VenueCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("VenueCode")
    }
}

impl VenueCode {
    /// A code as somebody scanned or typed it: spaces, hyphens and small letters do not matter.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let letters =
            text.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_uppercase());
        VenueCode(letters.take(CODE_LETTERS + 1).collect())
    }

    /// The code's letters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn draw(random: [u8; CODE_LETTERS]) -> Self {
        let letter = |byte: u8| LETTERS.get(usize::from(byte % 32)).copied().map_or('0', char::from);
        VenueCode(random.into_iter().map(letter).collect())
    }
}

impl Office {
    /// Registers a venue: a resident theirs, a desk anybody's. Gives its id and its code, which is shown only now.
    ///
    /// # Errors
    /// [`OfficeError::Refused`] without a name, or with one of more than 100 characters.
    pub async fn register_venue(
        &self,
        actor: &Actor,
        given: &VenueGiven,
    ) -> Result<(VenueId, VenueCode), OfficeError> {
        let length = given.name.trim().chars().count();
        if length == 0 || length > NAME_MAX {
            return Err(OfficeError::refused(
                format!("a venue's name has 1 to {NAME_MAX} characters"),
                "give the name that people know it by",
            ));
        }
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::KeepVenue, None, "").await?;
            let id = desk.new_id();
            let venue = VenueId::new(id.as_str())?;
            let code = VenueCode::draw(self.random());
            let place = Place {
                venue: Venue {
                    venue: venue.clone(),
                    name: Some(given.name.trim().to_owned()),
                    kind: given.kind.clone(),
                    position: given.position,
                },
                code_since: desk.at,
            };
            desk.file_as(id, &place, Some(self.code_hash(&code)?)).await?;
            if let Actor::Resident(person) = actor {
                desk.known(person).await?;
                desk.file(&Owns { person: person.clone(), venue: venue.clone() }).await?;
            }
            Ok((venue, code))
        })
    }

    /// Gives a venue another code, which is shown only now. Posters with the old one no longer work.
    ///
    /// # Errors
    /// [`OfficeError::Unknown`] where there is no such venue, or it is not the actor's.
    pub async fn rotate_code(&self, actor: &Actor, venue: &VenueId) -> Result<VenueCode, OfficeError> {
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::KeepVenue, None, "").await?;
            if let Actor::Resident(person) = actor {
                let owned = desk.about::<Owns>(person).await?;
                if !owned.iter().any(|owns| owns.what.venue == *venue) {
                    return Err(OfficeError::Unknown("venue"));
                }
            }
            let mut place = desk.place(venue).await?.ok_or(OfficeError::Unknown("venue"))?;
            place.what.code_since = desk.at;
            let code = VenueCode::draw(self.random());
            desk.refile_as(&place, self.code_hash(&code)?).await?;
            Ok(code)
        })
    }

    /// The venues that are a person's.
    ///
    /// # Errors
    /// [`OfficeError::Unknown`] where the actor may not act for the person.
    pub async fn venues_of(&self, actor: &Actor, person: &PersonId) -> Result<Vec<Place>, OfficeError> {
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::KeepVenue, Some(person), "reading out venues").await?;
            let mut places = Vec::new();
            for owns in desk.about::<Owns>(person).await? {
                places.extend(desk.place(&owns.what.venue).await?.map(|place| place.what));
            }
            Ok(places)
        })
    }

    /// The venue at whose door a code hangs, for whoever stands there to see before they check in.
    ///
    /// # Errors
    /// [`OfficeError::Unknown`] where the code is not, or no longer, one of a venue.
    pub async fn venue_with(&self, code: &VenueCode) -> Result<Venue, OfficeError> {
        transact!(self, |desk| { desk.venue_with(code).await })
    }

    /// What people call a venue; none where it is not registered here any more.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn venue_name(&self, venue: &VenueId) -> Result<Option<String>, OfficeError> {
        transact!(self, |desk| { Ok(desk.place(venue).await?.and_then(|place| place.what.venue.name)) })
    }

    fn code_hash(&self, code: &VenueCode) -> Result<Vec<u8>, OfficeError> {
        Ok(self.keys.lookup(CODE, code.as_str())?.0)
    }
}

impl Desk<'_> {
    /// The venue with a code.
    pub(crate) async fn venue_with(&mut self, code: &VenueCode) -> Result<Venue, OfficeError> {
        let found = self.found::<Place>(CODE, code.as_str()).await?.into_iter().next();
        found
            .map(|place| place.what.venue)
            .ok_or(OfficeError::Unknown("code; scan the one that hangs there now"))
    }

    /// A venue's record.
    pub(crate) async fn place(&mut self, venue: &VenueId) -> Result<Option<Filed<Place>>, OfficeError> {
        match RecordId::parse(venue.as_str()) {
            Some(id) => self.filed(&id).await,
            None => Ok(None),
        }
    }
}
