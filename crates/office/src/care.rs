//! Acting for somebody who consented to it: a child, a relative, a neighbour without a phone (R11).

use evidence::{Level, PersonId};
use serde::{Deserialize, Serialize};

use crate::{
    actor::Actor,
    error::OfficeError,
    kept::{FoundBy, Kept, Rated},
    office::{Office, transact},
    permissions::UseCase,
};

/// That somebody may act for a person. Kept with the person, and gone with them; found by a keyed hash of whoever acts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Proxy {
    /// For whom.
    pub(crate) person: PersonId,
    /// Who acts.
    pub(crate) proxy: PersonId,
}

impl Proxy {
    /// What those who act for others are looked up as.
    const ACTS: &'static str = "acts for others";
}

impl Kept for Proxy {
    const KIND: &'static str = "proxy";
    fn person(&self) -> Option<&PersonId> {
        Some(&self.person)
    }
    fn found_by(&self) -> FoundBy {
        FoundBy::Value(Proxy::ACTS, self.proxy.to_string())
    }
    fn keep_until(&self) -> Option<jiff::Timestamp> {
        None
    }
}

/// Somebody whom a resident acts for. Personal data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaredFor {
    /// Who.
    pub person: PersonId,
    /// Their name.
    pub name: String,
    /// Their colour, as it was last found.
    pub level: Level,
}

impl Office {
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
                desk.file(&Proxy { person: person.clone(), proxy: proxy.clone() }).await?;
            }
            Ok(())
        })
    }

    /// Those who may act for a person: the number and name of each.
    ///
    /// # Errors
    /// [`OfficeError::Unknown`] where the actor may not act for the person.
    pub async fn proxies(
        &self,
        actor: &Actor,
        person: &PersonId,
    ) -> Result<Vec<(PersonId, String)>, OfficeError> {
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::Register, Some(person), "reading out proxies").await?;
            let proxies = desk.known(person).await?.what.proxies;
            let residents = desk.residents(&proxies).await?.into_iter();
            Ok(residents.map(|(proxy, of)| (proxy, of.name)).collect())
        })
    }

    /// Withdraws the consent: somebody no longer acts for a person.
    ///
    /// # Errors
    /// [`OfficeError::Unknown`] where they did not act for the person.
    pub async fn dismiss_proxy(
        &self,
        actor: &Actor,
        person: &PersonId,
        proxy: &PersonId,
    ) -> Result<(), OfficeError> {
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::Register, Some(person), "dismissing a proxy").await?;
            let mut resident = desk.known(person).await?;
            if !resident.what.proxies.contains(proxy) {
                return Err(OfficeError::Unknown("proxy"));
            }
            resident.what.proxies.retain(|of| of != proxy);
            desk.refile(&resident).await?;
            for filed in desk.about::<Proxy>(person).await? {
                if filed.what.proxy == *proxy {
                    desk.discard(&filed).await?;
                }
            }
            Ok(())
        })
    }

    /// Those whom a resident may act for, by name.
    ///
    /// # Errors
    /// [`OfficeError::Forbidden`] for officers: they act for nobody.
    pub async fn cared_for(&self, actor: &Actor) -> Result<Vec<CaredFor>, OfficeError> {
        let Actor::Resident(own) = actor else {
            return Err(OfficeError::Forbidden { role: actor.role().word(), what: "act for somebody" });
        };
        transact!(self, |desk| {
            let acts = desk.found::<Proxy>(Proxy::ACTS, own.as_str()).await?;
            let people: Vec<PersonId> = acts.into_iter().map(|proxy| proxy.what.person).collect();
            let levels = desk.about_all::<Rated>(&people).await?;
            let level = |person: &PersonId| {
                let rated = levels.iter().find(|rated| rated.what.person == *person);
                rated.map_or(Level::Green, |rated| rated.what.level)
            };
            let residents = desk.residents(&people).await?.into_iter();
            let mut cared: Vec<CaredFor> = residents
                .map(|(person, of)| CaredFor { level: level(&person), person, name: of.name })
                .collect();
            cared.sort_by(|a, b| a.name.cmp(&b.name));
            Ok(cared)
        })
    }
}
