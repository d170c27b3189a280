//! Changing keys, with an overlap in which both are trusted.

use jiff::{SignedDuration, Timestamp};
use pass::{Help, KeyError, LIFETIME_MAX, PublicKey, TrustListEntry, TrustedKey, Usages};

use crate::signer::Signer;

/// How long an old key is trusted at least after the new one signs: the longest life of a pass.
pub const OVERLAP_MIN: SignedDuration = LIFETIME_MAX;

/// Why keys cannot be changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RotationError {
    /// The overlap would leave passes without a key.
    #[error(
        "the overlap is {0}; it is at least {OVERLAP_MIN}, so that passes of the old key live out their time"
    )]
    Overlap(SignedDuration),
    /// Time goes forward.
    #[error("the new key would sign from {0}, before the one it follows ({1})")]
    Order(Timestamp, Timestamp),
    /// The key is in use already.
    #[error("this key is in the ring already; generate a new one")]
    Again,
    /// The signer's public key is none that passes are signed with.
    #[error(transparent)]
    Key(#[from] KeyError),
}

struct Held {
    signer: Box<dyn Signer>,
    signs_from: Timestamp,
    /// Until when its signatures count; open for the newest.
    trusted_until: Option<Timestamp>,
}

/// The keys of an issuer over time: one signs, its predecessors are trusted until their passes have expired.
pub struct KeyRing {
    name: String,
    issuer: String,
    help: Help,
    keys: Vec<Held>,
}

impl std::fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "KeyRing({}, {} keys)", self.name, self.keys.len())
    }
}

impl KeyRing {
    /// A ring with its first key, which signs from an instant on.
    ///
    /// # Errors
    /// The signer's public key is none that passes are signed with.
    pub fn new(
        name: &str,
        issuer: &str,
        help: Help,
        signer: Box<dyn Signer>,
        signs_from: Timestamp,
    ) -> Result<Self, RotationError> {
        PublicKey::from_spki(signer.spki())?;
        let first = Held { signer, signs_from, trusted_until: None };
        Ok(Self { name: name.to_owned(), issuer: issuer.to_owned(), help, keys: vec![first] })
    }

    /// Lets a new key sign from an instant on; the one before is trusted for the overlap after that. Publish a trust
    /// list with the new key before that instant, early enough for every door to fetch it.
    ///
    /// # Errors
    /// The overlap is too short, the instant is before the last change, or the key is known.
    pub fn rotate(
        &mut self,
        signer: Box<dyn Signer>,
        signs_from: Timestamp,
        overlap: SignedDuration,
    ) -> Result<(), RotationError> {
        PublicKey::from_spki(signer.spki())?;
        if overlap < OVERLAP_MIN {
            return Err(RotationError::Overlap(overlap));
        }
        if self.keys.iter().any(|held| held.signer.key_id() == signer.key_id()) {
            return Err(RotationError::Again);
        }
        if let Some(last) = self.keys.last_mut() {
            if signs_from <= last.signs_from {
                return Err(RotationError::Order(signs_from, last.signs_from));
            }
            last.trusted_until = Some(signs_from.saturating_add(overlap).unwrap_or(Timestamp::MAX));
        }
        self.keys.push(Held { signer, signs_from, trusted_until: None });
        Ok(())
    }

    /// Who signs at an instant; nobody before the first key.
    #[must_use]
    pub fn signer(&self, at: Timestamp) -> Option<&dyn Signer> {
        self.keys.iter().rev().find(|held| held.signs_from <= at).map(|held| &*held.signer)
    }

    /// Forgets the keys whose last passes have expired.
    pub fn forget_old(&mut self, at: Timestamp) {
        self.keys.retain(|held| held.trusted_until.is_none_or(|until| at < until));
    }

    /// The ring's keys for a trust list.
    ///
    /// # Errors
    /// A signer's public key has changed to something else.
    pub fn to_entries(&self) -> Result<Vec<TrustListEntry>, KeyError> {
        let entry = |held: &Held| {
            let spki = held.signer.spki().to_vec();
            let key = TrustedKey {
                id: held.signer.key_id(),
                name: self.name.clone(),
                issuer: Some(self.issuer.clone()),
                key: PublicKey::from_spki(&spki)?,
                // Passes begin on the whole hour before they are issued.
                not_before: Some(held.signs_from),
                not_after: held.trusted_until,
                usages: Usages::PASS,
                help: self.help.clone(),
            };
            Ok(TrustListEntry { key, spki })
        };
        self.keys.iter().map(entry).collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

    use super::*;
    use crate::signer::SoftwareKey;

    fn key(seed: u8) -> Box<dyn Signer> {
        Box::new(SoftwareKey::generate(&mut |bytes| bytes.fill(seed)))
    }

    #[test]
    fn passes_of_the_old_key_live_out_their_time() {
        let start: Timestamp = "2026-11-01T00:00:00Z".parse().unwrap();
        let day = SignedDuration::from_hours(24);
        let mut ring = KeyRing::new("Hangzhou", "HZ", Help::new(), key(1), start).unwrap();
        assert!(ring.signer(start - day).is_none());
        let change = start + 30 * day;
        assert_eq!(ring.rotate(key(2), change, day / 2), Err(RotationError::Overlap(day / 2)));
        assert_eq!(ring.rotate(key(1), change, day), Err(RotationError::Again));
        ring.rotate(key(2), change, day).unwrap();
        assert!(matches!(ring.rotate(key(3), start, day), Err(RotationError::Order(..))));

        let last_second = change - SignedDuration::from_secs(1);
        assert_eq!(ring.signer(last_second).unwrap().key_id(), key(1).key_id());
        assert_eq!(ring.signer(change).unwrap().key_id(), key(2).key_id());
        let entries = ring.to_entries().unwrap();
        assert!(entries[0].key.is_valid(last_second + LIFETIME_MAX), "the last pass of the old key");
        assert!(!entries[0].key.is_valid(change + day));
        ring.forget_old(change + day);
        assert_eq!(ring.to_entries().unwrap().len(), 1);
    }
}
