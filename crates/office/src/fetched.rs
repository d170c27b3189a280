//! Bytes of an object, fetched by page: a question is asked again and again until every page that it needs is there. The index of
//! visits knows nothing of stores that answer later.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    sync::{Arc, Mutex, PoisonError},
};

use contacts::{IndexError, Partition, ReadAt};
use store::Objects;

use crate::error::OfficeError;

/// Bytes that are fetched together.
const PAGE_BYTES: u64 = 1 << 14;

/// What was fetched of an object.
#[derive(Debug)]
struct Fetched {
    length: u64,
    pages: Mutex<Pages>,
}

#[derive(Debug, Default)]
struct Pages {
    there: BTreeMap<u64, Vec<u8>>,
    missing: BTreeSet<u64>,
}

impl ReadAt for Fetched {
    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<()> {
        let end = offset.checked_add(into.len() as u64).filter(|end| *end <= self.length);
        let end = end.ok_or(io::ErrorKind::UnexpectedEof)?;
        if into.is_empty() {
            return Ok(());
        }
        // A thread that panicked while it held the lock left whole pages.
        let mut pages = self.pages.lock().unwrap_or_else(PoisonError::into_inner);
        let numbers = offset / PAGE_BYTES..=(end - 1) / PAGE_BYTES;
        let missing: Vec<u64> = numbers.clone().filter(|page| !pages.there.contains_key(page)).collect();
        if !missing.is_empty() {
            pages.missing.extend(missing);
            return Err(io::ErrorKind::WouldBlock.into());
        }
        let bytes = pages.there.range(numbers).flat_map(|(_, page)| page);
        let skip = usize::try_from(offset % PAGE_BYTES).unwrap_or_default();
        for (into, byte) in into.iter_mut().zip(bytes.skip(skip)) {
            *into = *byte;
        }
        Ok(())
    }

    fn length(&self) -> io::Result<u64> {
        Ok(self.length)
    }
}

impl Fetched {
    /// Fetches the pages that were asked for and are not there, neighbours together.
    async fn fetch(&self, objects: &dyn Objects, name: &str) -> Result<(), OfficeError> {
        let missing = std::mem::take(&mut self.pages.lock().unwrap_or_else(PoisonError::into_inner).missing);
        let mut runs: Vec<(u64, u64)> = Vec::new();
        for page in missing {
            match runs.last_mut() {
                Some((_, end)) if *end == page => *end += 1,
                _ => runs.push((page, page + 1)),
            }
        }
        for (first, end) in runs {
            let range = first * PAGE_BYTES..(end * PAGE_BYTES).min(self.length);
            let length = range.end - range.start;
            let bytes = objects.read(name, range).await?;
            let bytes = bytes.ok_or_else(|| OfficeError::PartitionMissing(name.to_owned()))?;
            if bytes.len() as u64 != length {
                return Err(IndexError::Malformed("it is shorter than was written down").into());
            }
            let pages = bytes.chunks(PAGE_BYTES as usize).map(<[u8]>::to_vec);
            let mut into = self.pages.lock().unwrap_or_else(PoisonError::into_inner);
            into.there.extend((first..).zip(pages));
        }
        Ok(())
    }
}

/// Asks a partition that lies in an object of so many bytes.
pub(crate) async fn ask<T>(
    objects: &dyn Objects,
    (name, length): (&str, u64),
    question: impl Fn(&Partition) -> Result<T, IndexError>,
) -> Result<T, OfficeError> {
    let fetched = Arc::new(Fetched { length, pages: Mutex::default() });
    loop {
        let bytes: Arc<dyn ReadAt> = Arc::clone(&fetched) as _;
        match Partition::open(bytes).and_then(|partition| question(&partition)) {
            Err(IndexError::Io(error)) if error.kind() == io::ErrorKind::WouldBlock => {
                fetched.fetch(objects, name).await?;
            }
            answer => return Ok(answer?),
        }
    }
}
