//! The index of visits on disk: a folder with the ids of people and venues and a segment for each day.
//!
//! | file | holds |
//! |---|---|
//! | `source.txt` | what the index was made from; written last |
//! | `people.ids`, `venues.ids` | ids in their order ([`Ids::to_bytes`]) |
//! | `2020-01-20.visits` | a segment ([`crate::write_segment`]) of the visits that began on that day of UTC |

mod spill;
mod writer;

use std::{fs, io, path::Path};

use evidence::Venue;

pub use self::writer::IndexWriter;
use crate::visits::{Ids, IndexError, ReadAt, Visits};

const SOURCE: &str = "source.txt";
const PEOPLE: &str = "people.ids";
const VENUES: &str = "venues.ids";
const SEGMENT: &str = "visits";

/// Opens an index if there is one and it was made from `source`, word by word; `venues` says what kind each venue is.
/// Reads the ids; visits are read from disk when they are asked for.
///
/// # Errors
/// [`IndexError`] where a file cannot be read or is damaged.
pub fn open_index(folder: &Path, source: &str, venues: &[Venue]) -> Result<Option<Visits>, IndexError> {
    match fs::read_to_string(folder.join(SOURCE)) {
        Ok(made_from) if made_from == source => {}
        Ok(_) => return Ok(None),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error.into()),
    }
    let people = Ids::from_bytes(&fs::read(folder.join(PEOPLE))?)?;
    let venue_ids = Ids::from_bytes(&fs::read(folder.join(VENUES))?)?;
    let mut segments: Vec<Box<dyn ReadAt>> = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == SEGMENT) {
            segments.push(Box::new(fs::File::open(path)?));
        }
    }
    Visits::open(people, venue_ids, segments, venues).map(Some)
}
