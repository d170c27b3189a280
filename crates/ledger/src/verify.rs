//! The whole log, computed again from its entries.

use tlog_tiles::tlog::HASH_SIZE;

use crate::{
    CHECKPOINT_PATH, CheckpointError, Cosignature, Entry, EntryError, LogReader, SignedCheckpoint, TreeHead,
    Trust, bundle,
    edge::{Edge, LogFile},
    path::{FULL_WIDTH, HEIGHT, bundle_path, leaf_tiles, parse_tile_path},
    reader::{read_bundle, read_hash_tile},
};

/// A log that is what its checkpoint says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedLog {
    /// Its size and root.
    pub head: TreeHead,
    /// Which witnesses had seen this tree, and when.
    pub cosignatures: Vec<Cosignature>,
}

/// The first place where a log is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LogError {
    /// A file is missing or ill-formed.
    #[error("{path}: {reason}; fetch it again or from a mirror, and keep what you have as evidence")]
    File {
        /// The file.
        path: String,
        /// What is wrong.
        reason: String,
    },
    /// The checkpoint is not to be trusted.
    #[error("{CHECKPOINT_PATH}: {0}")]
    Checkpoint(CheckpointError),
    /// The previous checkpoint is not to be trusted.
    #[error("the previous checkpoint: {0}")]
    Previous(CheckpointError),
    /// An entry is none.
    #[error("{path}: entry {index}: {error}")]
    Entry {
        /// The bundle.
        path: String,
        /// The entry's index in the log.
        index: u64,
        /// What is wrong.
        error: EntryError,
    },
    /// A tile does not belong to the entries.
    #[error(
        "{path}: the hash of {} is not that of what lies there; either was changed after the fact, compare with a \
         mirror",
        entries_named(*first_entry, *entries)
    )]
    Tile {
        /// The tile.
        path: String,
        /// The first entry below the first wrong hash.
        first_entry: u64,
        /// How many entries lie below that hash: 256^level.
        entries: u64,
    },
    /// The log was cut short.
    #[error(
        "the log has {size} entries, an earlier checkpoint {previous}: it was cut short; keep both as evidence"
    )]
    Truncated {
        /// Size now.
        size: u64,
        /// Size before.
        previous: u64,
    },
    /// The log was rewritten.
    #[error(
        "the first {size} entries are not those of the earlier checkpoint: the log was rewritten or shows different \
         histories; keep both checkpoints as evidence"
    )]
    Forked {
        /// Size of the earlier tree.
        size: u64,
    },
    /// The root is not that of the entries.
    #[error(
        "{CHECKPOINT_PATH}: its root is not that of the {size} entries; it belongs to another history of the log"
    )]
    Root {
        /// Size of the tree.
        size: u64,
    },
}

/// Computes the whole log again: signatures, every entry, every tile, the root, and that it begins with the tree of
/// the `previous` checkpoint. Names the first place that is wrong.
///
/// Memory is that of one bundle, however long the log. The previous checkpoint needs the log's signature only: its
/// witnesses may have been others.
///
/// # Errors
/// The first place that is wrong.
pub fn verify_log(
    reader: &dyn LogReader,
    trust: &Trust,
    previous: Option<&SignedCheckpoint>,
) -> Result<VerifiedLog, LogError> {
    let bytes = reader
        .read(CHECKPOINT_PATH)
        .map_err(|error| LogError::File { path: CHECKPOINT_PATH.to_owned(), reason: error.to_string() })?;
    let checkpoint = SignedCheckpoint::parse(&bytes).map_err(LogError::Checkpoint)?;
    let cosignatures = checkpoint.verify(trust).map_err(LogError::Checkpoint)?;
    let head = checkpoint.head();
    let previous = previous.map(|earlier| check_previous(earlier, trust, head)).transpose()?;
    let edge = replay(reader, head.size, previous)?;
    if edge.root() != Some(head.root) {
        return Err(LogError::Root { size: head.size });
    }
    Ok(VerifiedLog { head: head.clone(), cosignatures })
}

fn check_previous<'a>(
    previous: &'a SignedCheckpoint,
    trust: &Trust,
    head: &TreeHead,
) -> Result<&'a TreeHead, LogError> {
    let log_only = Trust::new(trust.log().clone(), Vec::new(), 0).map_err(LogError::Previous)?;
    previous.verify(&log_only).map_err(LogError::Previous)?;
    let previous = previous.head();
    if previous.size > head.size {
        return Err(LogError::Truncated { size: head.size, previous: previous.size });
    }
    Ok(previous)
}

/// Appends every entry anew and compares what that gives with what lies there.
fn replay(reader: &dyn LogReader, size: u64, previous: Option<&TreeHead>) -> Result<Edge, LogError> {
    let mut edge = Edge::empty();
    check_growth(&edge, previous)?;
    for tile in leaf_tiles(size) {
        let path = bundle_path(&tile);
        let wrong = |reason: String| LogError::File { path: path.clone(), reason };
        let (bytes, more) = read_bundle(reader, &tile).map_err(|error| wrong(error.to_string()))?;
        let entries =
            bundle::split(&bytes, tile.width() as usize, more).map_err(|error| wrong(error.to_string()))?;
        for entry in entries {
            let index = edge.size();
            let refused = |error| LogError::Entry { path: path.clone(), index, error };
            Entry::parse(entry).map_err(refused)?;
            let files = edge.push(entry).ok_or_else(|| refused(EntryError::TooLong(entry.len())))?;
            compare(reader, &files)?;
            check_growth(&edge, previous)?;
        }
    }
    compare(reader, &edge.partial_files(0))?;
    Ok(edge)
}

/// At the size of the earlier tree, the root must be the earlier root.
fn check_growth(edge: &Edge, previous: Option<&TreeHead>) -> Result<(), LogError> {
    match previous {
        Some(previous) if previous.size == edge.size() && edge.root() != Some(previous.root) => {
            Err(LogError::Forked { size: previous.size })
        }
        _ => Ok(()),
    }
}

fn entries_named(first: u64, count: u64) -> String {
    if count == 1 { format!("entry {first}") } else { format!("{count} entries from {first} on") }
}

fn compare(reader: &dyn LogReader, files: &[LogFile]) -> Result<(), LogError> {
    // Bundles are what everything was computed from.
    for file in files.iter().filter(|file| !file.path.starts_with("tile/entries/")) {
        let path = file.path.clone();
        let unreadable = |reason: String| LogError::File { path: file.path.clone(), reason };
        let tile = parse_tile_path(&path).ok_or_else(|| unreadable("not the path of a tile".to_owned()))?;
        let found = read_hash_tile(reader, &tile).map_err(|error| unreadable(error.to_string()))?;
        let hashes = file.bytes.chunks(HASH_SIZE).zip(found.chunks(HASH_SIZE));
        if let Some((position, _)) = (0..).zip(hashes).find(|(_, (right, is))| right != is) {
            // INVARIANT: levels are below 6 and indexes below 2^40, so that nothing overflows.
            let entries = 1_u64 << (u32::from(HEIGHT) * u32::from(tile.level()));
            let first_entry = (tile.level_index() * u64::from(FULL_WIDTH) + position) * entries;
            return Err(LogError::Tile { path, first_entry, entries });
        }
    }
    Ok(())
}
