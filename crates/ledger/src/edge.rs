//! The right edge of the tree: all that is needed to append.

use tlog_tiles::{
    tile::Tile,
    tlog::{self, HashReader},
};

use crate::{
    CheckpointError, Entry, EntryError, LogReader, SIZE_MAX, Sha256Hash, TreeHead, bundle,
    path::{FULL_WIDTH, HEIGHT, bundle_path, leaf_tile, tile_path},
    reader::{read_bundle, read_hash_tile},
};

/// A file to be written, never to be changed afterwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogFile {
    /// Its path, relative to the log.
    pub path: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// The log after entries were appended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appended {
    /// What to write, in this order, before the checkpoint of the new tree is published.
    pub files: Vec<LogFile>,
    /// The new right edge, with the new size and root.
    pub edge: Edge,
}

/// Why nothing was appended.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AppendError {
    /// An entry is none.
    #[error("entry {position} of the new ones: {error}; nothing was appended")]
    Entry {
        /// Position among the new entries, from 0.
        position: usize,
        /// What is wrong.
        error: EntryError,
    },
    /// The log is full.
    #[error("the log would grow beyond {SIZE_MAX} entries; begin a new log")]
    Full,
}

/// Why the right edge cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EdgeError {
    /// A file is missing or ill-formed.
    #[error("{path}: {reason}; restore the log from a mirror")]
    File {
        /// The file.
        path: String,
        /// What is wrong.
        reason: String,
    },
    /// The files are not those of the tree head.
    #[error(
        "the tiles at the right edge do not make the root of the checkpoint; restore the log from a mirror"
    )]
    Root,
    /// The tree head is beyond what a log can be.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
}

/// The hashes and entries of the tiles that are not full yet, on every level; at most 255 of each.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Edge {
    size: u64,
    /// Hashes of the partial tile of each level, one behind another.
    levels: Vec<Vec<u8>>,
    /// The partial bundle.
    entries: Vec<u8>,
}

impl Edge {
    /// The edge of a log without entries.
    #[must_use]
    pub fn empty() -> Self {
        Self::default()
    }

    /// Reads the edge from the log's files and checks that they make the root of `head`.
    ///
    /// # Errors
    /// Files that are missing, ill-formed or not of this tree.
    pub fn read(reader: &dyn LogReader, head: &TreeHead) -> Result<Self, EdgeError> {
        if head.size > SIZE_MAX {
            return Err(CheckpointError::TooLarge(head.size).into());
        }
        let mut edge = Self { size: head.size, ..Self::default() };
        let mut subtrees = head.size;
        for level in 0.. {
            if subtrees == 0 {
                break;
            }
            let width = u32::try_from(subtrees % u64::from(FULL_WIDTH)).unwrap_or_default();
            let index = subtrees / u64::from(FULL_WIDTH);
            let mut hashes = Vec::new();
            if width > 0 {
                let tile = Tile::new(HEIGHT, level, index, width, false);
                hashes = read_hash_tile(reader, &tile)
                    .map_err(|error| EdgeError::File { path: tile_path(&tile), reason: error.to_string() })?;
            }
            edge.levels.push(hashes);
            subtrees = index;
        }
        if edge.root() != Some(head.root) {
            return Err(EdgeError::Root);
        }
        edge.read_entries(reader)?;
        Ok(edge)
    }

    fn read_entries(&mut self, reader: &dyn LogReader) -> Result<(), EdgeError> {
        let full = u64::from(FULL_WIDTH);
        let Some(leaves) = self.levels.first().filter(|leaves| !leaves.is_empty()) else { return Ok(()) };
        let tile = leaf_tile(self.size / full, self.size);
        let wrong = |reason: String| EdgeError::File { path: bundle_path(&tile), reason };
        let (bytes, more) = read_bundle(reader, &tile).map_err(|error| wrong(error.to_string()))?;
        let entries =
            bundle::split(&bytes, tile.width() as usize, more).map_err(|error| wrong(error.to_string()))?;
        for (entry, hash) in entries.iter().zip(leaves.chunks(tlog::HASH_SIZE)) {
            if tlog::record_hash(entry).0 != hash {
                return Err(wrong("an entry is not the one whose hash is in the tree".to_owned()));
            }
            // Its length was read from 16 bits.
            let _ = bundle::write(&mut self.entries, entry);
        }
        Ok(())
    }

    /// How many entries the log has.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The root hash (RFC 6962, section 2.1).
    ///
    /// `None` cannot occur in an edge this crate made; it would mean that hashes are missing.
    #[must_use]
    pub fn root(&self) -> Option<Sha256Hash> {
        tlog::tree_hash(self.size, self).ok().map(Into::into)
    }

    /// Takes one more entry and gives the tiles it completed, the bundle first.
    pub(crate) fn push(&mut self, entry: &[u8]) -> Option<Vec<LogFile>> {
        let index = self.size;
        bundle::write(&mut self.entries, entry)?;
        self.size += 1;
        let mut files = Vec::new();
        let mut position = index;
        let mut hash = tlog::record_hash(entry);
        for level in 0.. {
            let first_level = level == 0;
            let Some(hashes) = level_of(&mut self.levels, level) else { break };
            hashes.extend_from_slice(&hash.0);
            if hashes.len() < FULL_WIDTH as usize * tlog::HASH_SIZE {
                break;
            }
            let tile = Tile::new(HEIGHT, level, position / u64::from(FULL_WIDTH), FULL_WIDTH, false);
            let bytes = std::mem::take(hashes);
            hash = Tile::subtree_hash(&bytes);
            if first_level {
                files.push(LogFile { path: bundle_path(&tile), bytes: std::mem::take(&mut self.entries) });
            }
            files.push(LogFile { path: tile_path(&tile), bytes });
            position /= u64::from(FULL_WIDTH);
        }
        Some(files)
    }

    /// The partial bundle and tiles of a tree that grew from `old_size`: only those that changed.
    pub(crate) fn partial_files(&self, old_size: u64) -> Vec<LogFile> {
        let mut files = Vec::new();
        let (mut old, mut new) = (old_size, self.size);
        for (level, hashes) in (0..).zip(&self.levels) {
            if old != new && !hashes.is_empty() {
                let width = u32::try_from(new % u64::from(FULL_WIDTH)).unwrap_or_default();
                let tile = Tile::new(HEIGHT, level, new / u64::from(FULL_WIDTH), width, false);
                if level == 0 {
                    files.push(LogFile { path: bundle_path(&tile), bytes: self.entries.clone() });
                }
                files.push(LogFile { path: tile_path(&tile), bytes: hashes.clone() });
            }
            old /= u64::from(FULL_WIDTH);
            new /= u64::from(FULL_WIDTH);
        }
        files
    }
}

fn level_of(levels: &mut Vec<Vec<u8>>, level: u8) -> Option<&mut Vec<u8>> {
    let level = usize::from(level);
    if levels.len() == level {
        levels.push(Vec::new());
    }
    levels.get_mut(level)
}

/// Finds the hashes of complete subtrees at the edge, from which `tlog_tiles` makes the root.
impl HashReader for Edge {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<tlog::Hash>, tlog::Error> {
        let read = |index: &u64| {
            let wanted = Tile::from_index(HEIGHT, *index);
            let hashes = self.levels.get(usize::from(wanted.level())).ok_or(tlog::Error::IndexesNotInTree)?;
            let width =
                u32::try_from(hashes.len() / tlog::HASH_SIZE).map_err(|_| tlog::Error::InvalidTile)?;
            if wanted.width() > width {
                return Err(tlog::Error::IndexesNotInTree);
            }
            Tile::new(HEIGHT, wanted.level(), wanted.level_index(), width, false)
                .hash_at_index(hashes, *index)
        };
        indexes.iter().map(read).collect()
    }
}

/// Appends entries: which files to write, and the new edge. Nothing is written here, so that a log grows or does not.
///
/// Write the files in their order and make them durable, then sign and publish the checkpoint. Appending the same
/// entries to the same edge gives the same files: after a crash, do it again.
///
/// # Errors
/// An entry that is too long or breaks its kind's rules, or a log that is full.
pub fn append(edge: &Edge, entries: &[Entry]) -> Result<Appended, AppendError> {
    let mut new = edge.clone();
    let mut files = Vec::new();
    for (position, entry) in entries.iter().enumerate() {
        if new.size >= SIZE_MAX {
            return Err(AppendError::Full);
        }
        let refused = |error| AppendError::Entry { position, error };
        entry.check().map_err(refused)?;
        let bytes = entry.to_bytes().map_err(refused)?;
        files.extend(new.push(&bytes).ok_or_else(|| refused(EntryError::TooLong(bytes.len())))?);
    }
    files.extend(new.partial_files(edge.size));
    Ok(Appended { files, edge: new })
}

#[cfg(test)]
mod tests;
