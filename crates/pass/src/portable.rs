//! Signatures in plain Rust, for WebAssembly, and for the test that says both ways answer the same.

#![cfg_attr(
    not(target_family = "wasm"),
    allow(dead_code, reason = "outside WebAssembly only the tests use it")
)]

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

pub(crate) fn verify_pkcs1(
    modulus: &[u8],
    exponent: &[u8],
    message: &[u8],
    signature: &[u8],
) -> Result<(), SignatureError> {
    let key = pkcs1v15::VerifyingKey::<Sha256>::new(rsa_key(modulus, exponent)?);
    let signature = pkcs1v15::Signature::try_from(signature).map_err(|_| SignatureError)?;
    key.verify(message, &signature).map_err(|_| SignatureError)
}

fn rsa_key(modulus: &[u8], exponent: &[u8]) -> Result<RsaKey, SignatureError> {
    let (modulus, exponent) =
        (BoxedUint::from_be_slice_vartime(modulus), BoxedUint::from_be_slice_vartime(exponent));
    RsaKey::new(modulus, exponent).map_err(|_| SignatureError)
}

#[cfg(test)]
mod tests {
    use data_encoding::{BASE64, HEXLOWER};

    use crate::{key::PublicKey, native};

    /// Signatures of another implementation: both ways take them, and both refuse them when anything is changed.
    #[test]
    fn both_ways_answer_the_same() {
        let vectors: serde_json::Value =
            serde_json::from_str(include_str!("../../../vectors/pass/signatures.json")).unwrap();
        let message = HEXLOWER.decode(vectors["message"].as_str().unwrap().as_bytes()).unwrap();
        let mut algorithms = Vec::new();
        for vector in vectors["signatures"].as_array().unwrap() {
            let text = |field: &str| vector[field].as_str().unwrap().as_bytes();
            let key = PublicKey::from_spki(&BASE64.decode(text("spki")).unwrap()).unwrap();
            let signature = HEXLOWER.decode(text("signature")).unwrap();
            let name = format!("{:?}", key.algorithm());
            assert_eq!(name.as_bytes(), text("algorithm"));
            let both = |message: &[u8], signature: &[u8]| {
                (
                    super::verify(&key, message, signature).is_ok(),
                    native::verify(&key, message, signature).is_ok(),
                )
            };
            assert_eq!(both(&message, &signature), (true, true), "{name}");
            assert_eq!(both(b"another message", &signature), (false, false), "{name}");
            assert_eq!(both(&message, &signature[1..]), (false, false), "{name}");
            assert_eq!(both(&message, &[]), (false, false), "{name}");
            for byte in 0..signature.len() {
                let mut changed = signature.clone();
                changed[byte] ^= 0x10;
                assert_eq!(both(&message, &changed), (false, false), "{name}: byte {byte}");
            }
            algorithms.push(name);
        }
        assert_eq!(algorithms, ["Es256", "Es384", "EdDsa", "Ps256"]);
    }
}
