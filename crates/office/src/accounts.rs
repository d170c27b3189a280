//! Accounts of officers. An operator opens and closes them at the machine itself; a role comes with the account and never changes.

use argon2::{Algorithm, Argon2, Params, Version};
use evidence::OfficerId;
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use ledger::BodyName;
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use store::RecordId;
use zeroize::Zeroizing;

use crate::{
    actor::{Actor, Officer, Role},
    desk::{Desk, Filed},
    error::OfficeError,
    kept::Kept,
    office::{Office, transact},
    permissions::UseCase,
    totp::Secret,
};

/// Fewest characters of a password (NIST SP 800-63B-4, section 3.1.1.2: 15 where it is not one of two factors, 8 where it is).
const PASSWORD_CHARACTERS_MIN: usize = 12;
/// What sign-in names are looked up as.
const SIGN_IN_NAME: &str = "sign-in name";

/// An officer's account. The password's hash is of no use without the account's key, which is sealed under the master key.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Account {
    /// The name typed at sign-in.
    pub(crate) name: String,
    /// Who, in which role, of which body.
    pub(crate) officer: Officer,
    /// Salt of the password's hash, 16 bytes.
    pub(crate) salt: [u8; 16],
    /// The password's hash (Argon2id, peppered with the account's key).
    pub(crate) password: [u8; 32],
    /// Since when.
    pub(crate) opened: Timestamp,
    /// Whether it was closed.
    pub(crate) closed: bool,
    /// Wrong sign-ins in a row.
    pub(crate) failures: u32,
    /// No sign-in is looked at before.
    pub(crate) wait_until: Option<Timestamp>,
    /// The last step of the one-time code that was used; no code counts twice.
    pub(crate) step: u64,
}

impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Account").field("officer", &self.officer.officer).finish_non_exhaustive()
    }
}

impl Kept for Account {
    const KIND: &'static str = "account";
    fn person(&self) -> Option<&evidence::PersonId> {
        None
    }
    fn state(&self) -> &'static str {
        if self.closed { "closed" } else { "open" }
    }
    fn keep_until(&self) -> Option<Timestamp> {
        None
    }
}

/// An account to be opened.
#[derive(Clone)]
pub struct NewAccount {
    /// The name to be typed at sign-in.
    pub name: String,
    /// In which role.
    pub role: Role,
    /// Of which body.
    pub body: BodyName,
    /// The password, at least 12 characters.
    pub password: String,
}

/// An account as operators and oversight see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AccountSeen {
    /// The name typed at sign-in.
    pub name: String,
    /// The role.
    pub role: Role,
    /// The body.
    pub body: BodyName,
    /// Since when.
    pub opened: Timestamp,
    /// Whether it was closed.
    pub closed: bool,
}

/// The name of the key of an officer.
pub(crate) fn key_name(officer: &OfficerId) -> String {
    format!("officer/{officer}")
}

/// What an account's key becomes for a purpose.
fn derived(key: &[u8; 32], purpose: &str) -> Result<Zeroizing<[u8; 32]>, OfficeError> {
    let mut mac =
        Hmac::<Sha256>::new_from_slice(key).map_err(|error| OfficeError::Unreadable(error.to_string()))?;
    mac.update(purpose.as_bytes());
    Ok(Zeroizing::new(mac.finalize().into_bytes().into()))
}

/// The secret of an account's one-time codes.
pub(crate) fn code_secret(key: &[u8; 32]) -> Result<Secret, OfficeError> {
    let bytes = derived(key, "one-time code")?;
    let first = bytes.first_chunk().ok_or(OfficeError::Unknown("secret"))?;
    Ok(Secret(*first))
}

/// The hash of a password: Argon2id with 19 MiB and two passes (OWASP Password Storage Cheat Sheet). It takes tens of
/// milliseconds: never call it where others wait.
pub(crate) fn hashed(key: &[u8; 32], salt: &[u8; 16], password: &str) -> Result<[u8; 32], OfficeError> {
    let unreadable = |error: argon2::Error| OfficeError::Unreadable(error.to_string());
    let pepper = derived(key, "password")?;
    let argon = Argon2::new_with_secret(
        pepper.as_slice(),
        Algorithm::Argon2id,
        Version::V0x13,
        Params::new(19 * 1024, 2, 1, Some(32)).map_err(unreadable)?,
    )
    .map_err(unreadable)?;
    let mut hash = [0; 32];
    argon.hash_password_into(password.as_bytes(), salt, &mut hash).map_err(unreadable)?;
    Ok(hash)
}

impl Office {
    /// Opens an account; gives the secret of its one-time codes, which is shown once.
    ///
    /// # Errors
    /// [`OfficeError::Forbidden`] for anybody but an operator, [`OfficeError::Refused`] for a name that is taken, a password that is
    /// too short, or the role of a resident.
    pub async fn open_account(&self, actor: &Actor, new: &NewAccount) -> Result<Secret, OfficeError> {
        if new.password.chars().count() < PASSWORD_CHARACTERS_MIN {
            return Err(OfficeError::refused("the password is too short", "give at least 12 characters"));
        }
        if new.role == Role::Resident || new.name.trim().is_empty() {
            return Err(OfficeError::refused(
                "an account needs a name and the role of an officer",
                "residents register themselves",
            ));
        }
        let key: Zeroizing<[u8; 32]> = Zeroizing::new(self.random());
        let salt = self.random();
        let password = hashed(&key, &salt, &new.password)?;
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::KeepAccounts, None, "").await?;
            if desk.account(&new.name).await?.is_some() {
                return Err(OfficeError::refused("the sign-in name is taken", "choose another"));
            }
            let id = desk.new_id();
            let officer = OfficerId::new(id.as_str())?;
            let name = key_name(&officer);
            let sealed = self.keys.seal_key(&name, self.random(), &key)?;
            desk.tx.put_key(&name, &sealed.0).await?;
            let account = Account {
                name: new.name.clone(),
                officer: Officer { officer, role: new.role, body: new.body.clone() },
                salt,
                password,
                opened: desk.at,
                closed: false,
                failures: 0,
                wait_until: None,
                step: 0,
            };
            let lookup = self.keys.lookup(SIGN_IN_NAME, &new.name)?.0;
            desk.file_as(id, &account, Some(lookup)).await?;
            code_secret(&key)
        })
    }

    /// Closes an account: its sessions end, and nobody signs in with it again.
    ///
    /// # Errors
    /// [`OfficeError::Unknown`] where there is no such account.
    pub async fn close_account(&self, actor: &Actor, name: &str) -> Result<(), OfficeError> {
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::KeepAccounts, None, "").await?;
            let mut account = desk.account(name).await?.ok_or(OfficeError::Unknown("account"))?;
            account.what.closed = true;
            desk.refile(&account).await
        })
    }

    /// All accounts, in the order of their names.
    ///
    /// # Errors
    /// [`OfficeError::Forbidden`] for anybody but operators and oversight.
    pub async fn accounts(&self, actor: &Actor) -> Result<Vec<AccountSeen>, OfficeError> {
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::SeeAccounts, None, "").await?;
            let mut accounts = Vec::new();
            for state in ["open", "closed"] {
                for Filed { what, .. } in desk.in_state::<Account>(state, None, 10_000).await? {
                    let Officer { role, body, .. } = what.officer;
                    let (opened, closed) = (what.opened, what.closed);
                    accounts.push(AccountSeen { name: what.name, role, body, opened, closed });
                }
            }
            accounts.sort_by(|one, other| one.name.cmp(&other.name));
            Ok(accounts)
        })
    }
}

impl Desk<'_> {
    /// The account with a sign-in name.
    pub(crate) async fn account(&mut self, name: &str) -> Result<Option<Filed<Account>>, OfficeError> {
        let lookup = self.office.keys.lookup(SIGN_IN_NAME, name)?.0;
        let records = self.tx.found_by(Account::KIND, &lookup).await?;
        Ok(self.read_all(records).await?.into_iter().next())
    }

    /// The account of an officer, while it is open.
    pub(crate) async fn account_of(&mut self, officer: &OfficerId) -> Result<Option<Account>, OfficeError> {
        let Some(id) = RecordId::parse(officer.as_str()) else { return Ok(None) };
        Ok(self.filed::<Account>(&id).await?.map(|filed| filed.what).filter(|account| !account.closed))
    }

    /// The key of an officer.
    pub(crate) async fn officer_key(
        &mut self,
        officer: &OfficerId,
    ) -> Result<Option<Zeroizing<[u8; 32]>>, OfficeError> {
        let name = key_name(officer);
        let Some(sealed) = self.tx.key(&name).await? else { return Ok(None) };
        Ok(Some(self.office.keys.open_key(&name, &sealed)?))
    }
}
