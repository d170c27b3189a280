//! The documents that doors keep.

use pass::{DocumentError, Edition, PassId, Revocations, RevocationsError, TrustList, UnsignedEnvelope};

use crate::{
    issue::Random,
    signer::{SignError, Signer},
};

/// How many salts are tried. Each fails with a probability of passes × 2⁻³²: for a city of eight million with 24 passes
/// each, one in twenty.
const SALTS: u32 = 64;

/// Why a document is not published.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PublishError {
    /// The document.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// The filter.
    #[error(transparent)]
    Filter(#[from] RevocationsError),
    /// No salt was found with which every living pass stays free.
    #[error(
        "with {SALTS} salts some living pass was always taken for revoked; publish again, or shorten what is kept as living"
    )]
    NoSalt,
    /// The signer.
    #[error(transparent)]
    Sign(#[from] SignError),
}

fn seal(envelope: UnsignedEnvelope, signer: &dyn Signer) -> Result<Vec<u8>, PublishError> {
    let signature = signer.sign(&envelope.to_be_signed())?;
    Ok(envelope.sign(signature))
}

/// The bytes of a signed trust list.
///
/// # Errors
/// The list ends before it begins, or the signer fails.
pub fn publish_trust_list(list: &TrustList, signer: &dyn Signer) -> Result<Vec<u8>, PublishError> {
    seal(list.to_envelope(signer.algorithm(), &signer.key_id())?, signer)
}

/// The bytes of a signed filter of revoked passes, in which no living pass is. Leave out passes that have expired: they
/// are refused anyway.
///
/// # Errors
/// The filter ends before it begins, cannot be built, or the signer fails.
pub fn publish_filter(
    edition: Edition,
    revoked: &[PassId],
    living: &[PassId],
    random: Random<'_>,
    signer: &dyn Signer,
) -> Result<Vec<u8>, PublishError> {
    let mut salt = [0; 16];
    for _ in 0..SALTS {
        random(&mut salt);
        let filter = match Revocations::build(edition, salt, revoked) {
            Err(RevocationsError::Build) => continue,
            built => built?,
        };
        if !living.iter().any(|id| filter.contains(id)) {
            return seal(filter.to_envelope(signer.algorithm(), &signer.key_id())?, signer);
        }
    }
    Err(PublishError::NoSalt)
}
