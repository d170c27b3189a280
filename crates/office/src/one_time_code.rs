//! One-time codes, sent to where a resident can be reached: by them residents register and sign in, with any telephone.

use evidence::PersonId;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    actor::Actor,
    desk::{Desk, Filed},
    error::OfficeError,
    kept::Kept,
    office::{Office, transact},
    register::Registration,
    sessions::SignedIn,
};

/// Codes sent to one contact in [`TOGETHER`]: nobody is pestered by a stranger's requests.
const CODES_MAX: usize = 5;
/// How long codes count together.
const TOGETHER: SignedDuration = SignedDuration::from_hours(1);
/// Wrong tries before a code is void: of a million codes, five can be guessed.
const TRIES_MAX: u32 = 5;
/// What contacts are looked up as.
const CONTACT: &str = "contact";

/// Where a person can be reached. Found by a keyed hash of the contact.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Reached {
    person: PersonId,
    since: Timestamp,
}

impl Kept for Reached {
    const KIND: &'static str = "reached";
    fn person(&self) -> Option<&PersonId> {
        Some(&self.person)
    }
    fn keep_until(&self) -> Option<Timestamp> {
        None
    }
}

/// A code that was sent. Neither the contact nor the code is kept, only keyed hashes.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct SentCode {
    hash: Vec<u8>,
    sent: Timestamp,
    tries: u32,
}

impl Kept for SentCode {
    const KIND: &'static str = "code";
    fn person(&self) -> Option<&PersonId> {
        None
    }
    fn keep_until(&self) -> Option<Timestamp> {
        self.sent.checked_add(TOGETHER).ok()
    }
}

/// A code on its way to somebody. One that is lost is asked for again.
#[derive(Clone, PartialEq, Eq)]
pub struct OneTimeCode {
    /// Six digits.
    pub code: String,
    /// Until when it can be used.
    pub expires: Timestamp,
}

impl std::fmt::Debug for OneTimeCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OneTimeCode").field("expires", &self.expires).finish_non_exhaustive()
    }
}

/// Who can be reached where the code was sent.
#[derive(Debug, Clone)]
pub enum ByCode {
    /// One person, who is signed in.
    SignedIn(SignedIn),
    /// Several, as in a family with one telephone; the code still counts.
    Choose(Vec<(PersonId, String)>),
    /// Nobody yet; the code still counts, for registering.
    Nobody,
}

fn normal(contact: &str) -> String {
    contact
        .chars()
        .filter(|c| !c.is_whitespace() && !"-()/".contains(*c))
        .flat_map(char::to_lowercase)
        .collect()
}

impl Office {
    /// Makes a code for a contact, to be sent there at once. Whether anybody is registered with it is not told.
    ///
    /// # Errors
    /// [`OfficeError::Wait`] after five codes in an hour.
    pub async fn request_code(&self, contact: &str) -> Result<OneTimeCode, OfficeError> {
        if normal(contact).is_empty() {
            return Err(OfficeError::refused(
                "a contact is missing",
                "give a telephone number or an address",
            ));
        }
        transact!(self, |desk| {
            let lookup = self.keys.lookup(CONTACT, &normal(contact))?.0;
            let sent = desk.codes(&lookup).await?;
            if sent.len() >= CODES_MAX {
                let first = sent.iter().map(|code| code.what.sent).min().unwrap_or(desk.at);
                return Err(OfficeError::Wait(first.checked_add(TOGETHER)?));
            }
            let code = format!("{:06}", u64::from_le_bytes(self.random()) % 1_000_000);
            let hash = self.keys.lookup("one-time code", &format!("{} {code}", normal(contact)))?.0;
            let id = desk.new_id();
            desk.file_as(id, &SentCode { hash, sent: desk.at, tries: 0 }, Some(lookup)).await?;
            Ok(OneTimeCode { code, expires: desk.at.checked_add(self.sign_in_times.code)? })
        })
    }

    /// Signs in whoever can be reached at a contact, by the code that was sent there. `person` chooses where there are several.
    ///
    /// # Errors
    /// [`OfficeError::SignIn`] for a wrong or old code.
    pub async fn sign_in_by_code(
        &self,
        contact: &str,
        code: &str,
        person: Option<&PersonId>,
    ) -> Result<ByCode, OfficeError> {
        transact!(self, |desk| {
            let Some(used) = desk.try_code(contact, code).await? else { return Ok(None) };
            let lookup = self.keys.lookup(CONTACT, &normal(contact))?.0;
            let records = desk.tx.found_by(Reached::KIND, &lookup).await?;
            let mut people = Vec::new();
            for Filed { what, .. } in desk.read_all::<Reached>(records).await? {
                if let Some(resident) = desk.resident(&what.person).await? {
                    people.push((what.since, what.person, resident.what.name));
                }
            }
            people.sort();
            let chosen = match (people.as_slice(), person) {
                ([], _) => return Ok(Some(ByCode::Nobody)),
                ([(_, one, _)], None) => one.clone(),
                (_, None) => {
                    let choose = people.into_iter().map(|(_, person, name)| (person, name)).collect();
                    return Ok(Some(ByCode::Choose(choose)));
                }
                (people, Some(person)) => {
                    let found = people.iter().find(|(_, of, _)| of == person);
                    found.ok_or(OfficeError::Unknown("person"))?.1.clone()
                }
            };
            desk.discard(&used).await?;
            desk.begin_session(Actor::Resident(chosen))
                .await
                .map(|signed_in| Some(ByCode::SignedIn(signed_in)))
        })?
        .ok_or(OfficeError::SignIn)
    }

    /// Registers somebody who proves by a code that they can be reached where they say, and signs them in.
    ///
    /// # Errors
    /// [`OfficeError::SignIn`] for a wrong or old code; as [`Office::register`].
    pub async fn register_by_code(
        &self,
        contact: &str,
        code: &str,
        given: &Registration,
    ) -> Result<SignedIn, OfficeError> {
        let given = Registration { contact: Some(contact.trim().to_owned()), ..given.clone() };
        transact!(self, |desk| {
            let Some(used) = desk.try_code(contact, code).await? else { return Ok(None) };
            let person = desk.enrol(&given).await?;
            desk.discard(&used).await?;
            desk.begin_session(Actor::Resident(person)).await.map(Some)
        })?
        .ok_or(OfficeError::SignIn)
    }
}

impl Desk<'_> {
    async fn codes(&mut self, lookup: &[u8]) -> Result<Vec<Filed<SentCode>>, OfficeError> {
        let records = self.tx.found_by(SentCode::KIND, lookup).await?;
        self.read_all(records).await
    }

    /// The code somebody typed, where it counts; else the try is counted.
    pub(crate) async fn try_code(
        &mut self,
        contact: &str,
        code: &str,
    ) -> Result<Option<Filed<SentCode>>, OfficeError> {
        let contact = normal(contact);
        let lookup = self.office.keys.lookup(CONTACT, &contact)?.0;
        let hash = self.office.keys.lookup("one-time code", &format!("{contact} {}", code.trim()))?.0;
        let since = self.ago(self.office.sign_in_times.code);
        let alive = |code: &Filed<SentCode>| code.what.sent > since && code.what.tries < TRIES_MAX;
        let codes: Vec<_> = self.codes(&lookup).await?.into_iter().filter(alive).collect();
        for code in &codes {
            if self.office.same(&code.what.hash, &hash)? {
                return Ok(Some(code.clone()));
            }
        }
        for mut code in codes {
            code.what.tries += 1;
            self.refile(&code).await?;
        }
        Ok(None)
    }

    /// Remembers where a person can be reached.
    pub(crate) async fn reach(&mut self, person: &PersonId, contact: &str) -> Result<(), OfficeError> {
        let lookup = self.office.keys.lookup(CONTACT, &normal(contact))?.0;
        let id = self.new_id();
        self.file_as(id, &Reached { person: person.clone(), since: self.at }, Some(lookup)).await?;
        Ok(())
    }
}
