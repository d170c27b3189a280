//! Issuing passes.

use evidence::Level;
use jiff::Timestamp;
use pass::{
    Claims, ClaimsError, HolderKey, Hour, PREFIX, PassId, Revocations, UnsignedEnvelope, hours,
    picture::Correction,
};

use crate::signer::{SignError, Signer};

/// Fills bytes with randomness that nobody can guess, such as the operating system's.
pub type Random<'a> = &'a mut dyn FnMut(&mut [u8]);

/// How many bytes a live proof adds: its label, an array, the header with the time, and 64 bytes of signature.
const PROOF_BYTES: usize = 80;
/// How many bytes zlib adds at most to bytes that cannot be made shorter (RFC 1950 and 1951, one stored block).
const ZLIB_BYTES: usize = 11;

/// Why a pass is not issued.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IssueError {
    /// The claims are not those of a pass.
    #[error(transparent)]
    Claims(#[from] ClaimsError),
    /// A paper pass that restricts must say where help is.
    #[error("a {0} pass on paper says where its holder gets help and contests it: fill in `help`")]
    HelpMissing(Level),
    /// It would not fit into a code that every camera reads.
    #[error(
        "the pass takes {0} bytes more than fit; shorten issuer, rule set, region, initials or help by as much"
    )]
    TooLong(usize),
    /// Every hour of a batch needs a key of its own.
    #[error("the batch has {0} hours and {1} keys came; send one key for every hour")]
    Keys(usize, usize),
    /// The signer.
    #[error(transparent)]
    Sign(#[from] SignError),
}

/// The id of a new pass: random, and not one that the current filter takes for revoked.
#[must_use]
pub fn draw_id(revocations: Option<&Revocations>, random: Random<'_>) -> PassId {
    loop {
        let mut bytes = [0; 8];
        random(&mut bytes);
        let id = PassId::new(bytes);
        if revocations.is_none_or(|filter| !filter.contains(&id)) {
            return id;
        }
    }
}

/// Issues one pass: the text of its QR code.
///
/// A pass with a holder's key is a live pass and leaves room for the proof, so that its texts (issuer, rule set, region,
/// initials, help) have 17 bytes together; one without is for paper, where they have 36. A pass for somebody who
/// has no phone, or is a child, is either on paper or bound to the phone of the person who was asked to hold it: the
/// pass says nothing about whose phone it is, and a phone can hold passes of several people.
///
/// A paper pass that restricts says itself where help is; beside a live one the phone says it, and the trust list says
/// it at the door.
///
/// # Errors
/// The claims are wrong, help is missing, it does not fit, or the signer fails.
pub fn issue(claims: &Claims, signer: &dyn Signer) -> Result<String, IssueError> {
    if claims.level != Level::Green && claims.help.is_empty() && claims.holder.is_none() {
        return Err(IssueError::HelpMissing(claims.level));
    }
    let envelope = UnsignedEnvelope::new(claims.to_bytes()?, signer.algorithm(), &signer.key_id());
    let signature = signer.sign(&envelope.to_be_signed())?;
    let bytes = envelope.sign(signature);
    let (correction, proof) = match claims.holder {
        Some(_) => (Correction::M, PROOF_BYTES),
        None => (Correction::Q, 0),
    };
    // Base45 makes three characters of two bytes.
    let room = (correction.characters_max() - PREFIX.len()) / 3 * 2;
    let needed = bytes.len() + proof + ZLIB_BYTES;
    if needed > room {
        return Err(IssueError::TooLong(needed - room));
    }
    Ok(pass::write(&bytes))
}

/// What a phone gets for the hours ahead: one pass for every hour, each with its own id and its own key, so that two
/// scans more than an hour apart share nothing.
#[derive(Clone, Debug)]
pub struct Batch {
    hours: Vec<Hour>,
}

impl Batch {
    /// The hours from `now` for as long as a level holds, at most a day.
    #[must_use]
    pub fn new(now: Timestamp, changes_at: Option<Timestamp>) -> Self {
        Self { hours: hours(now, changes_at) }
    }

    /// The hours. The phone makes a key for each.
    #[must_use]
    pub fn hours(&self) -> &[Hour] {
        &self.hours
    }

    /// Issues the passes. Of the claims, times, id and holder are replaced for every hour.
    ///
    /// # Errors
    /// As [`issue`], or the keys are not as many as the hours.
    pub fn issue(
        &self,
        claims: &Claims,
        holders: &[HolderKey],
        revocations: Option<&Revocations>,
        random: Random<'_>,
        signer: &dyn Signer,
    ) -> Result<Vec<(Hour, PassId, String)>, IssueError> {
        if holders.len() != self.hours.len() {
            return Err(IssueError::Keys(self.hours.len(), holders.len()));
        }
        let passes = self.hours.iter().zip(holders).map(|(hour, holder)| {
            let id = draw_id(revocations, random);
            let claims = Claims {
                issued: hour.start,
                expires: hour.expires,
                id,
                holder: Some(*holder),
                ..claims.clone()
            };
            Ok((*hour, id, issue(&claims, signer)?))
        });
        passes.collect()
    }
}
