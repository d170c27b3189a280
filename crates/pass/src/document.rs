//! Documents that doors keep: signed, versioned, and with an end, so that an old one is never taken for a new one.
//!
//! A document is a `COSE_Sign1` whose payload is a map: 0 its kind, 1 its version, 2 when it was made, 3 until when it
//! may be used, 4 its content. The kind is under the signature, so that one sort is never taken for another.

use ciborium::Value;
use jiff::Timestamp;

use crate::{
    cbor::{at, integer, write},
    cose::{Envelope, EnvelopeError, UnsignedEnvelope},
    key::{Algorithm, KeyId},
    trust::TrustedKey,
};

/// The largest document read: a filter of two million revoked passes, or 100,000 keys.
const BYTES_MAX: usize = 16 << 20;

/// Why bytes are not a document of the wanted kind.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    /// More bytes than any document has.
    #[error("the document has {0} bytes; at most {BYTES_MAX} are read")]
    TooLarge(usize),
    /// Not a signed envelope.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
    /// Signed by a key that is not the expected one.
    #[error(
        "the document is signed by the key {0}, which is not the one trusted for it; get the publisher's public key"
    )]
    UnknownSigner(String),
    /// The signature does not match.
    #[error("the document's signature does not match: it was changed on its way, fetch it again")]
    Signature,
    /// It is of another kind, or a field is missing.
    #[error("this is not a {0}: it is of another kind, or its `{1}` is missing or malformed")]
    Form(&'static str, &'static str),
    /// It ends before it begins.
    #[error("the document ends ({1}) before it was made ({0})")]
    Lifetime(Timestamp, Timestamp),
}

/// What every document says about itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edition {
    /// Grows with every document of a publisher; a reader refuses to go back.
    pub version: u64,
    /// When it was made, to the second.
    pub issued: Timestamp,
    /// Until when it may be used (not included), to the second.
    pub expires: Timestamp,
}

impl Edition {
    /// An envelope around a content, ready to be signed.
    pub(crate) fn wrap(
        self,
        kind: &'static str,
        content: Value,
        algorithm: Algorithm,
        key_id: &KeyId,
    ) -> Result<UnsignedEnvelope, DocumentError> {
        if self.expires <= self.issued {
            return Err(DocumentError::Lifetime(self.issued, self.expires));
        }
        let map = vec![
            (Value::from(0), Value::from(kind)),
            (Value::from(1), Value::from(self.version)),
            (Value::from(2), Value::from(self.issued.as_second())),
            (Value::from(3), Value::from(self.expires.as_second())),
            (Value::from(4), content),
        ];
        Ok(UnsignedEnvelope::new(write(&Value::Map(map)), algorithm, key_id))
    }

    /// The edition and content of a document that one of these keys signed.
    pub(crate) fn unwrap_document(
        kind: &'static str,
        bytes: &[u8],
        anchors: &[TrustedKey],
    ) -> Result<(Self, Value), DocumentError> {
        if bytes.len() > BYTES_MAX {
            return Err(DocumentError::TooLarge(bytes.len()));
        }
        let envelope = Envelope::read(bytes)?;
        let id = envelope.key_id().unwrap_or_default();
        let mut signers = anchors
            .iter()
            .filter(|key| key.id.as_bytes() == id && envelope.algorithm() == Some(key.key.algorithm()))
            .peekable();
        if signers.peek().is_none() {
            return Err(DocumentError::UnknownSigner(data_encoding::HEXLOWER.encode(id)));
        }
        let signed = envelope.to_be_signed();
        if !signers.any(|signer| signer.key.verify(&signed, envelope.signature()).is_ok()) {
            return Err(DocumentError::Signature);
        }
        Self::read(kind, envelope.payload())
    }

    fn read(kind: &'static str, payload: &Value) -> Result<(Self, Value), DocumentError> {
        let field = |name| DocumentError::Form(kind, name);
        let map = payload.as_map().ok_or(field("map"))?;
        if at(map, 0).and_then(Value::as_text) != Some(kind) {
            return Err(field("kind"));
        }
        let time = |label, name| -> Result<Timestamp, DocumentError> {
            let seconds = at(map, label).and_then(integer).ok_or(field(name))?;
            Timestamp::from_second(seconds).map_err(|_| field(name))
        };
        let edition = Self {
            version: at(map, 1).and_then(integer).ok_or(field("version"))?,
            issued: time(2, "issued")?,
            expires: time(3, "expires")?,
        };
        if edition.expires <= edition.issued {
            return Err(DocumentError::Lifetime(edition.issued, edition.expires));
        }
        Ok((edition, at(map, 4).ok_or(field("content"))?.clone()))
    }

    /// Whether the document is too old at an instant. One that is older than its time is said to be, never used silently.
    #[must_use]
    pub fn is_stale(&self, at: Timestamp) -> bool {
        self.expires <= at
    }
}
