//! Visits on their way to segments: by day, in files, so that memory holds a day's at most.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{Read as _, Write as _},
    path::{Path, PathBuf},
};

use crate::visits::{DAY, IndexError, RECORD_BYTES, VisitRecord};

/// Bytes that are gathered before they are written.
const BUFFER_BYTES: usize = 1 << 18;

/// Visits of every day, unsorted.
#[derive(Debug)]
pub(super) struct Spill {
    folder: PathBuf,
    days: BTreeMap<i64, Day>,
}

#[derive(Debug)]
struct Day {
    file: File,
    buffer: Vec<u8>,
    visits: u64,
}

impl Spill {
    pub(super) fn new(folder: &Path) -> Self {
        Spill { folder: folder.to_owned(), days: BTreeMap::new() }
    }

    fn path(folder: &Path, day: i64) -> PathBuf {
        folder.join(format!("{day}.unsorted"))
    }

    pub(super) fn add(&mut self, record: VisitRecord) -> Result<(), IndexError> {
        let number = record.entered().div_euclid(DAY);
        let day = match self.days.entry(number) {
            std::collections::btree_map::Entry::Occupied(day) => day.into_mut(),
            std::collections::btree_map::Entry::Vacant(vacant) => {
                let file = File::create_new(Spill::path(&self.folder, number))?;
                vacant.insert(Day { file, buffer: Vec::with_capacity(BUFFER_BYTES), visits: 0 })
            }
        };
        day.buffer.extend(record.to_bytes());
        day.visits += 1;
        if day.buffer.len() + RECORD_BYTES > BUFFER_BYTES {
            day.file.write_all(&day.buffer)?;
            day.buffer.clear();
        }
        Ok(())
    }

    /// Every day with its number of visits, in order.
    pub(super) fn days(&self) -> Vec<(i64, u64)> {
        self.days.iter().map(|(number, day)| (*number, day.visits)).collect()
    }

    /// Takes out the visits of a day; its file is deleted.
    pub(super) fn take(&mut self, number: i64) -> Result<Vec<VisitRecord>, IndexError> {
        let Some(mut day) = self.days.remove(&number) else { return Ok(Vec::new()) };
        day.file.write_all(&day.buffer)?;
        drop(day.file);
        let path = Spill::path(&self.folder, number);
        let mut file = File::open(&path)?;
        let visits = usize::try_from(day.visits).map_err(|_| IndexError::TooMany("visits on a day"))?;
        let mut records = Vec::with_capacity(visits);
        // INVARIANT: a whole number of records fits, and `read_exact` fills it or fails.
        let mut buffer = vec![0; RECORD_BYTES * 4096];
        let mut missing = visits;
        while missing > 0 {
            let now = missing.min(4096);
            let bytes = buffer.get_mut(..now * RECORD_BYTES).unwrap_or_default();
            file.read_exact(bytes)?;
            records.extend(bytes.as_chunks::<RECORD_BYTES>().0.iter().map(VisitRecord::from_bytes));
            missing -= now;
        }
        fs::remove_file(path)?;
        Ok(records)
    }
}
