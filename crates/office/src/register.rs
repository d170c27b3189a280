//! Registering: by oneself, or at a desk; and being found again by a document.

use evidence::{HouseholdId, HouseholdMember, PersonId};
use rating::Language;

use crate::{
    actor::Actor,
    desk::{Desk, Filed},
    error::OfficeError,
    kept::{Kept, Lives, Resident},
    office::{Office, transact},
    particulars::Particulars,
    permissions::{UseCase, allowed},
};

/// What somebody gives when they register.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
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
    /// What else they tell of themselves; nothing of it is needed.
    pub particulars: Particulars,
}

/// What identity numbers are looked up as.
const IDENTITY: &str = "identity number";

impl Office {
    /// Registers a person; `by` is `None` for somebody who registers themselves and is nobody yet.
    ///
    /// # Errors
    /// [`OfficeError::Refused`] without a name, or where somebody is registered with this identity number.
    pub async fn register(&self, by: Option<&Actor>, given: &Registration) -> Result<PersonId, OfficeError> {
        transact!(self, |desk| {
            if let Some(actor) = by {
                desk.authorise(actor, UseCase::Register, None, "").await?;
            }
            desk.enrol(given).await
        })
    }

    /// The person who is registered with a document, with the name they gave: by its number, whole and as it stands there. There
    /// is no search by anything else.
    ///
    /// # Errors
    /// [`OfficeError::Forbidden`] for residents and for roles that have no business with it, [`OfficeError::Unknown`] where
    /// nobody is registered with this document.
    pub async fn find(
        &self,
        actor: &Actor,
        identity: &str,
        purpose: &str,
    ) -> Result<(PersonId, String), OfficeError> {
        transact!(self, |desk| {
            allowed(actor.role(), UseCase::Find)?;
            let records = desk.tx.found_by(Resident::KIND, &self.identity(identity)?).await?;
            let found = desk.read_all::<Resident>(records).await?.into_iter().next();
            let Resident { person, name, .. } = found.ok_or(OfficeError::Unknown("document"))?.what;
            desk.authorise(actor, UseCase::Find, Some(&person), purpose).await?;
            Ok((person, name))
        })
    }

    /// The keyed hash of an identity number, however it is spaced and in whichever letters.
    fn identity(&self, identity: &str) -> Result<Vec<u8>, OfficeError> {
        let normal: String =
            identity.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect();
        Ok(self.keys.lookup(IDENTITY, &normal)?.0)
    }

    /// What a person told of themselves.
    ///
    /// # Errors
    /// [`OfficeError::Unknown`] where the actor may not act for the person.
    pub async fn particulars(
        &self,
        actor: &Actor,
        person: &PersonId,
        purpose: &str,
    ) -> Result<Particulars, OfficeError> {
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::Register, Some(person), purpose).await?;
            Ok(desk.known(person).await?.what.particulars)
        })
    }

    /// Changes what a person told of themselves.
    ///
    /// # Errors
    /// [`OfficeError::Refused`] for quiet hours that leave no time to be told anything.
    pub async fn change_particulars(
        &self,
        actor: &Actor,
        person: &PersonId,
        particulars: &Particulars,
        purpose: &str,
    ) -> Result<(), OfficeError> {
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::Register, Some(person), purpose).await?;
            particulars.check()?;
            let mut resident = desk.known(person).await?;
            resident.what.particulars = particulars.clone();
            desk.refile(&resident).await
        })
    }

    /// Chooses the language a person is written to in.
    ///
    /// # Errors
    /// [`OfficeError::Unknown`] where the actor may not act for the person.
    pub async fn choose_language(
        &self,
        actor: &Actor,
        person: &PersonId,
        language: Language,
    ) -> Result<(), OfficeError> {
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::Register, Some(person), "choosing a language").await?;
            let mut resident = desk.known(person).await?;
            if resident.what.particulars.language != Some(language) {
                resident.what.particulars.language = Some(language);
                desk.refile(&resident).await?;
            }
            Ok(())
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

    /// Ends that somebody acts for a person.
    ///
    /// # Errors
    /// [`OfficeError::Unknown`] where nobody such acts for them.
    pub async fn dismiss_proxy(
        &self,
        actor: &Actor,
        person: &PersonId,
        proxy: &PersonId,
    ) -> Result<(), OfficeError> {
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::Register, Some(person), "ending what a proxy may do").await?;
            let mut resident = desk.known(person).await?;
            let before = resident.what.proxies.len();
            resident.what.proxies.retain(|of| of != proxy);
            if resident.what.proxies.len() == before {
                return Err(OfficeError::Unknown("proxy"));
            }
            desk.refile(&resident).await
        })
    }
}

impl Desk<'_> {
    /// A new person.
    pub(crate) async fn enrol(&mut self, given: &Registration) -> Result<PersonId, OfficeError> {
        if given.name.trim().is_empty() {
            return Err(OfficeError::refused(
                "a name is missing",
                "give the name as it stands on a document",
            ));
        }
        given.particulars.check()?;
        let lookup = match &given.identity {
            None => None,
            Some(identity) => Some(self.identity(identity).await?),
        };
        let id = self.new_id();
        let person = PersonId::new(id.as_str())?;
        self.new_data_key(&person).await?;
        let resident = Resident {
            person: person.clone(),
            name: given.name.clone(),
            contact: given.contact.clone(),
            household: given.household.clone(),
            area: given.area.clone(),
            particulars: given.particulars.clone(),
            proxies: Vec::new(),
            registered: self.at,
        };
        self.file_as(id, &resident, lookup).await?;
        if let Some(household) = &given.household {
            self.lives_in(&person, household).await?;
        }
        if let Some(contact) = &given.contact {
            self.reach(&person, contact).await?;
        }
        Ok(person)
    }

    pub(crate) async fn lives_in(
        &mut self,
        person: &PersonId,
        household: &HouseholdId,
    ) -> Result<(), OfficeError> {
        let lives = Lives { person: person.clone(), household: household.clone() };
        self.file(&lives).await?;
        Ok(())
    }

    /// Everybody who lives in a home.
    pub(crate) async fn home(
        &mut self,
        household: &HouseholdId,
    ) -> Result<Vec<HouseholdMember>, OfficeError> {
        let lives = self.found::<Lives>(Lives::HOME, household.as_str()).await?.into_iter();
        Ok(lives
            .map(|Filed { what: Lives { household, person }, .. }| HouseholdMember { household, person })
            .collect())
    }

    /// The keyed hash of an identity number that nobody is registered with.
    async fn identity(&mut self, identity: &str) -> Result<Vec<u8>, OfficeError> {
        let lookup = self.office.identity(identity)?;
        if !self.tx.found_by(Resident::KIND, &lookup).await?.is_empty() {
            return Err(OfficeError::refused(
                "somebody is registered with this document",
                "a registration desk can help whoever holds it",
            ));
        }
        Ok(lookup)
    }
}
