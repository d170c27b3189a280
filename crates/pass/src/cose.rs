//! The envelope: `COSE_Sign1` (RFC 9052), tagged 18, or 61 and 18 as a CWT may be (RFC 8392, section 6).

use ciborium::Value;
use coset::{
    AsCborValue as _, CoseSign1, Header, Label, ProtectedHeader, RegisteredLabelWithPrivate,
    SignatureContext, iana,
};

use crate::{
    cbor::{self, CborError},
    key::{Algorithm, KeyId},
};

const TAG_COSE_SIGN1: u64 = 18;
const TAG_CWT: u64 = 61;
/// `COSE_Countersignature`, version 2 (RFC 9338, section 3.1).
pub(crate) const COUNTERSIGNATURE: i64 = 11;

/// Why bytes are not a signed envelope.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeError {
    /// The bytes are not CBOR, or not strictly.
    #[error(transparent)]
    Cbor(#[from] CborError),
    /// The item is not a tagged `COSE_Sign1` with a payload.
    #[error("the CBOR is not a tagged COSE_Sign1 structure with a payload (RFC 9052, section 4.2)")]
    NotSign1,
    /// A header says that something must be understood (`crit`) which is not.
    #[error("the envelope has a critical header that this reader does not know")]
    Critical,
}

/// What is going to be signed: headers and payload.
#[derive(Clone, Debug)]
pub struct UnsignedEnvelope {
    protected: Header,
    payload: Vec<u8>,
}

impl UnsignedEnvelope {
    /// An envelope around CBOR bytes, for a key of this algorithm and id.
    #[must_use]
    pub fn new(payload: Vec<u8>, algorithm: Algorithm, key_id: &KeyId) -> Self {
        let protected = Header {
            alg: Some(RegisteredLabelWithPrivate::Assigned(algorithm.cose())),
            key_id: key_id.as_bytes().to_vec(),
            ..Header::default()
        };
        Self { protected, payload }
    }

    /// The bytes that the signature covers (RFC 9052, section 4.4).
    #[must_use]
    pub fn to_be_signed(&self) -> Vec<u8> {
        let header = ProtectedHeader { original_data: None, header: self.protected.clone() };
        coset::sig_structure_data(SignatureContext::CoseSign1, header, None, &[], &self.payload)
    }

    /// The bytes of the signed envelope.
    #[must_use]
    pub fn sign(self, signature: Vec<u8>) -> Vec<u8> {
        let sign1 = CoseSign1 {
            protected: ProtectedHeader { original_data: None, header: self.protected },
            unprotected: Header::default(),
            payload: Some(self.payload),
            signature,
        };
        tagged(sign1)
    }
}

fn tagged(sign1: CoseSign1) -> Vec<u8> {
    // A header built by this crate never has a label twice, which is all that can fail here.
    sign1
        .to_cbor_value()
        .map_or_else(|_| Vec::new(), |value| cbor::write(&Value::Tag(TAG_COSE_SIGN1, Box::new(value))))
}

/// The bytes an envelope's signature covers, from its parts: `["Signature1", protected, h'', payload]`.
#[must_use]
pub fn sign1_to_be_signed(protected: &[u8], payload: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(protected.len() + payload.len() + 24);
    bytes.extend(b"\x84\x6aSignature1");
    cbor::append_bytes(&mut bytes, protected);
    cbor::append_bytes(&mut bytes, &[]);
    cbor::append_bytes(&mut bytes, payload);
    bytes
}

/// A signed envelope, read and not yet verified.
#[derive(Clone, Debug, PartialEq)]
pub struct Envelope {
    sign1: CoseSign1,
    payload: Value,
}

impl Envelope {
    /// Reads the bytes of an envelope and the CBOR inside it.
    ///
    /// # Errors
    /// The bytes are not strict CBOR, not a tagged `COSE_Sign1` with a payload that is strict CBOR itself, or a header
    /// that must be understood is unknown.
    pub fn read(bytes: &[u8]) -> Result<Self, EnvelopeError> {
        let mut value = cbor::read(bytes)?;
        if let Value::Tag(TAG_CWT, inner) = value {
            value = *inner;
        }
        let Value::Tag(TAG_COSE_SIGN1, inner) = value else {
            return Err(EnvelopeError::NotSign1);
        };
        let sign1 = CoseSign1::from_cbor_value(*inner).map_err(|error| match error {
            // The protected header is bytes with CBOR inside, which is read here, and as strictly.
            coset::CoseError::DuplicateMapKey => EnvelopeError::Cbor(CborError::DuplicateKey),
            coset::CoseError::ExtraneousData => EnvelopeError::Cbor(CborError::Trailing),
            coset::CoseError::DecodeFailed(_) => EnvelopeError::Cbor(CborError::Malformed),
            _ => EnvelopeError::NotSign1,
        })?;
        if !sign1.protected.header.crit.is_empty() || !sign1.unprotected.crit.is_empty() {
            return Err(EnvelopeError::Critical);
        }
        let payload = cbor::read(sign1.payload.as_deref().ok_or(EnvelopeError::NotSign1)?)?;
        Ok(Self { sign1, payload })
    }

    /// The CBOR inside.
    pub(crate) fn payload(&self) -> &Value {
        &self.payload
    }

    /// The claims inside; none where the CBOR is no map.
    pub(crate) fn claims(&self) -> &[(Value, Value)] {
        self.payload.as_map().map_or(&[], Vec::as_slice)
    }

    /// The bytes inside.
    #[must_use]
    pub fn payload_bytes(&self) -> &[u8] {
        self.sign1.payload.as_deref().unwrap_or_default()
    }

    /// The algorithm it says it is signed with; none if that is unknown. The protected header goes before the other one.
    ///
    /// Some issuers do not protect it. That does no harm here: a key has one algorithm, and another than that is refused.
    #[must_use]
    pub fn algorithm(&self) -> Option<Algorithm> {
        let headers = [&self.sign1.protected.header.alg, &self.sign1.unprotected.alg];
        match headers.into_iter().flatten().next()? {
            RegisteredLabelWithPrivate::Assigned(algorithm) => Algorithm::from_cose(*algorithm),
            _ => None,
        }
    }

    /// The id of the key that signed. The protected header goes before the other one (EU specification, section 3.3.2).
    #[must_use]
    pub fn key_id(&self) -> Option<&[u8]> {
        let headers = [&self.sign1.protected.header.key_id, &self.sign1.unprotected.key_id];
        headers.into_iter().find(|id| !id.is_empty()).map(Vec::as_slice)
    }

    /// The bytes that the signature covers.
    #[must_use]
    pub fn to_be_signed(&self) -> Vec<u8> {
        sign1_to_be_signed(&self.protected_bytes(), self.payload_bytes())
    }

    /// The signature's bytes.
    #[must_use]
    pub fn signature(&self) -> &[u8] {
        &self.sign1.signature
    }

    pub(crate) fn protected_bytes(&self) -> Vec<u8> {
        match &self.sign1.protected.original_data {
            Some(original) => original.clone(),
            None => match self.sign1.protected.clone().cbor_bstr() {
                Ok(Value::Bytes(bytes)) => bytes,
                _ => Vec::new(),
            },
        }
    }

    /// The countersignature in the unprotected header.
    pub(crate) fn countersignature(&self) -> Option<&Value> {
        let is_wanted = |label: &Label| *label == Label::Int(COUNTERSIGNATURE);
        self.sign1.unprotected.rest.iter().find(|(label, _)| is_wanted(label)).map(|(_, value)| value)
    }

    /// The bytes of this envelope with another countersignature, or without one.
    pub(crate) fn with_countersignature(&self, countersignature: Option<Value>) -> Vec<u8> {
        let mut sign1 = self.sign1.clone();
        sign1.unprotected.rest.retain(|(label, _)| *label != Label::Int(COUNTERSIGNATURE));
        sign1.unprotected.rest.extend(countersignature.map(|value| (Label::Int(COUNTERSIGNATURE), value)));
        tagged(sign1)
    }
}

/// The algorithms of COSE this crate knows, by their registered numbers.
impl Algorithm {
    pub(crate) fn cose(self) -> iana::Algorithm {
        match self {
            Self::Es256 => iana::Algorithm::ES256,
            Self::Es384 => iana::Algorithm::ES384,
            Self::Ps256 => iana::Algorithm::PS256,
            Self::EdDsa => iana::Algorithm::EdDSA,
        }
    }

    pub(crate) fn from_cose(algorithm: iana::Algorithm) -> Option<Self> {
        [Self::Es256, Self::Es384, Self::Ps256, Self::EdDsa]
            .into_iter()
            .find(|known| known.cose() == algorithm)
    }
}
