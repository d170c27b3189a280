//! Proofs that an entry is in the log and that the log only grew (RFC 6962, section 2.1; RFC 9162, section 2.1).

use tlog_tiles::{
    tile::TileHashReader,
    tlog::{self, Hash},
};

use crate::{
    CheckpointError, Entry, EntryError, LogReader, SIZE_MAX, Sha256Hash, TreeHead, bundle,
    path::{FULL_WIDTH, bundle_path, leaf_tile},
    reader::{Tiles, read_bundle},
};

/// Longest proof: two hashes for each of the at most 40 levels.
const PROOF_HASHES_MAX: usize = 80;

/// Why a proof cannot be made or does not prove.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The entry is beyond the tree.
    #[error("entry {index} is not in a log of {size}; the first entry is 0, take a later checkpoint")]
    NotInTree {
        /// The entry's index.
        index: u64,
        /// The size of the tree.
        size: u64,
    },
    /// The earlier tree is the larger one.
    #[error(
        "the earlier tree has {old} entries, the later {new}; the log was cut short, or they are swapped"
    )]
    Shrunk {
        /// Size of the earlier tree.
        old: u64,
        /// Size of the later tree.
        new: u64,
    },
    /// The proof does not hold.
    #[error(
        "the proof does not hold; the entry, the proof or the checkpoint was changed, or the log was forked"
    )]
    DoesNotHold,
    /// A file is missing or ill-formed.
    #[error("{path}: {reason}; fetch it again, or from a mirror")]
    File {
        /// The file.
        path: String,
        /// What is wrong.
        reason: String,
    },
    /// The tiles do not make the root.
    #[error("the tiles do not make the root of the checkpoint; fetch them again, or verify the whole log")]
    Inconsistent,
    /// An entry is none.
    #[error("entry {index}: {error}")]
    Entry {
        /// The entry's index.
        index: u64,
        /// What is wrong.
        error: EntryError,
    },
    /// The tree is beyond what a log can be.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
}

fn check_size(size: u64) -> Result<(), ProofError> {
    if size > SIZE_MAX { Err(CheckpointError::TooLarge(size).into()) } else { Ok(()) }
}

/// Makes a proof with tiles that are themselves checked against the root.
fn prove(
    reader: &dyn LogReader,
    head: &TreeHead,
    make: impl FnOnce(&TileHashReader<'_>) -> Result<Vec<Hash>, tlog::Error>,
) -> Result<Vec<Sha256Hash>, ProofError> {
    let tiles = Tiles::new(reader);
    match make(&TileHashReader::new(head.size, head.root.into(), &tiles)) {
        Ok(proof) => Ok(proof.into_iter().map(Into::into).collect()),
        Err(_) => Err(match tiles.unreadable() {
            Some(file) => ProofError::File { path: file.path, reason: file.reason },
            None => ProofError::Inconsistent,
        }),
    }
}

/// Proves that entry `index` is in the tree of `head`, from the log's tiles.
///
/// # Errors
/// An index beyond the tree, or tiles that are missing or do not make the root.
pub fn prove_inclusion(
    reader: &dyn LogReader,
    head: &TreeHead,
    index: u64,
) -> Result<Vec<Sha256Hash>, ProofError> {
    check_size(head.size)?;
    if index >= head.size {
        return Err(ProofError::NotInTree { index, size: head.size });
    }
    prove(reader, head, |tiles| tlog::prove_record(head.size, index, tiles))
}

/// Proves that the tree of `head` begins with the tree of `old_size` entries, from the log's tiles.
///
/// # Errors
/// An older tree that is larger, or tiles that are missing or do not make the root.
pub fn prove_consistency(
    reader: &dyn LogReader,
    head: &TreeHead,
    old_size: u64,
) -> Result<Vec<Sha256Hash>, ProofError> {
    check_size(head.size)?;
    if old_size > head.size {
        return Err(ProofError::Shrunk { old: old_size, new: head.size });
    }
    if old_size == 0 {
        return Ok(Vec::new());
    }
    prove(reader, head, |tiles| tlog::prove_tree(head.size, old_size, tiles))
}

fn hashes(proof: &[Sha256Hash]) -> Result<Vec<Hash>, ProofError> {
    if proof.len() > PROOF_HASHES_MAX {
        return Err(ProofError::DoesNotHold);
    }
    Ok(proof.iter().copied().map(Into::into).collect())
}

/// Checks that the leaf with this hash is entry `index` of the tree of `head`.
///
/// # Errors
/// An index beyond the tree, or a proof that does not hold.
pub fn verify_inclusion(
    leaf: Sha256Hash,
    index: u64,
    head: &TreeHead,
    proof: &[Sha256Hash],
) -> Result<(), ProofError> {
    check_size(head.size)?;
    if index >= head.size {
        return Err(ProofError::NotInTree { index, size: head.size });
    }
    tlog::check_record(&hashes(proof)?, head.size, head.root.into(), index, leaf.into())
        .map_err(|_| ProofError::DoesNotHold)
}

/// Checks that the tree of `new` begins with the tree of `old`: nothing was changed or taken away.
///
/// # Errors
/// An older tree that is larger, or a proof that does not hold.
pub fn verify_consistency(old: &TreeHead, new: &TreeHead, proof: &[Sha256Hash]) -> Result<(), ProofError> {
    check_size(new.size)?;
    if old.size > new.size {
        return Err(ProofError::Shrunk { old: old.size, new: new.size });
    }
    if old.origin != new.origin {
        return Err(ProofError::DoesNotHold);
    }
    if old.size == 0 {
        let holds = proof.is_empty() && old.root == tlog::EMPTY_HASH.into();
        return if holds { Ok(()) } else { Err(ProofError::DoesNotHold) };
    }
    tlog::check_tree(&hashes(proof)?, new.size, new.root.into(), old.size, old.root.into())
        .map_err(|_| ProofError::DoesNotHold)
}

/// Reads entry `index`. It is not yet proven to be in the tree: see [`verify_inclusion`].
///
/// # Errors
/// An index beyond the tree, or a bundle that is missing or ill-formed.
pub fn read_entry(reader: &dyn LogReader, head: &TreeHead, index: u64) -> Result<Entry, ProofError> {
    check_size(head.size)?;
    if index >= head.size {
        return Err(ProofError::NotInTree { index, size: head.size });
    }
    let tile = leaf_tile(index / u64::from(FULL_WIDTH), head.size);
    let wrong = |reason: String| ProofError::File { path: bundle_path(&tile), reason };
    let (bytes, more) = read_bundle(reader, &tile).map_err(|error| wrong(error.to_string()))?;
    let entries =
        bundle::split(&bytes, tile.width() as usize, more).map_err(|error| wrong(error.to_string()))?;
    let within = usize::try_from(index % u64::from(FULL_WIDTH)).unwrap_or(usize::MAX);
    let entry = entries.get(within).ok_or_else(|| wrong("the entry is missing".to_owned()))?;
    Entry::parse(entry).map_err(|error| ProofError::Entry { index, error })
}
