//! Signed checkpoints: the size and root of the log at one moment (C2SP tlog-checkpoint, signed-note,
//! tlog-cosignature).

use std::fmt;

use jiff::Timestamp;
use signed_note::{Note, NoteError, Signature, VerifierList};
use tlog_tiles::checkpoint::Checkpoint;

use crate::{
    KeyKind, Sha256Hash, Sign, SigningError, VerifierKey,
    key::{cosigned_at, cosigned_message},
};

/// Largest tree: 2^40 entries. It keeps every number of tile arithmetic far from overflow.
pub const SIZE_MAX: u64 = 1 << 40;

/// The log at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeHead {
    /// The name of the log, which is also its key's name.
    pub origin: String,
    /// How many entries, 0 to 2^40.
    pub size: u64,
    /// The root hash (RFC 6962, section 2.1).
    pub root: Sha256Hash,
}

/// Why a checkpoint is not to be trusted, or cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// Not a signed note, or not of a checkpoint.
    #[error("not a signed checkpoint; fetch the file `checkpoint` of the log again")]
    Malformed,
    /// A tree beyond [`SIZE_MAX`].
    #[error("a tree of {0} entries is beyond {SIZE_MAX}; no log of ours is so large")]
    TooLarge(u64),
    /// Of another log.
    #[error("the checkpoint is of the log `{found}`, the key of `{expected}`; take the key of that log")]
    Origin {
        /// The name in the checkpoint.
        found: String,
        /// The name of the key.
        expected: String,
    },
    /// A known key's signature does not hold.
    #[error("the signature of `{0}` does not hold; the checkpoint was changed after signing, or forged")]
    Signature(String),
    /// The log did not sign.
    #[error("no signature by `{0}`; take the key the log published, and check whether it changed")]
    Unsigned(String),
    /// Too few witnesses.
    #[error(
        "{found} of the known witnesses signed, {needed} are needed; the log may show others another history"
    )]
    Witnesses {
        /// How many signed.
        found: usize,
        /// How many are needed.
        needed: usize,
    },
    /// The wrong kind of key.
    #[error("`{name}` is not a key of a {needed}; keys of logs and of witnesses are not interchangeable")]
    KeyKind {
        /// The key's name.
        name: String,
        /// What is needed.
        needed: &'static str,
    },
    /// More witnesses needed than there are.
    #[error("{needed} witnesses are needed and {known} are known; give more keys or ask for fewer")]
    TooFewKnown {
        /// How many are needed.
        needed: usize,
        /// How many different ones are known.
        known: usize,
    },
    /// A time no cosignature can carry.
    #[error("a cosignature cannot be dated {0}; use a time after 1970")]
    Time(Timestamp),
    /// The signer failed.
    #[error(transparent)]
    Signing(#[from] SigningError),
}

/// Whose signatures are believed.
#[derive(Debug, Clone)]
pub struct Trust {
    log: VerifierKey,
    witnesses: Vec<VerifierKey>,
    witnesses_min: usize,
}

impl Trust {
    /// Believes a log if it signed, and at least `witnesses_min` of the witnesses cosigned.
    ///
    /// # Errors
    /// A key of the wrong kind, or more witnesses needed than known.
    pub fn new(
        log: VerifierKey,
        witnesses: Vec<VerifierKey>,
        witnesses_min: usize,
    ) -> Result<Self, CheckpointError> {
        if log.kind() != KeyKind::Log {
            return Err(CheckpointError::KeyKind { name: log.name().to_owned(), needed: "log" });
        }
        if let Some(key) = witnesses.iter().find(|key| key.kind() != KeyKind::Witness) {
            return Err(CheckpointError::KeyKind { name: key.name().to_owned(), needed: "witness" });
        }
        let mut different: Vec<VerifierKey> = Vec::new();
        for key in witnesses {
            if !different.iter().any(|known| known.is_same_key(&key)) {
                different.push(key);
            }
        }
        if different.len() < witnesses_min {
            return Err(CheckpointError::TooFewKnown { needed: witnesses_min, known: different.len() });
        }
        Ok(Self { log, witnesses: different, witnesses_min })
    }

    /// The log's key.
    #[must_use]
    pub fn log(&self) -> &VerifierKey {
        &self.log
    }
}

/// A witness's statement that, at this time, this was the longest history of the log it had seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cosignature {
    /// The witness's name.
    pub witness: String,
    /// When, in seconds since 1970.
    pub at_seconds: u64,
}

/// A checkpoint with its signatures.
#[derive(Debug, PartialEq)]
pub struct SignedCheckpoint {
    head: TreeHead,
    note: Note,
}

impl SignedCheckpoint {
    /// Signs a tree head with the log's key; the origin is the key's name.
    ///
    /// # Errors
    /// A witness's key, a tree that is too large, or a signer that fails.
    pub fn sign(size: u64, root: Sha256Hash, signer: &dyn Sign) -> Result<Self, CheckpointError> {
        let key = signer.key();
        if key.kind() != KeyKind::Log {
            return Err(CheckpointError::KeyKind { name: key.name().to_owned(), needed: "log" });
        }
        let mut note = Checkpoint::new(key.name(), size, root.into(), "")
            .map_err(|_| CheckpointError::Malformed)?
            .to_bytes();
        let signature = signer.sign(&note)?;
        note.push(b'\n');
        with_signature(note, key, signature.to_vec())
    }

    /// Adds a witness's cosignature, dated `at`.
    ///
    /// The witness must have checked before that this tree contains every tree of the log it signed before:
    /// [`verify_consistency`](crate::verify_consistency).
    ///
    /// # Errors
    /// A log's key, a time before 1970, or a signer that fails.
    pub fn cosign(&self, at: Timestamp, signer: &dyn Sign) -> Result<Self, CheckpointError> {
        let key = signer.key();
        if key.kind() != KeyKind::Witness {
            return Err(CheckpointError::KeyKind { name: key.name().to_owned(), needed: "witness" });
        }
        let seconds = u64::try_from(at.as_second()).map_err(|_| CheckpointError::Time(at))?;
        let mut signature = seconds.to_be_bytes().to_vec();
        signature.extend(signer.sign(&cosigned_message(seconds, self.note.text()))?);
        with_signature(self.to_bytes(), key, signature)
    }

    /// Reads a signed checkpoint. Nothing is believed yet: see [`SignedCheckpoint::verify`].
    ///
    /// # Errors
    /// What is no signed checkpoint, or of a tree beyond 2^40 entries.
    pub fn parse(bytes: &[u8]) -> Result<Self, CheckpointError> {
        let note = Note::from_bytes(bytes).map_err(|_| CheckpointError::Malformed)?;
        let body = Checkpoint::from_bytes(note.text()).map_err(|_| CheckpointError::Malformed)?;
        if body.to_bytes() != note.text() || note.to_bytes() != bytes {
            return Err(CheckpointError::Malformed);
        }
        if body.size() > SIZE_MAX {
            return Err(CheckpointError::TooLarge(body.size()));
        }
        let head =
            TreeHead { origin: body.origin().to_owned(), size: body.size(), root: (*body.hash()).into() };
        Ok(Self { head, note })
    }

    /// What is written to the file `checkpoint`.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.note.to_bytes()
    }

    /// The tree head, believed or not.
    #[must_use]
    pub fn head(&self) -> &TreeHead {
        &self.head
    }

    /// Checks the signatures: the log's, and enough of the witnesses'. Signatures by unknown keys tell nothing and are
    /// passed over, as signed-note prescribes; one by a known key that does not hold is an error.
    ///
    /// # Errors
    /// Another log's checkpoint, a signature that does not hold, or too few of them.
    pub fn verify(&self, trust: &Trust) -> Result<Vec<Cosignature>, CheckpointError> {
        if self.head.origin != trust.log.name() {
            return Err(CheckpointError::Origin {
                found: self.head.origin.clone(),
                expected: trust.log.name().to_owned(),
            });
        }
        let unsigned = || CheckpointError::Unsigned(trust.log.name().to_owned());
        let known = std::iter::once(&trust.log)
            .chain(&trust.witnesses)
            .map(|key| Box::new(key.clone()) as Box<dyn signed_note::Verifier>);
        let (verified, _unknown) =
            self.note.verify(&VerifierList::new(known.collect())).map_err(|error| match error {
                NoteError::InvalidSignature { name, .. } => CheckpointError::Signature(name),
                NoteError::UnverifiedNote => unsigned(),
                _ => CheckpointError::Malformed,
            })?;
        let by = |key: &VerifierKey, signature: &Signature| {
            signature.name() == key.name() && signature.id() == key.id()
        };
        if !verified.iter().any(|signature| by(&trust.log, signature)) {
            return Err(unsigned());
        }
        let cosignatures: Vec<Cosignature> = verified
            .iter()
            .filter(|signature| trust.witnesses.iter().any(|key| by(key, signature)))
            .filter_map(|signature| {
                let (at_seconds, _) = cosigned_at(signature.signature())?;
                Some(Cosignature { witness: signature.name().to_owned(), at_seconds })
            })
            .collect();
        if cosignatures.len() < trust.witnesses_min {
            return Err(CheckpointError::Witnesses {
                found: cosignatures.len(),
                needed: trust.witnesses_min,
            });
        }
        Ok(cosignatures)
    }
}

/// Appends a signature line and reads the whole again, so that nothing is made that could not be read.
fn with_signature(
    mut note: Vec<u8>,
    key: &VerifierKey,
    signature: Vec<u8>,
) -> Result<SignedCheckpoint, CheckpointError> {
    let line =
        Signature::new(key.name().to_owned(), key.id(), signature).map_err(|_| CheckpointError::Malformed)?;
    note.extend(line.to_bytes());
    SignedCheckpoint::parse(&note)
}

impl fmt::Display for SignedCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.to_bytes()))
    }
}
