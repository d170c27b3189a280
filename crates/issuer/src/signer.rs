//! Where signatures come from.

use std::fmt;

use p256::{
    ecdsa::{Signature, SigningKey, signature::Signer as _},
    pkcs8::{DecodePrivateKey as _, EncodePrivateKey as _, EncodePublicKey as _, LineEnding},
};
use pass::{Algorithm, KeyId};
use zeroize::Zeroizing;

use crate::issue::Random;

/// A signature could not be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the signer could not sign: {0}")]
pub struct SignError(pub String);

/// Somebody who signs with one key.
///
/// [`SoftwareKey`] keeps the key in memory. A key in hardware or a key service implements this trait: a PKCS#11 token
/// signs with `CKM_ECDSA_SHA256` (or hashes first, with `CKM_ECDSA`) and gives r and s as COSE wants them, 32 bytes
/// each; AWS KMS (`ECDSA_SHA_256`), Google Cloud KMS (`EC_SIGN_P256_SHA256`) and Azure Key Vault (`ES256`) sign the same
/// way, the first two in DER, which the implementation turns into r and s. Such a key never leaves its place; an
/// implementation should time out rather than wait for ever.
pub trait Signer: Send + Sync {
    /// The algorithm of the key.
    fn algorithm(&self) -> Algorithm;

    /// The `SubjectPublicKeyInfo` of the key, in DER.
    fn spki(&self) -> &[u8];

    /// The id by which envelopes name the key.
    fn key_id(&self) -> KeyId {
        KeyId::of(self.spki())
    }

    /// A signature over these bytes, in the form of COSE (ECDSA: r and s, 32 bytes each).
    ///
    /// # Errors
    /// The key cannot be reached or refuses.
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError>;
}

/// A P-256 key in memory. Signatures are deterministic (RFC 6979), so that no weak randomness gives it away.
#[derive(Clone)]
pub struct SoftwareKey {
    key: SigningKey,
    spki: Vec<u8>,
}

impl fmt::Debug for SoftwareKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SoftwareKey({})", self.key_id())
    }
}

impl SoftwareKey {
    /// A new key from random bytes.
    #[must_use]
    pub fn generate(random: Random<'_>) -> Self {
        let mut bytes = Zeroizing::new([0; 32]);
        loop {
            random(bytes.as_mut());
            // All but one in 2^32 numbers of 32 bytes are keys.
            if let Ok(key) = SigningKey::from_slice(bytes.as_ref())
                && let Some(key) = Self::from_signing_key(key)
            {
                return key;
            }
        }
    }

    /// A key from PKCS#8 in PEM.
    ///
    /// # Errors
    /// The text is not a P-256 private key in that form.
    pub fn from_pem(pem: &str) -> Result<Self, SignError> {
        let wrong = |reason: String| SignError(format!("not a P-256 private key in PEM (PKCS#8): {reason}"));
        let key = SigningKey::from_pkcs8_pem(pem).map_err(|error| wrong(error.to_string()))?;
        Self::from_signing_key(key).ok_or_else(|| wrong("its public key has no encoding".to_owned()))
    }

    fn from_signing_key(key: SigningKey) -> Option<Self> {
        let spki = key.verifying_key().to_public_key_der().ok()?.into_vec();
        Some(Self { key, spki })
    }

    /// The private key as PKCS#8 in PEM.
    ///
    /// # Errors
    /// The key has no encoding, which a P-256 key always has.
    pub fn to_pem(&self) -> Result<Zeroizing<String>, SignError> {
        self.key.to_pkcs8_pem(LineEnding::LF).map_err(|error| SignError(error.to_string()))
    }

    /// The public key in PEM.
    ///
    /// # Errors
    /// The key has no encoding, which a P-256 key always has.
    pub fn to_public_pem(&self) -> Result<String, SignError> {
        self.key
            .verifying_key()
            .to_public_key_pem(LineEnding::LF)
            .map_err(|error| SignError(error.to_string()))
    }

    /// The public key as SEC 1 bytes, compressed.
    #[must_use]
    pub fn public_sec1(&self) -> Vec<u8> {
        self.key.verifying_key().to_sec1_point(true).as_bytes().to_vec()
    }
}

impl Signer for SoftwareKey {
    fn algorithm(&self) -> Algorithm {
        Algorithm::Es256
    }

    fn spki(&self) -> &[u8] {
        &self.spki
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        let signature: Signature =
            self.key.try_sign(message).map_err(|error| SignError(error.to_string()))?;
        Ok(signature.to_bytes().to_vec())
    }
}
