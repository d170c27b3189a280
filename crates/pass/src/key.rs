//! Public keys, their algorithms, and checking a signature with them.

use std::fmt;

use p256::elliptic_curve::sec1::ToSec1Point as _;
use sha2::{Digest as _, Sha256};
use x509_parser::{prelude::FromDer as _, public_key::RSAPublicKey, x509::SubjectPublicKeyInfo};

#[cfg(not(target_family = "wasm"))]
use crate::native as backend;
#[cfg(target_family = "wasm")]
use crate::portable as backend;

/// How a pass may be signed. The list is closed: what is not on it is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Algorithm {
    /// ECDSA on P-256 with SHA-256 (COSE -7): ours, and the first choice of the EU.
    Es256,
    /// ECDSA on P-384 with SHA-384 (COSE -35).
    Es384,
    /// RSASSA-PSS with SHA-256 (COSE -37): the second choice of the EU.
    Ps256,
    /// EdDSA on Ed25519 (COSE -8).
    EdDsa,
}

/// The id of a key in an envelope: for a certificate, the first 8 bytes of its SHA-256 (EU specification, section
/// 3.3.2); for a bare key, the same of its `SubjectPublicKeyInfo`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId([u8; 8]);

impl KeyId {
    /// The id of a certificate or a `SubjectPublicKeyInfo`, from its DER bytes.
    #[must_use]
    pub fn of(der: &[u8]) -> Self {
        let mut id = [0; 8];
        id.iter_mut().zip(Sha256::digest(der)).for_each(|(to, from)| *to = from);
        Self(id)
    }

    /// An id as it stands in an envelope; none if it does not have 8 bytes.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// The 8 bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 8] {
        &self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&data_encoding::HEXLOWER.encode(&self.0))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({self})")
    }
}

/// Why bytes are not a key this crate can check signatures with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The bytes are not a `SubjectPublicKeyInfo` (RFC 5280).
    #[error("the bytes are not a public key in DER (SubjectPublicKeyInfo)")]
    Der,
    /// A kind of key that no known algorithm uses.
    #[error(
        "the key is of a kind not used for passes; use P-256, P-384, Ed25519, or RSA of 2048 to 8192 bits"
    )]
    Kind,
    /// The point is not on its curve, or the modulus has a wrong size.
    #[error("the key's numbers are not those of a valid key")]
    Numbers,
}

/// A signature does not match; nothing more is known, on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the signature does not match")]
pub struct SignatureError;

/// A key that checks signatures.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum PublicKey {
    /// A point on P-256, uncompressed (SEC 1, 65 bytes).
    P256([u8; 65]),
    /// A point on P-384, uncompressed (SEC 1, 97 bytes).
    P384([u8; 97]),
    /// An Ed25519 key (RFC 8032, 32 bytes).
    Ed25519([u8; 32]),
    /// An RSA key: modulus and public exponent, big-endian, without leading zeros.
    Rsa {
        /// The modulus.
        modulus: Vec<u8>,
        /// The public exponent.
        exponent: Vec<u8>,
    },
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::P256(_) => "PublicKey(P-256)",
            Self::P384(_) => "PublicKey(P-384)",
            Self::Ed25519(_) => "PublicKey(Ed25519)",
            Self::Rsa { .. } => "PublicKey(RSA)",
        })
    }
}

impl PublicKey {
    /// A key from its `SubjectPublicKeyInfo` in DER.
    ///
    /// # Errors
    /// The bytes are no such structure, or the key is none that passes are signed with.
    pub fn from_spki(der: &[u8]) -> Result<Self, KeyError> {
        let (rest, info) = SubjectPublicKeyInfo::from_der(der).map_err(|_| KeyError::Der)?;
        if !rest.is_empty() {
            return Err(KeyError::Der);
        }
        Self::from_info(&info)
    }

    pub(crate) fn from_info(info: &SubjectPublicKeyInfo<'_>) -> Result<Self, KeyError> {
        let bits = info.subject_public_key.data.as_ref();
        let curve = || {
            info.algorithm.parameters.as_ref().and_then(|any| any.as_oid().ok()).map(|oid| oid.to_id_string())
        };
        match info.algorithm.algorithm.to_id_string().as_str() {
            "1.2.840.10045.2.1" => match curve().as_deref() {
                Some("1.2.840.10045.3.1.7") => Self::p256(bits),
                Some("1.3.132.0.34") => Self::p384(bits),
                _ => Err(KeyError::Kind),
            },
            "1.3.101.112" => Self::ed25519(bits),
            // rsaEncryption and id-RSASSA-PSS.
            "1.2.840.113549.1.1.1" | "1.2.840.113549.1.1.10" => {
                let (_, rsa) = RSAPublicKey::from_der(bits).map_err(|_| KeyError::Der)?;
                Self::rsa(rsa.modulus, rsa.exponent)
            }
            _ => Err(KeyError::Kind),
        }
    }

    /// A P-256 key from its SEC 1 bytes, compressed (33) or not (65).
    ///
    /// # Errors
    /// The bytes are not a point on the curve.
    pub fn p256(sec1_bytes: &[u8]) -> Result<Self, KeyError> {
        let key = p256::PublicKey::from_sec1_bytes(sec1_bytes).map_err(|_| KeyError::Numbers)?;
        exact(key.to_sec1_point(false).as_bytes()).map(Self::P256)
    }

    pub(crate) fn p384(sec1_bytes: &[u8]) -> Result<Self, KeyError> {
        let key = p384::PublicKey::from_sec1_bytes(sec1_bytes).map_err(|_| KeyError::Numbers)?;
        exact(key.to_sec1_point(false).as_bytes()).map(Self::P384)
    }

    pub(crate) fn ed25519(bytes: &[u8]) -> Result<Self, KeyError> {
        exact(bytes).map(Self::Ed25519)
    }

    pub(crate) fn rsa(modulus: &[u8], exponent: &[u8]) -> Result<Self, KeyError> {
        let strip = |number: &[u8]| number.iter().copied().skip_while(|byte| *byte == 0).collect::<Vec<u8>>();
        let (modulus, exponent) = (strip(modulus), strip(exponent));
        if !(256..=1024).contains(&modulus.len()) || exponent.is_empty() || exponent.len() > 4 {
            return Err(KeyError::Numbers);
        }
        Ok(Self::Rsa { modulus, exponent })
    }

    /// The algorithm that a key like this signs with.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        match self {
            Self::P256(_) => Algorithm::Es256,
            Self::P384(_) => Algorithm::Es384,
            Self::Ed25519(_) => Algorithm::EdDsa,
            Self::Rsa { .. } => Algorithm::Ps256,
        }
    }

    /// Checks a signature, in the form COSE gives it (ECDSA: r and s, each as long as the curve's field).
    ///
    /// # Errors
    /// The signature is not one of this key over these bytes.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), SignatureError> {
        backend::verify(self, message, signature)
    }

    /// Checks an RSA signature as certificates carry it (RSASSA-PKCS1-v1_5 with SHA-256). Passes never have one.
    pub(crate) fn verify_pkcs1(&self, message: &[u8], signature: &[u8]) -> Result<(), SignatureError> {
        match self {
            Self::Rsa { modulus, exponent } => backend::verify_pkcs1(modulus, exponent, message, signature),
            _ => Err(SignatureError),
        }
    }
}

/// Bytes of a length that the key's kind has.
fn exact<const N: usize>(bytes: &[u8]) -> Result<[u8; N], KeyError> {
    bytes.try_into().map_err(|_| KeyError::Numbers)
}
