//! Replacing keys: the master key, under which all others are sealed, and keys that sign.

use jiff::Timestamp;
use ledger::{KeyChange, KeyName, KeyUse, Logged, Sha256Hash};
use store::{MasterKey, SealError};

use crate::{
    actor::Actor,
    desk::Desk,
    error::OfficeError,
    office::{Office, transact},
    permissions::UseCase,
};

/// Under this name stands a key that says which master key seals: it is random and seals nothing itself.
const SEALS: &str = "master/seals";
/// Keys that are looked at in one transaction.
const AT_ONCE: u32 = 500;

/// Where the master key is kept, to be read again when it was replaced while an office is open.
pub trait KeySource: std::fmt::Debug + Send + Sync {
    /// The master key as it is now; `None` where it cannot be read.
    fn master_key(&self) -> Option<MasterKey>;
}

/// What became of the keys of a store: `read = resealed + left`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Resealed {
    /// Keys that were looked at.
    pub read: u64,
    /// Keys that were under the previous master key and are under the new one now.
    pub resealed: u64,
    /// Keys that were under the new one already.
    pub left: u64,
}

/// A change of a key that signs, for the public log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigningKeyChange {
    /// What the key signs.
    pub purpose: KeyUse,
    /// Its name.
    pub name: KeyName,
    /// The hash of the public key (SPKI in DER).
    pub public_key: Sha256Hash,
    /// What happens to it.
    pub change: KeyChange,
    /// Until when its signatures count.
    pub to: Timestamp,
}

impl Office {
    /// Seals every key anew under the current master key, so many in a transaction. It may be stopped at any moment and begun
    /// again; meanwhile keys under both open. From the first transaction on, an office that still has only the previous key
    /// seals nothing, so that none is left behind.
    ///
    /// # Errors
    /// [`OfficeError::Sealed`] where a key was sealed under neither; the others are not lost by that.
    pub async fn reseal(&self, actor: &Actor) -> Result<Resealed, OfficeError> {
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::ReplaceKeys, None, "").await?;
            desk.claim_sealing().await
        })?;
        let (mut after, mut total) = (String::new(), Resealed::default());
        loop {
            let (last, some) = transact!(self, |desk| { desk.reseal_some(&after).await })?;
            total.read += some.read;
            total.resealed += some.resealed;
            total.left += some.left;
            match last {
                Some(last) => after = last,
                None => return Ok(total),
            }
        }
    }

    /// How many keys of the store are not sealed under the current master key.
    ///
    /// # Errors
    /// [`OfficeError::Forbidden`] for anybody but an operator.
    pub async fn sealed_otherwise(&self, actor: &Actor) -> Result<u64, OfficeError> {
        let (mut after, mut otherwise) = (String::new(), 0);
        loop {
            let keys = transact!(self, |desk| {
                desk.authorise(actor, UseCase::ReplaceKeys, None, "").await?;
                Ok(desk.tx.keys_after(&after, AT_ONCE).await?)
            })?;
            otherwise +=
                keys.iter().filter(|(name, sealed)| !self.keys.is_current(name, sealed)).count() as u64;
            match keys.into_iter().last() {
                Some((last, _)) => after = last,
                None => return Ok(otherwise),
            }
        }
    }

    /// Puts changes of keys that sign into the public log, all or none (R25).
    ///
    /// # Errors
    /// [`OfficeError::Forbidden`] for anybody but an operator.
    pub async fn announce_keys(
        &self,
        actor: &Actor,
        changes: &[SigningKeyChange],
    ) -> Result<(), OfficeError> {
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::ReplaceKeys, None, "").await?;
            let by = actor.officer().ok_or(OfficeError::Unknown("officer"))?.logged();
            for SigningKeyChange { purpose, name, public_key, change, to } in changes {
                let logged = Logged::KeyChanged {
                    purpose: *purpose,
                    name: name.clone(),
                    public_key: *public_key,
                    change: *change,
                    to: *to,
                };
                desk.log(by.clone(), logged).await?;
            }
            Ok(())
        })
    }
}

impl Desk<'_> {
    /// Lets no office seal any longer that does not have the current master key.
    async fn claim_sealing(&mut self) -> Result<(), OfficeError> {
        if let Some(sealed) = self.tx.key(SEALS).await?
            && self.office.keys.is_current(SEALS, &sealed)
        {
            return Ok(());
        }
        let key: [u8; 32] = self.office.random();
        let sealed = self.office.keys.seal_key(SEALS, self.office.random(), &key)?;
        Ok(self.tx.put_key(SEALS, &sealed.0).await?)
    }

    /// Refuses to seal a new key where the master key was replaced and this office has not read the new one.
    pub(crate) async fn may_seal(&mut self) -> Result<(), OfficeError> {
        match self.tx.key(SEALS).await? {
            Some(sealed) if !self.office.keys.is_current(SEALS, &sealed) => Err(SealError::Broken.into()),
            _ => Ok(()),
        }
    }

    async fn reseal_some(&mut self, after: &str) -> Result<(Option<String>, Resealed), OfficeError> {
        // Read in the transaction, so that it cannot have happened before the claim.
        self.may_seal().await?;
        let keys = self.tx.keys_after(after, AT_ONCE).await?;
        let mut some = Resealed { read: keys.len() as u64, ..Resealed::default() };
        let mut last = None;
        for (name, sealed) in keys {
            if self.office.keys.is_current(&name, &sealed) {
                some.left += 1;
            } else {
                let key = self.office.keys.open_key(&name, &sealed)?;
                let anew = self.office.keys.seal_key(&name, self.office.random(), &key)?;
                self.tx.put_key(&name, &anew.0).await?;
                some.resealed += 1;
            }
            last = Some(name);
        }
        Ok((last, some))
    }
}
