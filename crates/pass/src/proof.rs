//! The live proof: a phone says "I am here, now" by a countersignature over the pass.
//!
//! It is a `COSE_Countersignature` version 2 (RFC 9338) under the unprotected header label 11, with the time in its
//! protected header (RFC 9597: label 15, claim 6). A reader that does not know it sees an ordinary pass. It stops
//! screenshots and borrowed pictures; it does not stop a live video or a phone that was handed over. The initials and
//! the birthday are there for that.
//!
//! The key lives in the phone (WebCrypto, not extractable), so this crate only prepares the bytes to be signed and
//! puts the signature in its place.

use ciborium::Value;
use jiff::Timestamp;

use crate::{
    cbor::{at, integer, read, write},
    claims::HolderKey,
    container::{self, ContainerError, Unpacker},
    cose::{Envelope, EnvelopeError},
};

/// Header label of the claims (RFC 9597).
const CWT_CLAIMS: i64 = 15;
const IAT: i64 = 6;
const ALG: i64 = 1;
const ES256: i64 = -7;

/// Why a proof cannot be attached.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The text is not a pass.
    #[error(transparent)]
    Container(#[from] ContainerError),
    /// The content is not a signed envelope.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
    /// The signature does not have the 64 bytes of ES256 in COSE.
    #[error("the signature has {0} bytes, ES256 has 64 (r and s, 32 each)")]
    Signature(usize),
}

/// A pass that waits for the signature of its phone.
#[derive(Clone, Debug)]
pub struct Unproven {
    envelope: Envelope,
    protected: Vec<u8>,
}

impl Unproven {
    /// Prepares the proof of a pass at an instant (kept to the second). A proof it may already carry is replaced.
    ///
    /// # Errors
    /// The text is not a pass.
    pub fn new(text: &str, at: Timestamp) -> Result<Self, ProofError> {
        let packed = container::from_base45(container::unprefix(text)?)?;
        let envelope = Envelope::read(Unpacker::default().unpack(&packed)?)?;
        let time = Value::Map(vec![(Value::from(IAT), Value::from(at.as_second()))]);
        let header = vec![(Value::from(ALG), Value::from(ES256)), (Value::from(CWT_CLAIMS), time)];
        Ok(Self { envelope, protected: write(&Value::Map(header)) })
    }

    /// The bytes that the phone signs with ES256.
    #[must_use]
    pub fn to_be_signed(&self) -> Vec<u8> {
        to_be_signed(&self.envelope, &self.protected)
    }

    /// The text with the proof, for a QR code.
    ///
    /// # Errors
    /// The signature does not have 64 bytes.
    pub fn attach(self, signature: &[u8]) -> Result<String, ProofError> {
        if signature.len() != 64 {
            return Err(ProofError::Signature(signature.len()));
        }
        let proof = vec![
            Value::Bytes(self.protected.clone()),
            Value::Map(Vec::new()),
            Value::Bytes(signature.to_vec()),
        ];
        Ok(container::write(&self.envelope.with_countersignature(Some(Value::Array(proof)))))
    }
}

/// RFC 9338, section 3.3: the other fields are the signature of the `COSE_Sign1`.
fn to_be_signed(envelope: &Envelope, protected: &[u8]) -> Vec<u8> {
    write(&Value::Array(vec![
        Value::Text("CounterSignatureV2".to_owned()),
        Value::Bytes(envelope.protected_bytes()),
        Value::Bytes(protected.to_vec()),
        Value::Bytes(Vec::new()),
        Value::Bytes(envelope.payload_bytes().to_vec()),
        Value::Array(vec![Value::Bytes(envelope.signature().to_vec())]),
    ]))
}

/// What a pass says about its phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Proof {
    /// There is none.
    Missing,
    /// It is not one of this phone.
    Invalid,
    /// The phone signed at this instant.
    Signed(Timestamp),
}

/// Looks for the proof and checks it with the phone's key.
pub(crate) fn check(envelope: &Envelope, holder: &HolderKey) -> Proof {
    let Some(header) = envelope.countersignature() else {
        return Proof::Missing;
    };
    signed(envelope, header, holder).map_or(Proof::Invalid, Proof::Signed)
}

fn signed(envelope: &Envelope, header: &Value, holder: &HolderKey) -> Option<Timestamp> {
    let mut parts = header.as_array()?;
    // One countersignature stands by itself or in an array of one (RFC 9338, section 3.1).
    if let [Value::Array(only)] = parts.as_slice() {
        parts = only;
    }
    let [Value::Bytes(protected), Value::Map(_), Value::Bytes(signature)] = parts.as_slice() else {
        return None;
    };
    let header = read(protected).ok()?;
    let header = header.as_map()?;
    if at(header, ALG).and_then(integer) != Some(ES256) {
        return None;
    }
    let seconds = at(header, CWT_CLAIMS)?.as_map().and_then(|claims| at(claims, IAT)).and_then(integer)?;
    let time = Timestamp::from_second(seconds).ok()?;
    holder.public_key()?.verify(&to_be_signed(envelope, protected), signature).ok()?;
    Some(time)
}
