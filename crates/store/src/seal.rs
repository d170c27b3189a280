//! Envelopes: what is known of a person under a key of their own, that key under the master key.
//!
//! XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha) with random 24-byte nonces. What is sealed is bound to its *place* (kind and id of
//! the record), so that a body moved to another record does not open.

use std::sync::{PoisonError, RwLock};

use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

/// First byte of everything sealed: how it was sealed.
const VERSION: u8 = 1;
const NONCE_BYTES: usize = 24;

/// Why something cannot be sealed or opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// It was not sealed under this key for this place, or was changed.
    #[error("it was sealed under another key or for another place, or was changed")]
    Broken,
    /// An id that is not random.
    #[error("the id is not 32 hexadecimal digits")]
    NotRandom,
}

/// Something sealed: version, nonce, ciphertext with its tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed(pub Vec<u8>);

fn seal(key: &[u8; 32], place: &str, nonce: [u8; NONCE_BYTES], message: &[u8]) -> Result<Sealed, SealError> {
    let cipher = XChaCha20Poly1305::new(key.into());
    let payload = Payload { msg: message, aad: place.as_bytes() };
    let ciphertext = cipher.encrypt(&XNonce::from(nonce), payload).map_err(|_| SealError::Broken)?;
    let mut sealed = vec![VERSION];
    sealed.extend(nonce);
    sealed.extend(ciphertext);
    Ok(Sealed(sealed))
}

fn open(key: &[u8; 32], place: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
    let (version, rest) = sealed.split_first().ok_or(SealError::Broken)?;
    let (nonce, ciphertext) = rest.split_first_chunk::<NONCE_BYTES>().ok_or(SealError::Broken)?;
    if *version != VERSION {
        return Err(SealError::Broken);
    }
    let cipher = XChaCha20Poly1305::new(key.into());
    let payload = Payload { msg: ciphertext, aad: place.as_bytes() };
    let message = cipher.decrypt(&XNonce::from(*nonce), payload).map_err(|_| SealError::Broken)?;
    Ok(Zeroizing::new(message))
}

/// The key under which a person's data is sealed.
pub struct DataKey(Zeroizing<[u8; 32]>);

impl std::fmt::Debug for DataKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DataKey")
    }
}

impl DataKey {
    /// A key from 32 random bytes.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        DataKey(Zeroizing::new(bytes))
    }

    /// Seals a message for a place, with a nonce that is used once.
    ///
    /// # Errors
    /// [`SealError::Broken`] above 256 GiB.
    pub fn seal(&self, place: &str, nonce: [u8; NONCE_BYTES], message: &[u8]) -> Result<Sealed, SealError> {
        seal(&self.0, place, nonce, message)
    }

    /// Opens what was sealed for a place.
    ///
    /// # Errors
    /// [`SealError::Broken`] where it was sealed otherwise or changed.
    pub fn open(&self, place: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
        open(&self.0, place, sealed)
    }
}

/// A keyed hash of something people are found by, such as an identity number. Without the master key it tells nothing, even
/// where there are few possible values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lookup(pub Vec<u8>);

/// The key under which all other keys are sealed. It lives outside the database. While it is being replaced, what its
/// predecessor sealed opens as well.
pub struct MasterKey {
    sealing: RwLock<Sealing>,
    lookups: Zeroizing<[u8; 32]>,
}

#[derive(Clone)]
struct Sealing {
    current: Zeroizing<[u8; 32]>,
    previous: Option<Zeroizing<[u8; 32]>>,
}

impl std::fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MasterKey")
    }
}

impl MasterKey {
    /// A key from 32 random bytes. `lookups` are another 32, which stay when the master key is replaced: people must be found
    /// as before.
    #[must_use]
    pub fn new(bytes: [u8; 32], lookups: [u8; 32]) -> Self {
        let sealing = Sealing { current: Zeroizing::new(bytes), previous: None };
        MasterKey { sealing: RwLock::new(sealing), lookups: Zeroizing::new(lookups) }
    }

    /// The same, opening also what was sealed under its predecessor.
    #[must_use]
    pub fn following(self, previous: [u8; 32]) -> Self {
        let mut sealing = self.sealing();
        sealing.previous = Some(Zeroizing::new(previous));
        MasterKey { sealing: RwLock::new(sealing), ..self }
    }

    /// Seals and opens from now on as another does, after the master key was replaced. The lookups stay.
    pub fn become_as(&self, other: &MasterKey) {
        let theirs = other.sealing();
        // A thread that panicked while it held the lock left whole keys.
        *self.sealing.write().unwrap_or_else(PoisonError::into_inner) = theirs;
    }

    /// The keys as they are now.
    fn sealing(&self) -> Sealing {
        self.sealing.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Seals a key, under its name.
    ///
    /// # Errors
    /// Never in practice: a key is short.
    pub fn seal_key(
        &self,
        name: &str,
        nonce: [u8; NONCE_BYTES],
        key: &[u8; 32],
    ) -> Result<Sealed, SealError> {
        seal(&self.sealing().current, name, nonce, key)
    }

    /// Opens a key that was sealed under its name.
    ///
    /// # Errors
    /// [`SealError::Broken`] where it was sealed under another master key or name.
    pub fn open_key(&self, name: &str, sealed: &[u8]) -> Result<Zeroizing<[u8; 32]>, SealError> {
        let Sealing { current, previous } = self.sealing();
        let bytes = match (open(&current, name, sealed), previous) {
            (Err(SealError::Broken), Some(previous)) => open(&previous, name, sealed)?,
            (opened, _) => opened?,
        };
        bytes.as_slice().try_into().map(Zeroizing::new).map_err(|_| SealError::Broken)
    }

    /// Whether a key is sealed under this master key itself, and not under its predecessor or another.
    #[must_use]
    pub fn is_current(&self, name: &str, sealed: &[u8]) -> bool {
        open(&self.sealing().current, name, sealed).is_ok()
    }

    /// What somebody is found by: `what` says which kind of value it is, so that equal values of different kinds differ.
    ///
    /// # Errors
    /// Never in practice.
    pub fn lookup(&self, what: &str, value: &str) -> Result<Lookup, SealError> {
        let mut key = Zeroizing::new([0; 32]);
        Hkdf::<Sha256>::new(None, self.lookups.as_slice())
            .expand(what.as_bytes(), key.as_mut_slice())
            .map_err(|_| SealError::Broken)?;
        let mut mac = Hmac::<Sha256>::new_from_slice(key.as_slice()).map_err(|_| SealError::Broken)?;
        mac.update(value.as_bytes());
        Ok(Lookup(mac.finalize().into_bytes().to_vec()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_under_its_key_for_its_place_and_unchanged() {
        let key = DataKey::new([1; 32]);
        let sealed = key.seal("declaration/1", [2; 24], b"fever").unwrap();
        assert_eq!(key.open("declaration/1", &sealed.0).unwrap().as_slice(), b"fever");
        assert!(!sealed.0.windows(5).any(|bytes| bytes == b"fever"));
        assert_eq!(key.open("declaration/2", &sealed.0), Err(SealError::Broken));
        assert_eq!(DataKey::new([3; 32]).open("declaration/1", &sealed.0), Err(SealError::Broken));
        for place in 0..sealed.0.len() {
            let mut changed = sealed.0.clone();
            changed[place] ^= 1;
            assert_eq!(key.open("declaration/1", &changed), Err(SealError::Broken), "byte {place}");
            assert_eq!(key.open("declaration/1", &sealed.0[..place]), Err(SealError::Broken));
        }
    }

    #[test]
    fn a_new_master_key_opens_what_its_predecessor_sealed_and_seals_anew() {
        let old = MasterKey::new([1; 32], [9; 32]);
        let sealed = old.seal_key("person/a", [5; 24], &[7; 32]).unwrap();
        let new = MasterKey::new([2; 32], [9; 32]).following([1; 32]);
        assert_eq!(*new.open_key("person/a", &sealed.0).unwrap(), [7; 32]);
        assert!(old.is_current("person/a", &sealed.0) && !new.is_current("person/a", &sealed.0));
        let again = new.seal_key("person/a", [6; 24], &[7; 32]).unwrap();
        assert!(new.is_current("person/a", &again.0) && old.open_key("person/a", &again.0).is_err());
        old.become_as(&new);
        assert_eq!(*old.open_key("person/a", &again.0).unwrap(), [7; 32]);
    }

    #[test]
    fn a_data_key_survives_under_the_master_key_and_a_new_master_key_finds_people_as_before() {
        let old = MasterKey::new([1; 32], [9; 32]);
        let sealed = old.seal_key("person/a", [5; 24], &[7; 32]).unwrap();
        assert_eq!(*old.open_key("person/a", &sealed.0).unwrap(), [7; 32]);
        assert!(old.open_key("person/b", &sealed.0).is_err());
        let new = MasterKey::new([2; 32], [9; 32]);
        assert!(new.open_key("person/a", &sealed.0).is_err());
        assert_eq!(old.lookup("identity", "330100"), new.lookup("identity", "330100"));
        assert_ne!(old.lookup("identity", "330100"), old.lookup("telephone", "330100"));
        assert_ne!(
            old.lookup("identity", "330100"),
            MasterKey::new([1; 32], [8; 32]).lookup("identity", "330100")
        );
        assert_eq!(format!("{old:?} {:?}", DataKey::new([1; 32])), "MasterKey DataKey");
    }
}
