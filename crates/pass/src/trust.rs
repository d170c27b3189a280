//! Whose signatures count.

use std::{
    collections::BTreeMap,
    ops::{BitOr, BitOrAssign},
};

use jiff::Timestamp;

use crate::{
    key::{KeyId, PublicKey},
    trust_list::Help,
};

/// What a key may sign.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Usages(u8);

impl Usages {
    /// Nothing.
    pub const NONE: Self = Self(0);
    /// Our own passes.
    pub const PASS: Self = Self(1);
    /// EU certificates of a test.
    pub const TEST: Self = Self(2);
    /// EU certificates of a vaccination.
    pub const VACCINATION: Self = Self(4);
    /// EU certificates of a recovery.
    pub const RECOVERY: Self = Self(8);
    /// Everything.
    pub const ALL: Self = Self(15);

    /// Whether all of these are among them.
    #[must_use]
    pub fn contains(self, usages: Self) -> bool {
        self.0 & usages.0 == usages.0
    }

    pub(crate) fn bits(self) -> u8 {
        self.0
    }

    pub(crate) fn from_bits(bits: u8) -> Option<Self> {
        (bits != 0 && bits <= Self::ALL.0).then_some(Self(bits))
    }
}

impl BitOr for Usages {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitOrAssign for Usages {
    fn bitor_assign(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

/// A key whose signatures count, and for what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustedKey {
    /// The id that envelopes name it by.
    pub id: KeyId,
    /// Whose it is, for people.
    pub name: String,
    /// The `iss` that it may sign for; any, if none is said.
    pub issuer: Option<String>,
    /// The key.
    pub key: PublicKey,
    /// From when its signatures count; always, if not said.
    pub not_before: Option<Timestamp>,
    /// Until when they count (not included).
    pub not_after: Option<Timestamp>,
    /// What it may sign.
    pub usages: Usages,
    /// Where its holders get help and how they contest a level.
    pub help: Help,
}

impl TrustedKey {
    /// A bare public key, in DER (`SubjectPublicKeyInfo`), trusted for everything and without an end.
    ///
    /// # Errors
    /// The bytes are not a key that passes are signed with.
    pub fn from_spki(der: &[u8], name: &str) -> Result<Self, crate::KeyError> {
        Ok(Self {
            id: KeyId::of(der),
            name: name.to_owned(),
            issuer: None,
            key: PublicKey::from_spki(der)?,
            not_before: None,
            not_after: None,
            usages: Usages::ALL,
            help: Help::default(),
        })
    }

    /// Whether its signatures count at an instant.
    #[must_use]
    pub fn is_valid(&self, at: Timestamp) -> bool {
        self.not_before.is_none_or(|from| from <= at) && self.not_after.is_none_or(|until| at < until)
    }
}

/// All keys whose signatures count, by id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustStore {
    keys: BTreeMap<KeyId, Vec<TrustedKey>>,
    /// From when on the lists that these keys came from are too old.
    stale_at: Option<Timestamp>,
}

impl TrustStore {
    /// Adds a key. Two keys may share an id: eight bytes are few, and both are tried.
    pub fn add(&mut self, key: TrustedKey) {
        let same = self.keys.entry(key.id).or_default();
        if !same.contains(&key) {
            same.push(key);
        }
    }

    /// How many keys there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.keys.values().map(Vec::len).sum()
    }

    /// Whether there is no key.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The keys that an envelope's key id may mean.
    #[must_use]
    pub fn get(&self, id: &[u8]) -> &[TrustedKey] {
        KeyId::from_bytes(id).and_then(|id| self.keys.get(&id)).map_or(&[], Vec::as_slice)
    }

    /// Adds the keys of another store, which may make this one stale earlier.
    pub fn merge(&mut self, other: Self) {
        self.extend(other.keys.into_values().flatten());
        if let Some(stale_at) = other.stale_at {
            self.set_stale_at(stale_at);
        }
    }

    /// Says when what was added is too old; the earliest of several counts.
    pub fn set_stale_at(&mut self, stale_at: Timestamp) {
        self.stale_at = Some(self.stale_at.map_or(stale_at, |earlier| earlier.min(stale_at)));
    }

    /// Whether the keys are older than they may be.
    #[must_use]
    pub fn is_stale(&self, at: Timestamp) -> bool {
        self.stale_at.is_some_and(|stale_at| stale_at <= at)
    }
}

impl Extend<TrustedKey> for TrustStore {
    fn extend<T: IntoIterator<Item = TrustedKey>>(&mut self, keys: T) {
        keys.into_iter().for_each(|key| self.add(key));
    }
}

impl FromIterator<TrustedKey> for TrustStore {
    fn from_iter<T: IntoIterator<Item = TrustedKey>>(keys: T) -> Self {
        let mut store = Self::default();
        store.extend(keys);
        store
    }
}
