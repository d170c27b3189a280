//! Where tiles are read from.

use std::{cell::RefCell, collections::BTreeMap, io};

use tlog_tiles::{
    tile::{Tile, TileReader},
    tlog,
};

use crate::path::{FULL_WIDTH, HEIGHT, bundle_path, tile_path};

/// A place where a log's files lie: a folder, a web server, memory.
pub trait LogReader {
    /// The file's bytes. Paths are relative to the log: `checkpoint`, `tile/0/x001/234`, `tile/entries/000.p/5`; they
    /// are made by this crate and never contain `..`.
    ///
    /// # Errors
    /// [`io::ErrorKind::NotFound`] if there is no such file; anything else if it cannot be read.
    fn read(&self, path: &str) -> io::Result<Vec<u8>>;
}

/// A log in memory.
impl LogReader for BTreeMap<String, Vec<u8>> {
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        self.get(path).cloned().ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))
    }
}

/// Reads a tile of hashes, exactly as wide as asked.
///
/// A log may delete a partial tile once the full one stands (C2SP tlog-tiles, "Partial Tiles"): then its beginning is
/// taken from the full one.
pub(crate) fn read_hash_tile(reader: &dyn LogReader, tile: &Tile) -> io::Result<Vec<u8>> {
    let bytes_needed = tile.width() as usize * tlog::HASH_SIZE;
    let (mut bytes, is_full) = read_partial_or_full(reader, tile, tile_path)?;
    if is_full {
        bytes.truncate(bytes_needed);
    }
    if bytes.len() != bytes_needed {
        let reason =
            format!("it has {} bytes, {bytes_needed} are right for {} hashes", bytes.len(), tile.width());
        return Err(io::Error::new(io::ErrorKind::InvalidData, reason));
    }
    Ok(bytes)
}

/// Reads the entries that belong to a tile of level 0; `true` if it was the full bundle in place of a partial one.
pub(crate) fn read_bundle(reader: &dyn LogReader, tile: &Tile) -> io::Result<(Vec<u8>, bool)> {
    read_partial_or_full(reader, tile, bundle_path)
}

fn read_partial_or_full(
    reader: &dyn LogReader,
    tile: &Tile,
    path: fn(&Tile) -> String,
) -> io::Result<(Vec<u8>, bool)> {
    match reader.read(&path(tile)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound && tile.width() < FULL_WIDTH => {
            let full = Tile::new(HEIGHT, tile.level(), tile.level_index(), FULL_WIDTH, false);
            // What is missing is what was asked for first.
            reader.read(&path(&full)).map(|bytes| (bytes, true)).map_err(|_| error)
        }
        read => read.map(|bytes| (bytes, false)),
    }
}

/// A file that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unreadable {
    pub(crate) path: String,
    pub(crate) reason: String,
}

/// Gives `tlog_tiles` its tiles and keeps what went wrong, for which its errors have no room.
pub(crate) struct Tiles<'a> {
    reader: &'a dyn LogReader,
    unreadable: RefCell<Option<Unreadable>>,
}

impl<'a> Tiles<'a> {
    pub(crate) fn new(reader: &'a dyn LogReader) -> Self {
        Self { reader, unreadable: RefCell::new(None) }
    }

    pub(crate) fn unreadable(&self) -> Option<Unreadable> {
        self.unreadable.borrow().clone()
    }
}

impl TileReader for Tiles<'_> {
    fn height(&self) -> u8 {
        HEIGHT
    }

    fn read_tiles(&self, tiles: &[Tile]) -> Result<Vec<Vec<u8>>, tlog::Error> {
        let read = |tile| {
            read_hash_tile(self.reader, tile).map_err(|error| {
                let unreadable = Unreadable { path: tile_path(tile), reason: error.to_string() };
                self.unreadable.replace(Some(unreadable));
                tlog::Error::InvalidTile
            })
        };
        tiles.iter().map(read).collect()
    }

    fn save_tiles(&self, _tiles: &[Tile], _bytes: &[Vec<u8>]) {}
}
