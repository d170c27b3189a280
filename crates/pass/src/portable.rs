//! Signatures in plain Rust, for WebAssembly, and for the test that says both ways answer the same.

use p256::ecdsa::signature::Verifier as _;
use rsa::{BoxedUint, PublicKey as RsaKey, pkcs1v15, pss, sha2::Sha256};

use crate::key::{PublicKey, SignatureError};

pub(crate) fn verify(key: &PublicKey, message: &[u8], signature: &[u8]) -> Result<(), SignatureError> {
    match key {
        PublicKey::P256(point) => {
            let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(point).map_err(|_| SignatureError)?;
            let signature = p256::ecdsa::Signature::from_slice(signature).map_err(|_| SignatureError)?;
            key.verify(message, &signature).map_err(|_| SignatureError)
        }
        PublicKey::P384(point) => {
            let key = p384::ecdsa::VerifyingKey::from_sec1_bytes(point).map_err(|_| SignatureError)?;
            let signature = p384::ecdsa::Signature::from_slice(signature).map_err(|_| SignatureError)?;
            key.verify(message, &signature).map_err(|_| SignatureError)
        }
        PublicKey::Ed25519(point) => {
            let key = ed25519_dalek::VerifyingKey::from_bytes(point).map_err(|_| SignatureError)?;
            let signature = ed25519_dalek::Signature::from_slice(signature).map_err(|_| SignatureError)?;
            key.verify_strict(message, &signature).map_err(|_| SignatureError)
        }
        PublicKey::Rsa { modulus, exponent } => {
            let key = pss::VerifyingKey::<Sha256>::new(rsa_key(modulus, exponent)?);
            let signature = pss::Signature::try_from(signature).map_err(|_| SignatureError)?;
            key.verify(message, &signature).map_err(|_| SignatureError)
        }
    }
}

pub(crate) fn verify_pkcs1(modulus: &[u8], exponent: &[u8], message: &[u8], signature: &[u8]) -> Result<(), SignatureError> {
    let key = pkcs1v15::VerifyingKey::<Sha256>::new(rsa_key(modulus, exponent)?);
    let signature = pkcs1v15::Signature::try_from(signature).map_err(|_| SignatureError)?;
    key.verify(message, &signature).map_err(|_| SignatureError)
}

fn rsa_key(modulus: &[u8], exponent: &[u8]) -> Result<RsaKey, SignatureError> {
    let (modulus, exponent) = (BoxedUint::from_be_slice_vartime(modulus), BoxedUint::from_be_slice_vartime(exponent));
    RsaKey::new(modulus, exponent).map_err(|_| SignatureError)
}
