//! What a subject holds: proof of what was decided about them.

use serde::{Deserialize, Serialize};

use crate::{
    CheckpointError, Commitment, Content, Cosignature, Entry, EntryError, LogReader, ProofError, Salt,
    Sha256Hash, SignedCheckpoint, TreeHead, Trust, prove_inclusion, read_entry, verify_inclusion,
};

/// Longest receipt or proof file that is read, in bytes.
const FILE_BYTES_MAX: usize = 4_000_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum ProofForm {
    #[serde(rename = "cleanbill-entry-proof/v1")]
    First,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum ReceiptForm {
    #[serde(rename = "cleanbill-receipt/v1")]
    First,
}

/// Proof that one entry is in the log. Public: it holds nothing the log does not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntryProof {
    form: ProofForm,
    index: u64,
    entry: Entry,
    hashes: Vec<Sha256Hash>,
    checkpoint: String,
}

/// Why a receipt or proof proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptError {
    /// Not of the form.
    #[error("not a receipt or proof: {0}; ask the office for the file again")]
    Form(String),
    /// The entry breaks the rules of its kind.
    #[error("its entry: {0}")]
    Entry(#[from] EntryError),
    /// The checkpoint is not to be trusted.
    #[error("its checkpoint: {0}")]
    Checkpoint(#[from] CheckpointError),
    /// The entry is not shown to be in the log.
    #[error("its proof: {0}")]
    Proof(#[from] ProofError),
    /// The entry is about nobody.
    #[error(
        "the entry commits to nothing, so it cannot prove a decision about a person; ask for the right entry"
    )]
    NoCommitment,
    /// Content or salt are not what was committed to.
    #[error(
        "content and salt are not what the log committed to; the receipt was changed, or something else was decided \
         than it says"
    )]
    OtherContent,
}

/// What a receipt or proof has proven.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proven {
    /// The entry's index in the log.
    pub index: u64,
    /// The entry.
    pub entry: Entry,
    /// The tree it is in.
    pub head: TreeHead,
    /// Which witnesses had seen that tree, and when.
    pub cosignatures: Vec<Cosignature>,
}

fn parse<T: for<'de> Deserialize<'de>>(bytes: &[u8]) -> Result<T, ReceiptError> {
    if bytes.len() > FILE_BYTES_MAX {
        return Err(ReceiptError::Form(format!("{} bytes are more than {FILE_BYTES_MAX}", bytes.len())));
    }
    serde_json::from_slice(bytes).map_err(|error| ReceiptError::Form(error.to_string()))
}

fn written<T: Serialize>(value: &T) -> Result<Vec<u8>, ReceiptError> {
    let mut bytes =
        serde_json::to_vec_pretty(value).map_err(|error| ReceiptError::Form(error.to_string()))?;
    bytes.push(b'\n');
    Ok(bytes)
}

impl EntryProof {
    /// Makes the proof of entry `index` in the tree of `checkpoint`, from the log's files.
    ///
    /// # Errors
    /// An index beyond the tree, or files that are missing or do not make the root.
    pub fn make(
        reader: &dyn LogReader,
        checkpoint: &SignedCheckpoint,
        index: u64,
    ) -> Result<Self, ReceiptError> {
        let entry = read_entry(reader, checkpoint.head(), index)?;
        let hashes = prove_inclusion(reader, checkpoint.head(), index)?;
        verify_inclusion(entry.leaf_hash()?, index, checkpoint.head(), &hashes)?;
        Ok(Self { form: ProofForm::First, index, entry, hashes, checkpoint: checkpoint.to_string() })
    }

    /// Reads a proof.
    ///
    /// # Errors
    /// Text of another form.
    pub fn parse(bytes: &[u8]) -> Result<Self, ReceiptError> {
        parse(bytes)
    }

    /// The proof as a JSON file.
    ///
    /// # Errors
    /// None in practice: everything in it can be written.
    pub fn to_bytes(&self) -> Result<Vec<u8>, ReceiptError> {
        written(self)
    }

    /// Checks entry, proof and checkpoint.
    ///
    /// # Errors
    /// What does not hold.
    pub fn verify(&self, trust: &Trust) -> Result<Proven, ReceiptError> {
        let checkpoint = SignedCheckpoint::parse(self.checkpoint.as_bytes())?;
        let cosignatures = checkpoint.verify(trust)?;
        self.entry.check()?;
        verify_inclusion(self.entry.leaf_hash()?, self.index, checkpoint.head(), &self.hashes)?;
        let head = checkpoint.head().clone();
        Ok(Proven { index: self.index, entry: self.entry.clone(), head, cosignatures })
    }
}

/// What was decided about one person, with all that is needed to prove it.
///
/// Personal data: it belongs to the subject. `Debug` shows neither content nor salt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    form: ReceiptForm,
    content: Content,
    salt: Salt,
    proof: EntryProof,
}

impl Receipt {
    /// Puts a receipt together.
    ///
    /// # Errors
    /// Content and salt that are not what the entry commits to.
    pub fn new(content: Content, salt: Salt, proof: EntryProof) -> Result<Self, ReceiptError> {
        let receipt = Self { form: ReceiptForm::First, content, salt, proof };
        receipt.check_commitment()?;
        Ok(receipt)
    }

    /// Reads a receipt. Nothing is believed yet: see [`Receipt::verify`].
    ///
    /// # Errors
    /// Text of another form.
    pub fn parse(bytes: &[u8]) -> Result<Self, ReceiptError> {
        parse(bytes)
    }

    /// The receipt as a JSON file.
    ///
    /// # Errors
    /// None in practice: everything in it can be written.
    pub fn to_bytes(&self) -> Result<Vec<u8>, ReceiptError> {
        written(self)
    }

    /// What was decided.
    #[must_use]
    pub fn content(&self) -> &Content {
        &self.content
    }

    /// Checks that the log, signed by whom is trusted, holds exactly this decision.
    ///
    /// # Errors
    /// What does not hold.
    pub fn verify(&self, trust: &Trust) -> Result<Proven, ReceiptError> {
        self.check_commitment()?;
        self.proof.verify(trust)
    }

    fn check_commitment(&self) -> Result<(), ReceiptError> {
        let committed = self.proof.entry.what().commitment().ok_or(ReceiptError::NoCommitment)?;
        let holds = committed == Commitment::to(&self.salt, &self.content);
        if holds { Ok(()) } else { Err(ReceiptError::OtherContent) }
    }
}
