//! The signed list of issuers.

use std::collections::BTreeMap;

use ciborium::Value;
use jiff::Timestamp;

use crate::{
    cbor::{at, integer},
    cose::UnsignedEnvelope,
    document::{DocumentError, Edition},
    key::{Algorithm, KeyId, PublicKey},
    trust::{TrustStore, TrustedKey, Usages},
};

const KIND: &str = "trust list";

/// Where holders get help and how they contest a level: a short text by language (BCP 47, such as `en` or `zh`).
pub type Help = BTreeMap<String, String>;

/// Why bytes are not a trust list.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TrustListError {
    /// The document around it.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// A key of the list.
    #[error("key {0} of the trust list has no valid `{1}`")]
    Entry(usize, &'static str),
}

/// One key of a list: a [`TrustedKey`] with its `SubjectPublicKeyInfo`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustListEntry {
    /// The key and what it is trusted for.
    pub key: TrustedKey,
    /// Its public key in DER.
    pub spki: Vec<u8>,
}

/// The keys of issuers, until when they count and where their holders get help.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustList {
    /// Version and times.
    pub edition: Edition,
    /// The keys.
    pub entries: Vec<TrustListEntry>,
}

impl TrustList {
    /// The list, ready to be signed by a key with this algorithm and id.
    ///
    /// # Errors
    /// It ends before it begins.
    pub fn to_envelope(
        &self,
        algorithm: Algorithm,
        key_id: &KeyId,
    ) -> Result<UnsignedEnvelope, DocumentError> {
        let entries = self.entries.iter().map(entry_to_cbor).collect();
        self.edition.wrap(KIND, Value::Array(entries), algorithm, key_id)
    }

    /// Reads a list signed by one of these keys. Whether it is too old is asked with [`Edition::is_stale`].
    ///
    /// # Errors
    /// The bytes are not such a list, or no given key signed it.
    pub fn read(bytes: &[u8], anchors: &[TrustedKey]) -> Result<Self, TrustListError> {
        let (edition, content) = Edition::unwrap_document(KIND, bytes, anchors)?;
        let entries = content.as_array().ok_or(DocumentError::Form(KIND, "content"))?;
        let entries = entries.iter().enumerate().map(|(index, entry)| entry_from_cbor(index, entry));
        Ok(Self { edition, entries: entries.collect::<Result<_, _>>()? })
    }

    /// A store with these keys, which is stale when the list is.
    #[must_use]
    pub fn to_store(&self) -> TrustStore {
        let mut store: TrustStore = self.entries.iter().map(|entry| entry.key.clone()).collect();
        store.set_stale_at(self.edition.expires);
        store
    }
}

fn entry_to_cbor(entry: &TrustListEntry) -> Value {
    let key = &entry.key;
    let mut map = vec![
        (Value::from(0), Value::Bytes(key.id.as_bytes().to_vec())),
        (Value::from(1), Value::Bytes(entry.spki.clone())),
        (Value::from(2), Value::from(key.name.as_str())),
        (Value::from(3), Value::from(key.usages.bits())),
    ];
    let mut optional =
        |label: i64, value: Option<Value>| map.extend(value.map(|value| (Value::from(label), value)));
    optional(4, key.issuer.as_deref().map(Value::from));
    optional(5, key.not_before.map(|time| Value::from(time.as_second())));
    optional(6, key.not_after.map(|time| Value::from(time.as_second())));
    let help: Vec<_> = key
        .help
        .iter()
        .map(|(language, text)| (Value::from(language.as_str()), Value::from(text.as_str())))
        .collect();
    optional(7, (!help.is_empty()).then_some(Value::Map(help)));
    Value::Map(map)
}

fn entry_from_cbor(index: usize, entry: &Value) -> Result<TrustListEntry, TrustListError> {
    let wrong = |name| TrustListError::Entry(index, name);
    let map = entry.as_map().ok_or(wrong("map"))?;
    let time = |label, name| match at(map, label) {
        None => Ok(None),
        Some(value) => {
            let time = integer(value).and_then(|seconds| Timestamp::from_second(seconds).ok());
            time.map(Some).ok_or(wrong(name))
        }
    };
    let text = |value: &Value, name| value.as_text().map(str::to_owned).ok_or(wrong(name));
    let spki = at(map, 1).and_then(Value::as_bytes).ok_or(wrong("public key"))?.clone();
    let help =
        at(map, 7).map_or(Some(&[][..]), |help| help.as_map().map(Vec::as_slice)).ok_or(wrong("help"))?;
    let key = TrustedKey {
        id: at(map, 0)
            .and_then(Value::as_bytes)
            .and_then(|id| KeyId::from_bytes(id))
            .ok_or(wrong("key id"))?,
        name: at(map, 2).ok_or(wrong("name")).and_then(|value| text(value, "name"))?,
        issuer: at(map, 4).map(|value| text(value, "issuer")).transpose()?,
        key: PublicKey::from_spki(&spki).map_err(|_| wrong("public key"))?,
        not_before: time(5, "not before")?,
        not_after: time(6, "not after")?,
        usages: at(map, 3).and_then(integer).and_then(Usages::from_bits).ok_or(wrong("usages"))?,
        help: help
            .iter()
            .map(|(language, words)| Ok((text(language, "help")?, text(words, "help")?)))
            .collect::<Result<_, TrustListError>>()?,
    };
    Ok(TrustListEntry { key, spki })
}
