//! Builds an index in one pass over visits in any order.

use std::{
    fs::{self, File},
    hash::{BuildHasher, BuildHasherDefault, DefaultHasher},
    io::{BufWriter, Write as _},
    path::{Path, PathBuf},
    sync::mpsc::{SyncSender, sync_channel},
    thread::JoinHandle,
};

use evidence::{About, Visit};
use hashbrown::HashTable;
use jiff::{Timestamp, tz::TimeZone};
use rayon::slice::ParallelSliceMut as _;
use tempfile::TempDir;

use super::{PEOPLE, SEGMENT, SOURCE, VENUES, spill::Spill};
use crate::visits::{DAY, Ids, IndexError, VisitRecord, write_segment};

/// Visits handed to the thread that numbers them at once.
const BATCH_VISITS: usize = 8192;
/// Batches that may wait.
const BATCHES_WAITING: usize = 8;
/// How folders that are being written begin.
const UNFINISHED: &str = ".unfinished-";

/// Writes an index of visits. Takes them in any order in one pass, and numbers them on a thread of its own; needs memory
/// for the ids and about 60 bytes for each visit of the busiest day.
///
/// Until [`IndexWriter::finish`] everything is in a folder of another name, which goes away with the writer; what a killed
/// writer left is removed by the next.
#[derive(Debug)]
pub struct IndexWriter {
    folder: PathBuf,
    source: String,
    unfinished: TempDir,
    /// Held so that no two write the same index.
    lock: File,
    counts: (u32, u32),
    batch: Vec<About<Visit>>,
    to_numbers: SyncSender<Vec<About<Visit>>>,
    numbering: JoinHandle<Result<Spill, IndexError>>,
}

/// Finds the number of an id faster than [`Ids::number`] does.
struct Lookup {
    ids: Ids,
    numbers: HashTable<u32>,
    hasher: BuildHasherDefault<DefaultHasher>,
}

impl Lookup {
    fn new(ids: Ids) -> Self {
        let hasher = BuildHasherDefault::<DefaultHasher>::default();
        let mut numbers = HashTable::with_capacity(ids.len());
        let hash = |number: &u32| hasher.hash_one(ids.text(*number).unwrap_or_default());
        for number in 0..ids.len() as u32 {
            numbers.insert_unique(hash(&number), number, hash);
        }
        Lookup { ids, numbers, hasher }
    }

    fn number(&self, id: &str) -> Option<u32> {
        self.numbers.find(self.hasher.hash_one(id), |number| self.ids.text(*number) == Some(id)).copied()
    }
}

impl IndexWriter {
    /// Starts an index of the visits of some people to some venues, to be put at `folder`, whose parent must exist.
    /// `source` says what it is made from: an index is used as long as that is the same ([`super::open_index`]).
    ///
    /// # Errors
    /// [`IndexError::Io`] where the folder cannot be written, or another process is writing this index.
    pub fn create(folder: &Path, source: &str, people: Ids, venues: Ids) -> Result<Self, IndexError> {
        let parent =
            folder.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let lock = File::create(parent.join(format!(".{name}.lock")))?;
        lock.try_lock().map_err(std::io::Error::from)?;
        let prefix = format!("{UNFINISHED}{name}-");
        for entry in fs::read_dir(parent)? {
            let entry = entry?;
            if entry.file_name().to_string_lossy().starts_with(&prefix) {
                fs::remove_dir_all(entry.path())?;
            }
        }
        let unfinished = tempfile::Builder::new().prefix(&prefix).tempdir_in(parent)?;
        write_file(&unfinished.path().join(PEOPLE), &people.to_bytes())?;
        write_file(&unfinished.path().join(VENUES), &venues.to_bytes())?;
        let counts = (people.len() as u32, venues.len() as u32);
        let (to_numbers, batches) = sync_channel::<Vec<About<Visit>>>(BATCHES_WAITING);
        let mut spill = Spill::new(unfinished.path());
        let numbering = std::thread::spawn(move || {
            let (people, venues) = (Lookup::new(people), Lookup::new(venues));
            for visit in batches.into_iter().flatten() {
                let numbers =
                    people.number(visit.person.as_str()).zip(venues.number(visit.says.venue.as_str()));
                let unknown = IndexError::Malformed("a visit names a person or a venue that is not known");
                let (person, venue) = numbers.ok_or(unknown)?;
                spill.add(VisitRecord::new(person, venue, &visit.says))?;
            }
            Ok(spill)
        });
        let (folder, source) = (folder.to_owned(), source.to_owned());
        Ok(IndexWriter { folder, source, unfinished, lock, counts, batch: Vec::new(), to_numbers, numbering })
    }

    /// Takes a visit. Where it cannot be taken, [`IndexWriter::finish`] says why.
    pub fn add(&mut self, visit: About<Visit>) {
        self.batch.push(visit);
        if self.batch.len() == BATCH_VISITS {
            let batch = std::mem::replace(&mut self.batch, Vec::with_capacity(BATCH_VISITS));
            // A thread that is gone has an error to tell.
            let _ = self.to_numbers.send(batch);
        }
    }

    /// Sorts the visits day by day and puts the index in its place; tells `progress` how many visits of how many are sorted.
    ///
    /// # Errors
    /// [`IndexError`] where a file cannot be written, or a visit names a person or venue that was not given.
    pub fn finish(self, mut progress: impl FnMut(u64, u64)) -> Result<(), IndexError> {
        let IndexWriter { folder, source, unfinished, lock, counts, batch, to_numbers, numbering } = self;
        let _ = to_numbers.send(batch);
        drop(to_numbers);
        let gone = |_| IndexError::Malformed("the thread that numbers visits stopped");
        let mut spill = numbering.join().map_err(gone)??;
        let days = spill.days();
        let all = days.iter().map(|(_, visits)| visits).sum();
        let mut sorted = 0;
        for (day, visits) in days {
            let mut records = spill.take(day)?;
            records.par_sort_unstable();
            let instant = Timestamp::from_microsecond(day * DAY)
                .map_err(|_| IndexError::Malformed("a visit lies outside of time"))?;
            let date = instant.to_zoned_datetime(TimeZone::UTC).date();
            let path = unfinished.path().join(format!("{date}.{SEGMENT}"));
            let mut file = BufWriter::with_capacity(1 << 20, File::create_new(&path)?);
            write_segment((day * DAY, (day + 1) * DAY), &records, counts, &mut file)?;
            file.flush()?;
            file.get_ref().sync_all()?;
            sorted += visits;
            progress(sorted, all);
        }
        write_file(&unfinished.path().join(SOURCE), source.as_bytes())?;
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::rename(unfinished.keep(), &folder)?;
        drop(lock);
        Ok(())
    }
}

fn write_file(path: &Path, bytes: &[u8]) -> Result<(), IndexError> {
    let mut file = File::create_new(path)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    Ok(())
}
