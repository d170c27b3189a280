//! Passkeys: signing in by a key that stays in somebody's device, opens only after their finger, face or number was checked there,
//! and answers to no other site (W3C Web Authentication, level 3).

mod ceremony;

use evidence::{OfficerId, PersonId};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use store::RecordId;

pub use ceremony::Site;

use crate::{
    actor::Actor,
    desk::{Desk, Filed},
    error::OfficeError,
    kept::{Kept, NoticeAbout},
    office::{Office, transact},
    passkeys::ceremony::{Credential, Handle, Made, Shown},
    sessions::SignedIn,
};

/// Most passkeys of one account.
const PASSKEYS_MAX: usize = 10;
/// How long a browser has to answer.
const ANSWERED_WITHIN: SignedDuration = SignedDuration::from_mins(5);
/// How fresh an officer's sign-in must be to add a passkey: whoever finds a screen unlocked cannot make themselves a key.
const FRESH: SignedDuration = SignedDuration::from_mins(15);
/// Longest name of a passkey, in characters.
const NAME_CHARACTERS_MAX: usize = 60;
/// What passkeys are looked up as: by their owner, as authenticators know them.
const OWNER: &str = "passkey owner";
/// What ceremonies are looked up as.
const CHALLENGE: &str = "passkey challenge";

/// A passkey. Of its key only the public half is here.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passkey {
    /// Whose, where it is a resident's.
    resident: Option<PersonId>,
    /// Whose, where it is an officer's.
    officer: Option<OfficerId>,
    /// What its owner calls it.
    pub name: String,
    /// When it was added.
    pub added: Timestamp,
    /// When somebody signed in by it last.
    pub used: Option<Timestamp>,
    credential: Credential,
}

impl std::fmt::Debug for Passkey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Passkey").field("added", &self.added).finish_non_exhaustive()
    }
}

impl Kept for Passkey {
    const KIND: &'static str = "passkey";
    fn person(&self) -> Option<&PersonId> {
        self.resident.as_ref()
    }
    fn keep_until(&self) -> Option<Timestamp> {
        None
    }
}

/// What a browser was asked, until it answers.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Ceremony {
    /// Who adds a passkey; nobody where somebody signs in.
    owner: Option<String>,
    state: Vec<u8>,
    expires: Timestamp,
}

impl Kept for Ceremony {
    const KIND: &'static str = "passkey_ceremony";
    fn person(&self) -> Option<&PersonId> {
        None
    }
    fn keep_until(&self) -> Option<Timestamp> {
        Some(self.expires)
    }
}

fn owner(actor: &Actor) -> String {
    match actor {
        Actor::Resident(person) => format!("resident/{person}"),
        Actor::Officer(officer) => format!("officer/{}", officer.officer),
    }
}

fn hexadecimal(handle: &Handle) -> String {
    handle.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Office {
    fn handle(&self, actor: &Actor) -> Result<Handle, OfficeError> {
        let hash = self.keys.lookup("passkey handle", &owner(actor))?.0;
        hash.try_into().map_err(|_| OfficeError::Unknown("passkey handle"))
    }

    /// Begins to add a passkey to the account of whoever is signed in; gives what their browser is asked
    /// (`PublicKeyCredentialCreationOptionsJSON`), to be answered within five minutes.
    ///
    /// # Errors
    /// [`OfficeError::Refused`] where there are ten, or an officer signed in longer than 15 minutes ago.
    pub async fn ask_new_passkey(
        &self,
        actor: &Actor,
        token: &str,
        site: &Site,
    ) -> Result<serde_json::Value, OfficeError> {
        let handle = self.handle(actor)?;
        transact!(self, |desk| {
            desk.is_fresh(actor, token).await?;
            let known = desk.passkeys_of(&handle).await?;
            if known.len() >= PASSKEYS_MAX {
                return Err(OfficeError::refused("an account has at most ten passkeys", "remove one first"));
            }
            let name = match actor {
                Actor::Resident(person) => desk.known(person).await?.what.name,
                Actor::Officer(officer) => {
                    let account = desk.account_of(&officer.officer).await?;
                    account.ok_or(OfficeError::Unknown("account"))?.name
                }
            };
            let known: Vec<Credential> = known.into_iter().map(|filed| filed.what.credential).collect();
            let asked = ceremony::ask_new(site, handle, &name, &known)?;
            desk.remember_asked(Some(owner(actor)), &asked).await?;
            Ok(asked.options)
        })
    }

    /// Adds the passkey that a browser made; a resident is told that one was added.
    ///
    /// # Errors
    /// [`OfficeError::Refused`] where the answer is not one to what this account was asked, or came too late.
    pub async fn add_passkey(
        &self,
        actor: &Actor,
        site: &Site,
        name: &str,
        answer: &serde_json::Value,
    ) -> Result<RecordId, OfficeError> {
        let name = name.trim();
        if name.is_empty() || name.chars().count() > NAME_CHARACTERS_MAX {
            return Err(OfficeError::refused(
                "a passkey needs a name of at most 60 characters",
                "name it after the device that holds it",
            ));
        }
        let made = Made::read(answer)?;
        let challenge = made.challenge()?;
        let handle = self.handle(actor)?;
        transact!(self, |desk| {
            let late =
                || OfficeError::refused("nothing was asked, or longer than 5 minutes ago", "begin again");
            let asked = desk.take_asked(&challenge).await?.ok_or_else(late)?;
            if asked.owner.as_deref() != Some(owner(actor).as_str()) {
                return Err(late());
            }
            let credential = made.checked(site, &asked.state)?;
            if desk.passkeys_of(&handle).await?.len() >= PASSKEYS_MAX {
                return Err(OfficeError::refused("an account has at most ten passkeys", "remove one first"));
            }
            let (resident, officer) = match actor {
                Actor::Resident(person) => (Some(person.clone()), None),
                Actor::Officer(officer) => (None, Some(officer.officer.clone())),
            };
            let passkey =
                Passkey { resident, officer, name: name.to_owned(), added: desk.at, used: None, credential };
            let lookup = self.keys.lookup(OWNER, &hexadecimal(&handle))?.0;
            let id = desk.new_id();
            let id = desk.file_as(id, &passkey, Some(lookup)).await?;
            if let Actor::Resident(person) = actor {
                desk.tell(person, NoticeAbout::Passkey).await?;
            }
            Ok(id)
        })
    }

    /// The passkeys of whoever is signed in, the oldest first.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn passkeys(&self, actor: &Actor) -> Result<Vec<(RecordId, Passkey)>, OfficeError> {
        let handle = self.handle(actor)?;
        transact!(self, |desk| {
            let known = desk.passkeys_of(&handle).await?;
            Ok(known.into_iter().map(|filed| (filed.id, filed.what)).collect())
        })
    }

    /// Removes a passkey of whoever is signed in: nobody signs in by it again. Sessions go on until they end.
    ///
    /// # Errors
    /// [`OfficeError::Unknown`] where they have no such passkey.
    pub async fn remove_passkey(&self, actor: &Actor, passkey: &RecordId) -> Result<(), OfficeError> {
        let handle = self.handle(actor)?;
        transact!(self, |desk| {
            let known = desk.passkeys_of(&handle).await?;
            let one = known.iter().find(|filed| filed.id == *passkey);
            desk.discard(one.ok_or(OfficeError::Unknown("passkey"))?).await
        })
    }

    /// Begins to sign somebody in by a passkey; gives what their browser is asked (`PublicKeyCredentialRequestOptionsJSON`), to be
    /// answered within five minutes.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn ask_passkey(&self, site: &Site) -> Result<serde_json::Value, OfficeError> {
        transact!(self, |desk| {
            let asked = ceremony::ask_any(site)?;
            desk.remember_asked(None, &asked).await?;
            Ok(asked.options)
        })
    }

    /// Signs in whoever shows a passkey.
    ///
    /// # Errors
    /// [`OfficeError::SignIn`] where it is not known, does not answer what was asked, or its account was closed.
    pub async fn sign_in_by_passkey(
        &self,
        site: &Site,
        answer: &serde_json::Value,
    ) -> Result<SignedIn, OfficeError> {
        let shown = Shown::read(answer)?;
        let (challenge, handle) = (shown.challenge()?, shown.handle()?);
        // An answer counts once, also a wrong one: what was asked is forgotten either way.
        let tried = transact!(self, |desk| {
            let asked = desk.take_asked(&challenge).await?.filter(|asked| asked.owner.is_none());
            let known = desk.passkeys_of(&handle).await?;
            let passkey = known.into_iter().find(|filed| shown.is_of(&filed.what.credential));
            let (Some(asked), Some(mut passkey)) = (asked, passkey) else { return Ok(None) };
            if !shown.is_right(site, &asked.state, &mut passkey.what.credential)? {
                return Ok(None);
            }
            let Some(actor) = desk.owner_of(&passkey.what).await? else { return Ok(None) };
            passkey.what.used = Some(desk.at);
            desk.refile(&passkey).await?;
            desk.begin_session(actor).await.map(Some)
        })?;
        tried.ok_or(OfficeError::SignIn)
    }
}

impl Desk<'_> {
    /// Refuses an officer who signed in long ago.
    async fn is_fresh(&mut self, actor: &Actor, token: &str) -> Result<(), OfficeError> {
        let Actor::Officer(_) = actor else { return Ok(()) };
        let session = self.session(token).await?.ok_or(OfficeError::SignIn)?;
        let signed_in = session.what.expires.checked_sub(self.office.sign_in_times.officer)?;
        if self.at.duration_since(signed_in) <= FRESH {
            return Ok(());
        }
        Err(OfficeError::refused(
            "a passkey is added within 15 minutes of signing in",
            "sign out, sign in again, and add it then",
        ))
    }

    /// The passkeys of an account, the oldest first.
    async fn passkeys_of(&mut self, handle: &Handle) -> Result<Vec<Filed<Passkey>>, OfficeError> {
        let mut known = self.found::<Passkey>(OWNER, &hexadecimal(handle)).await?;
        known.sort_by_key(|filed| filed.what.added);
        Ok(known)
    }

    /// Who signs in by a passkey, while their account is there.
    async fn owner_of(&mut self, passkey: &Passkey) -> Result<Option<Actor>, OfficeError> {
        if let Some(person) = &passkey.resident {
            return Ok(self.resident(person).await?.map(|_| Actor::Resident(person.clone())));
        }
        let Some(officer) = &passkey.officer else { return Ok(None) };
        Ok(self.account_of(officer).await?.map(|account| Actor::Officer(account.officer)))
    }

    async fn remember_asked(
        &mut self,
        owner: Option<String>,
        asked: &ceremony::Asked,
    ) -> Result<(), OfficeError> {
        let expires = self.at.checked_add(ANSWERED_WITHIN)?;
        let lookup = self.office.keys.lookup(CHALLENGE, &asked.challenge)?.0;
        let id = self.new_id();
        self.file_as(id, &Ceremony { owner, state: asked.state.clone(), expires }, Some(lookup)).await?;
        Ok(())
    }

    /// What was asked with a challenge, which is forgotten.
    async fn take_asked(&mut self, challenge: &str) -> Result<Option<Ceremony>, OfficeError> {
        let known = self.found::<Ceremony>(CHALLENGE, challenge).await?;
        let Some(one) = known.into_iter().next() else { return Ok(None) };
        self.discard(&one).await?;
        Ok(Some(one.what))
    }
}
