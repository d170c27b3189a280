//! Signing in and out. Only hashes of tokens are kept; a session ends by itself.

use evidence::PersonId;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use store::RecordId;

use crate::{
    accounts::{Account, code_secret, hashed},
    actor::{Actor, Officer},
    changes::Change,
    desk::{Desk, Filed},
    error::OfficeError,
    kept::Kept,
    office::{Office, look, transact},
};

/// How long sign-ins last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignInTimes {
    /// How long an officer stays signed in.
    pub officer: SignedDuration,
    /// How long a resident stays signed in.
    pub resident: SignedDuration,
    /// How long a one-time code can be used.
    pub code: SignedDuration,
}

impl Default for SignInTimes {
    /// An officer for a working day, a resident for a week, a code for ten minutes.
    fn default() -> Self {
        SignInTimes {
            officer: SignedDuration::from_hours(10),
            resident: SignedDuration::from_hours(24 * 7),
            code: SignedDuration::from_mins(10),
        }
    }
}

/// Wrong sign-ins in a row before the next has to wait.
const FAILURES_MAX: u32 = 5;
/// Longest wait after wrong sign-ins: long enough that guessing is hopeless, short enough that nobody is shut out by a stranger.
const WAIT_MAX: SignedDuration = SignedDuration::from_mins(15);
/// What tokens are looked up as.
const TOKEN: &str = "session";

/// That somebody is signed in.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Session {
    resident: Option<PersonId>,
    officer: Option<Officer>,
    pub(crate) expires: Timestamp,
}

impl Kept for Session {
    const KIND: &'static str = "session";
    fn person(&self) -> Option<&PersonId> {
        self.resident.as_ref()
    }
    fn keep_until(&self) -> Option<Timestamp> {
        Some(self.expires)
    }
}

/// Somebody who signed in.
#[derive(Clone)]
pub struct SignedIn {
    /// What they show from now on, 64 hexadecimal digits. Nobody can make it up, and it is kept nowhere.
    pub token: String,
    /// Who they are.
    pub actor: Actor,
    /// Until when.
    pub expires: Timestamp,
}

impl std::fmt::Debug for SignedIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignedIn").field("expires", &self.expires).finish_non_exhaustive()
    }
}

/// A session that goes on.
#[derive(Debug, Clone)]
pub struct SessionSeen {
    /// By which it is told that it ended.
    pub id: RecordId,
    /// Whose it is.
    pub actor: Actor,
    /// When it ends by itself.
    pub expires: Timestamp,
}

/// How a sign-in ended inside its transaction, which is kept also when it failed: failures are counted.
enum Tried {
    In(SignedIn),
    Wrong,
}

impl Office {
    /// Signs an officer in, by name, password and the one-time code of their device.
    ///
    /// # Errors
    /// [`OfficeError::SignIn`] where one of them is wrong, which one is not told; [`OfficeError::Wait`] after five wrong ones in a row.
    pub async fn sign_in(&self, name: &str, password: &str, code: &str) -> Result<SignedIn, OfficeError> {
        let (account, key) = transact!(self, |desk| {
            let account = desk.account(name).await?.filter(|account| !account.what.closed);
            if let Some(wait) = account.as_ref().and_then(|account| account.what.wait_until)
                && wait > desk.at
            {
                return Err(OfficeError::Wait(wait));
            }
            let key = match &account {
                Some(account) => desk.officer_key(&account.what.officer.officer).await?,
                None => None,
            };
            Ok((account, key))
        })?;
        let key = key.map_or([0; 32], |key| *key);
        let salt = account.as_ref().map_or([0; 16], |account| account.what.salt);
        let (typed, expected) =
            (password.to_owned(), account.as_ref().map_or([0; 32], |account| account.what.password));
        // Somebody without an account waits as long: names cannot be found out by the time it takes.
        let hash = tokio::task::spawn_blocking(move || hashed(&key, &salt, &typed))
            .await
            .map_err(|error| OfficeError::Unreadable(error.to_string()))??;
        let is_right = self.same(&hash, &expected)?;
        let Some(account) = account else { return Err(OfficeError::SignIn) };
        let secret = code_secret(&key)?;
        let tried = transact!(self, |desk| {
            let mut account =
                desk.filed::<Account>(&account.id).await?.ok_or(OfficeError::Unknown("account"))?;
            let step = secret.accepts(code, desk.at, account.what.step).filter(|_| is_right);
            let Some(step) = step else {
                account.what.failures += 1;
                if account.what.failures >= FAILURES_MAX {
                    let seconds = 1_i64 << account.what.failures.min(20);
                    let wait = SignedDuration::from_secs(seconds).min(WAIT_MAX);
                    account.what.wait_until = Some(desk.at.checked_add(wait)?);
                }
                desk.refile(&account).await?;
                return Ok(Tried::Wrong);
            };
            let Account { officer, .. } = account.what.clone();
            account.what = Account { step, failures: 0, wait_until: None, ..account.what };
            desk.refile(&account).await?;
            desk.begin_session(Actor::Officer(officer)).await.map(Tried::In)
        })?;
        match tried {
            Tried::In(signed_in) => Ok(signed_in),
            Tried::Wrong => Err(OfficeError::SignIn),
        }
    }

    /// Whose session a token is; none where it ended or never was.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn session(&self, token: &str) -> Result<Option<SessionSeen>, OfficeError> {
        look!(self, |desk| {
            let Some(Filed { id, what, .. }) = desk.session(token).await? else { return Ok(None) };
            let actor = match (what.resident, what.officer) {
                (Some(person), _) => Actor::Resident(person),
                (None, Some(officer)) => match desk.account_of(&officer.officer).await? {
                    Some(account) => Actor::Officer(account.officer),
                    None => return Ok(None),
                },
                (None, None) => return Ok(None),
            };
            Ok(Some(SessionSeen { id, actor, expires: what.expires }))
        })
    }

    /// Signs out.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn sign_out(&self, token: &str) -> Result<(), OfficeError> {
        transact!(self, |desk| {
            if let Some(session) = desk.session(token).await? {
                desk.discard(&session).await?;
                desk.changes.push(Change::Session(session.id));
            }
            Ok(())
        })
    }

    /// Whether two secrets are the same, in a time that does not depend on where they differ.
    pub(crate) fn same(&self, one: &[u8], other: &[u8]) -> Result<bool, OfficeError> {
        let hash = |bytes: &[u8]| self.keys.lookup("compare", &format!("{bytes:?}"));
        Ok(hash(one)? == hash(other)?)
    }
}

impl Desk<'_> {
    /// Begins a session.
    pub(crate) async fn begin_session(&mut self, actor: Actor) -> Result<SignedIn, OfficeError> {
        let bytes: [u8; 32] = self.office.random();
        let token: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let (resident, officer, lasts) = match &actor {
            Actor::Resident(person) => (Some(person.clone()), None, self.office.sign_in_times.resident),
            Actor::Officer(officer) => (None, Some(officer.clone()), self.office.sign_in_times.officer),
        };
        let expires = self.at.checked_add(lasts)?;
        let lookup = self.office.keys.lookup(TOKEN, &token)?.0;
        let id = self.new_id();
        self.file_as(id, &Session { resident, officer, expires }, Some(lookup)).await?;
        Ok(SignedIn { token, actor, expires })
    }

    /// The session of a token.
    pub(crate) async fn session(&mut self, token: &str) -> Result<Option<Filed<Session>>, OfficeError> {
        let lookup = self.office.keys.lookup(TOKEN, token)?.0;
        let records = self.tx.found_by(Session::KIND, &lookup).await?;
        Ok(self.read_all(records).await?.into_iter().next())
    }
}
