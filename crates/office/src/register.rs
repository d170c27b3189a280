//! Registering: by oneself, or at a desk.

use evidence::{HouseholdId, HouseholdMember, PersonId};

use crate::{
    actor::Actor,
    desk::{Desk, Filed},
    error::OfficeError,
    kept::{Kept, Lives, Resident},
    office::{Office, transact},
    permissions::UseCase,
};

/// What somebody gives when they register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registration {
    /// Their name.
    pub name: String,
    /// The number of an identity document, by which a desk finds them again. Only a keyed hash of it is kept.
    pub identity: Option<String>,
    /// How to reach them.
    pub contact: Option<String>,
    /// Their home.
    pub household: Option<HouseholdId>,
    /// Follow-up district.
    pub area: Option<String>,
}

/// What identity numbers are looked up as.
const IDENTITY: &str = "identity number";
/// What homes are looked up as.
const HOME: &str = "household";

impl Office {
    /// Registers a person; `by` is `None` for somebody who registers themselves and is nobody yet.
    ///
    /// # Errors
    /// [`OfficeError::Refused`] without a name, or where somebody is registered with this identity number.
    pub async fn register(&self, by: Option<&Actor>, given: &Registration) -> Result<PersonId, OfficeError> {
        if given.name.trim().is_empty() {
            return Err(OfficeError::refused(
                "a name is missing",
                "give the name as it stands on a document",
            ));
        }
        transact!(self, |desk| {
            if let Some(actor) = by {
                desk.authorise(actor, UseCase::Register, None, "").await?;
            }
            let lookup = match &given.identity {
                None => None,
                Some(identity) => Some(desk.identity(identity).await?),
            };
            let id = desk.new_id();
            let person = PersonId::new(id.as_str())?;
            desk.new_data_key(&person).await?;
            let resident = Resident {
                person: person.clone(),
                name: given.name.clone(),
                contact: given.contact.clone(),
                household: given.household.clone(),
                area: given.area.clone(),
                proxies: Vec::new(),
                registered: desk.at,
            };
            desk.file_as(id, &resident, lookup).await?;
            if let Some(household) = &given.household {
                desk.lives_in(&person, household).await?;
            }
            Ok(person)
        })
    }

    /// Lets somebody act for a person, who consents to it.
    ///
    /// # Errors
    /// [`OfficeError::Unknown`] where there is no such person.
    pub async fn appoint_proxy(
        &self,
        actor: &Actor,
        person: &PersonId,
        proxy: &PersonId,
    ) -> Result<(), OfficeError> {
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::Register, Some(person), "appointing a proxy").await?;
            desk.known(proxy).await?;
            let mut resident = desk.known(person).await?;
            if !resident.what.proxies.contains(proxy) {
                resident.what.proxies.push(proxy.clone());
                desk.refile(&resident).await?;
            }
            Ok(())
        })
    }
}

impl Desk<'_> {
    async fn lives_in(&mut self, person: &PersonId, household: &HouseholdId) -> Result<(), OfficeError> {
        let lives = Lives { person: person.clone(), household: household.clone() };
        let lookup = self.office.keys.lookup(HOME, household.as_str())?.0;
        let id = self.new_id();
        self.file_as(id, &lives, Some(lookup)).await?;
        Ok(())
    }

    /// Everybody who lives in a home.
    pub(crate) async fn home(
        &mut self,
        household: &HouseholdId,
    ) -> Result<Vec<HouseholdMember>, OfficeError> {
        let lookup = self.office.keys.lookup(HOME, household.as_str())?.0;
        let records = self.tx.found_by(Lives::KIND, &lookup).await?;
        let lives = self.read_all::<Lives>(records).await?.into_iter();
        Ok(lives
            .map(|Filed { what: Lives { household, person }, .. }| HouseholdMember { household, person })
            .collect())
    }

    /// The keyed hash of an identity number that nobody is registered with.
    async fn identity(&mut self, identity: &str) -> Result<Vec<u8>, OfficeError> {
        let normal: String =
            identity.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect();
        let lookup = self.office.keys.lookup(IDENTITY, &normal)?.0;
        if !self.tx.found_by(Resident::KIND, &lookup).await?.is_empty() {
            return Err(OfficeError::refused(
                "somebody is registered with this document",
                "a registration desk can help whoever holds it",
            ));
        }
        Ok(lookup)
    }
}
