//! Signatures by `ring`: several times as fast as portable code, where it runs.

use ring::signature::{self, UnparsedPublicKey};

use crate::key::{PublicKey, SignatureError};

pub(crate) fn verify(key: &PublicKey, message: &[u8], signature: &[u8]) -> Result<(), SignatureError> {
    match key {
        PublicKey::P256(point) => {
            UnparsedPublicKey::new(&signature::ECDSA_P256_SHA256_FIXED, point).verify(message, signature)
        }
        PublicKey::P384(point) => {
            UnparsedPublicKey::new(&signature::ECDSA_P384_SHA384_FIXED, point).verify(message, signature)
        }
        PublicKey::Ed25519(point) => {
            UnparsedPublicKey::new(&signature::ED25519, point).verify(message, signature)
        }
        PublicKey::Rsa { modulus, exponent } => signature::RsaPublicKeyComponents { n: modulus, e: exponent }
            .verify(&signature::RSA_PSS_2048_8192_SHA256, message, signature),
    }
    .map_err(|_| SignatureError)
}

pub(crate) fn verify_pkcs1(
    modulus: &[u8],
    exponent: &[u8],
    message: &[u8],
    signature: &[u8],
) -> Result<(), SignatureError> {
    signature::RsaPublicKeyComponents { n: modulus, e: exponent }
        .verify(&signature::RSA_PKCS1_2048_8192_SHA256, message, signature)
        .map_err(|_| SignatureError)
}
