//! Writes segments; `segment` says how they are laid out.

use std::io::Write;

use super::{
    IndexError, OPEN, VisitRecord,
    segment::{BLOCK_VISITS, Header},
};

/// How a segment counts time.
#[derive(Debug, Clone, Copy)]
struct Times {
    start: i64,
    wide: bool,
}

impl Times {
    fn of(start: i64, records: &[VisitRecord]) -> Times {
        let narrow = |at: i64| {
            at == OPEN
                || at.checked_sub(start).is_some_and(|relative| {
                    relative % 1_000_000 == 0 && (0..i64::from(u32::MAX)).contains(&(relative / 1_000_000))
                })
        };
        let wide = !records.iter().all(|record| narrow(record.entered) && narrow(record.left));
        Times { start, wide }
    }

    fn push(self, at: i64, into: &mut Vec<u8>) {
        let relative = if at == OPEN { OPEN } else { at.saturating_sub(self.start) };
        if self.wide {
            into.extend(relative.to_le_bytes());
        } else {
            let seconds = u32::try_from(relative / 1_000_000).ok().filter(|_| at != OPEN);
            into.extend(seconds.unwrap_or(u32::MAX).to_le_bytes());
        }
    }
}

/// Writes the visits that began from `start` to `end` as a segment. `records` must be in their order; `people` and
/// `venues` say how many of them there are in all.
///
/// # Errors
/// [`IndexError::Io`] where `out` takes no more, [`IndexError::TooMany`] above 4,294,967,295 visits, and
/// [`IndexError::Malformed`] where the records are not in their order, or began outside that time.
pub fn write_segment(
    (start, end): (i64, i64),
    records: &[VisitRecord],
    (people, venues): (u32, u32),
    out: &mut dyn Write,
) -> Result<(), IndexError> {
    let visits = u32::try_from(records.len()).map_err(|_| IndexError::TooMany("visits in a segment"))?;
    let inside = |record: &VisitRecord| {
        (start..end).contains(&record.entered) && record.venue < venues && record.person < people
    };
    if !records.is_sorted() || !records.iter().all(inside) {
        return Err(IndexError::Malformed("visits to be written are out of order or out of range"));
    }
    let times = Times::of(start, records);
    let mut directory = Vec::with_capacity(8 * (venues as usize + 1));
    let mut blocks = Vec::new();
    let mut block_count = 0_u32;
    let (mut next, mut rest) = (0_u32, records);
    for venue in 0..venues {
        directory.extend(next.to_le_bytes());
        directory.extend(block_count.to_le_bytes());
        let count = rest.iter().take_while(|record| record.venue == venue).count();
        let (of_venue, after) = rest.split_at(count);
        let mut latest = i64::MIN;
        for block in of_venue.chunks(BLOCK_VISITS) {
            let closed = block.iter().map(|record| record.left).filter(|left| *left != OPEN);
            latest = closed.fold(latest, i64::max);
            times.push(block.first().map_or(start, |record| record.entered), &mut blocks);
            // Without a departure so far, the block is found by entries alone.
            times.push(if latest == i64::MIN { start } else { latest }, &mut blocks);
            block_count += 1;
        }
        next += u32::try_from(count).unwrap_or_default();
        rest = after;
    }
    directory.extend(next.to_le_bytes());
    directory.extend(block_count.to_le_bytes());
    let closed = records.iter().map(|record| record.left).filter(|left| *left != OPEN);
    let header = Header {
        time_bytes: if times.wide { 8 } else { 4 },
        start,
        end,
        latest: closed.max().unwrap_or(i64::MIN),
        visits: visits.into(),
        venues: venues.into(),
        people: people.into(),
        blocks: block_count.into(),
        open: records.iter().filter(|record| record.left == OPEN).count() as u64,
    };
    out.write_all(&header.bytes())?;
    out.write_all(&directory)?;
    out.write_all(&blocks)?;
    write_entries(records, times, out)?;
    write_owners(records, people, out)?;
    Ok(())
}

/// Records encoded at once.
const CHUNK_RECORDS: usize = 65_536;

fn write_entries(records: &[VisitRecord], times: Times, out: &mut dyn Write) -> Result<(), IndexError> {
    let mut bytes = Vec::new();
    for chunk in records.chunks(CHUNK_RECORDS) {
        bytes.clear();
        for record in chunk {
            times.push(record.entered, &mut bytes);
            times.push(record.left, &mut bytes);
            bytes.extend(record.person.to_le_bytes());
        }
        out.write_all(&bytes)?;
    }
    Ok(())
}

/// Writes each person's own visits: counts them, then puts each in its place.
fn write_owners(records: &[VisitRecord], people: u32, out: &mut dyn Write) -> Result<(), IndexError> {
    let mut starts = vec![0_u32; people as usize + 1];
    for record in records {
        if let Some(count) = starts.get_mut(record.person as usize + 1) {
            *count += 1;
        }
    }
    let mut sum = 0;
    for start in &mut starts {
        sum += *start;
        *start = sum;
    }
    let mut bytes = Vec::new();
    for chunk in starts.chunks(CHUNK_RECORDS) {
        bytes.clear();
        bytes.extend(chunk.iter().flat_map(|start| start.to_le_bytes()));
        out.write_all(&bytes)?;
    }
    let mut own = vec![0_u64; records.len()];
    for (place, record) in (0_u64..).zip(records) {
        let next = starts.get_mut(record.person as usize);
        if let Some(next) = next
            && let Some(own) = own.get_mut(*next as usize)
        {
            *own = u64::from(record.venue) | (place << 32);
            *next += 1;
        }
    }
    for chunk in own.chunks(CHUNK_RECORDS) {
        bytes.clear();
        bytes.extend(chunk.iter().flat_map(|own| own.to_le_bytes()));
        out.write_all(&bytes)?;
    }
    Ok(())
}
