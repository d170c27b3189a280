//! Names of the log's files (C2SP tlog-tiles).

use tlog_tiles::tile::Tile;

/// Levels of the tree in one tile.
pub(crate) const HEIGHT: u8 = 8;
/// Hashes in a full tile.
pub(crate) const FULL_WIDTH: u32 = 1 << HEIGHT;
/// The file of the signed checkpoint.
pub const CHECKPOINT_PATH: &str = "checkpoint";

/// `tile/<level>/<index>[.p/<width>]`
pub(crate) fn tile_path(tile: &Tile) -> String {
    // `tlog_tiles` writes the height too, as the Go checksum database does; C2SP has left it out.
    tile.path().replacen("tile/8/", "tile/", 1)
}

/// The tile that [`tile_path`] names so.
pub(crate) fn parse_tile_path(path: &str) -> Option<Tile> {
    Tile::from_path(&path.replacen("tile/", "tile/8/", 1)).ok()
}

/// `tile/entries/<index>[.p/<width>]`
pub(crate) fn bundle_path(tile: &Tile) -> String {
    let mut bundle = *tile;
    bundle.set_is_data();
    bundle.path().replacen("tile/8/data/", "tile/entries/", 1)
}

/// The tiles of level 0 of a tree of `size` entries, from left to right.
pub(crate) fn leaf_tiles(size: u64) -> impl Iterator<Item = Tile> {
    let full = u64::from(FULL_WIDTH);
    (0..size.div_ceil(full)).map(move |index| leaf_tile(index, size))
}

/// The tile of level 0 with this index in a tree of `size` entries, which must reach into it.
pub(crate) fn leaf_tile(index: u64, size: u64) -> Tile {
    let rest = size.saturating_sub(index.saturating_mul(u64::from(FULL_WIDTH)));
    let width = u32::try_from(rest).unwrap_or(FULL_WIDTH).clamp(1, FULL_WIDTH);
    Tile::new(HEIGHT, 0, index, width, false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_those_of_the_specification() {
        // C2SP tlog-tiles, "Merkle Tree": the example index 1234067.
        let tile = |level, index, width| Tile::new(HEIGHT, level, index, width, false);
        assert_eq!(tile_path(&tile(0, 1_234_067, 256)), "tile/0/x001/x234/067");
        assert_eq!(tile_path(&tile(1, 8, 17)), "tile/1/008.p/17");
        assert_eq!(bundle_path(&tile(0, 8008, 1)), "tile/entries/x008/008.p/1");
        assert_eq!(parse_tile_path("tile/1/008.p/17"), Some(tile(1, 8, 17)));
    }

    #[test]
    fn leaf_tiles_cover_every_entry_once() {
        for size in [0, 1, 255, 256, 257, 512, 70_000] {
            let widths: Vec<u64> = leaf_tiles(size).map(|tile| u64::from(tile.width())).collect();
            assert_eq!(widths.iter().sum::<u64>(), size);
            assert!(widths.iter().rev().skip(1).all(|width| *width == 256));
        }
    }
}
