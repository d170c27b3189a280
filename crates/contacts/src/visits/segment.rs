//! Visits of a stretch of time, laid out so that a question reads only the bytes that can answer it.
//!
//! All numbers are little-endian. A time is counted from the segment's start: whole seconds in 4 bytes where all of its
//! times are whole seconds and near enough, else microseconds in 8 bytes with a sign; all bits set stands for a departure
//! that was not recorded.
//!
//! | part | holds |
//! |---|---|
//! | header, 72 bytes | magic, version, width of times, start, end, latest departure, visits, venues, people, blocks, open visits |
//! | venues + 1 times 8 bytes | for each venue, in the order of numbers, the places of its first visit and first block |
//! | blocks times 2 times | for each block of up to 256 visits of a venue: entry of its first visit, latest departure up to its end |
//! | visits times (2 times + 4 bytes) | entry, departure, person; by venue, entry, departure, person |
//! | people + 1 times 4 bytes | for each person the place of the first own visit |
//! | visits times 8 bytes | venue and place of each visit, by person |

use std::io;

use super::{IndexError, OPEN, Stretch};

pub(super) const MAGIC: &[u8; 8] = b"cbvisits";
pub(super) const VERSION: u32 = 1;
pub(super) const HEADER_BYTES: u64 = 72;
/// Visits in a block.
pub(super) const BLOCK_VISITS: usize = 256;

/// Reads bytes at an offset: a file, or bytes in memory.
pub trait ReadAt: std::fmt::Debug + Send + Sync {
    /// Fills `into` from the bytes at an offset.
    ///
    /// # Errors
    /// Where they cannot be read or there are not so many.
    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<()>;

    /// How many bytes there are.
    ///
    /// # Errors
    /// Where that cannot be found out.
    fn length(&self) -> io::Result<u64>;
}

impl ReadAt for Vec<u8> {
    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<()> {
        let from = usize::try_from(offset).ok();
        let bytes = from.and_then(|from| self.get(from..from.checked_add(into.len())?));
        into.copy_from_slice(bytes.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn length(&self) -> io::Result<u64> {
        Ok(self.len() as u64)
    }
}

#[cfg(unix)]
impl ReadAt for std::fs::File {
    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<()> {
        std::os::unix::fs::FileExt::read_exact_at(self, into, offset)
    }

    fn length(&self) -> io::Result<u64> {
        Ok(self.metadata()?.len())
    }
}

/// What the header says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    /// Bytes of a time: 4 or 8.
    pub(super) time_bytes: u64,
    /// No visit began earlier; microseconds since 1970.
    pub(super) start: i64,
    /// Every visit began earlier.
    pub(super) end: i64,
    /// Latest recorded departure.
    pub(super) latest: i64,
    pub(super) visits: u64,
    pub(super) venues: u64,
    pub(super) people: u64,
    pub(super) blocks: u64,
    /// Visits without a departure.
    pub(super) open: u64,
}

impl Header {
    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend(VERSION.to_le_bytes());
        bytes.extend((self.time_bytes as u32).to_le_bytes());
        for number in [self.start, self.end, self.latest] {
            bytes.extend(number.to_le_bytes());
        }
        for number in [self.visits, self.venues, self.people, self.blocks] {
            bytes.extend((number as u32).to_le_bytes());
        }
        bytes.extend(self.open.to_le_bytes());
        bytes.extend([0; 8]);
        bytes
    }

    fn parse(bytes: &[u8]) -> Result<Header, IndexError> {
        let cut_off = || IndexError::Malformed("its header is cut off");
        if bytes.get(..8) != Some(MAGIC.as_slice()) {
            return Err(IndexError::Malformed("it is no file of visits"));
        }
        let short =
            |at: usize| bytes.get(at..).and_then(|b| b.first_chunk::<4>()).map(|b| u32::from_le_bytes(*b));
        let long =
            |at: usize| bytes.get(at..).and_then(|b| b.first_chunk::<8>()).map(|b| i64::from_le_bytes(*b));
        if short(8).ok_or_else(cut_off)? != VERSION {
            return Err(IndexError::Malformed("it was written by another version"));
        }
        let count = |at: usize| short(at).map(u64::from).ok_or_else(cut_off);
        let header = Header {
            time_bytes: count(12)?,
            start: long(16).ok_or_else(cut_off)?,
            end: long(24).ok_or_else(cut_off)?,
            latest: long(32).ok_or_else(cut_off)?,
            visits: count(40)?,
            venues: count(44)?,
            people: count(48)?,
            blocks: count(52)?,
            open: long(56).ok_or_else(cut_off)?.unsigned_abs(),
        };
        if header.time_bytes != 4 && header.time_bytes != 8 {
            return Err(IndexError::Malformed("its times have an unknown width"));
        }
        Ok(header)
    }

    fn entry_bytes(&self) -> u64 {
        2 * self.time_bytes + 4
    }

    fn blocks_at(&self) -> u64 {
        HEADER_BYTES + 8 * (self.venues + 1)
    }

    fn entries_at(&self) -> u64 {
        self.blocks_at() + 2 * self.time_bytes * self.blocks
    }

    fn owners_at(&self) -> u64 {
        self.entries_at() + self.entry_bytes() * self.visits
    }

    fn own_at(&self) -> u64 {
        self.owners_at() + 4 * (self.people + 1)
    }

    fn length(&self) -> u64 {
        self.own_at() + 8 * self.visits
    }
}

/// A visit as a segment holds it, at a venue or by a person that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) entered: i64,
    /// [`OPEN`] where nobody checked out.
    pub(super) left: i64,
    pub(super) person: u32,
}

/// Room for the bytes of one reading, used again and again.
#[derive(Debug, Default)]
pub(super) struct Buffer(Vec<u8>);

/// A segment, read by page.
#[derive(Debug)]
pub(super) struct Segment {
    bytes: Box<dyn ReadAt>,
    header: Header,
}

impl Segment {
    /// Opens a segment.
    pub(super) fn open(bytes: Box<dyn ReadAt>) -> Result<Self, IndexError> {
        let mut header = vec![0; HEADER_BYTES as usize];
        bytes.read_at(0, &mut header)?;
        let header = Header::parse(&header)?;
        if bytes.length()? != header.length() {
            return Err(IndexError::Malformed("its length is not what its header says"));
        }
        Ok(Segment { bytes, header })
    }

    pub(super) fn header(&self) -> &Header {
        &self.header
    }

    /// Whether a visit of this segment can lie in a stretch of time; one without a departure lasts for `usual` at most.
    pub(super) fn touches(&self, stretch: Stretch, usual: i64) -> bool {
        let open_until = self.header.end.saturating_add(usual);
        self.header.start < stretch.to
            && (self.header.latest > stretch.from || (self.header.open > 0 && open_until > stretch.from))
    }

    fn read<'b>(&self, buffer: &'b mut Buffer, at: u64, bytes: u64) -> Result<&'b [u8], IndexError> {
        // INVARIANT: `at` and `bytes` lie in the file, or `read_at` says that they do not; what is read at once is a part
        // of a segment, for which there is memory.
        let bytes = usize::try_from(bytes).map_err(|_| IndexError::TooMany("bytes to read at once"))?;
        if at.saturating_add(bytes as u64) > self.header.length() {
            return Err(IndexError::Malformed("it points outside itself"));
        }
        if buffer.0.len() < bytes {
            buffer.0.resize(bytes, 0);
        }
        let into = buffer.0.get_mut(..bytes).unwrap_or_default();
        self.bytes.read_at(at, into)?;
        Ok(into)
    }

    fn time(&self, bytes: &[u8]) -> i64 {
        let relative = match (bytes.first_chunk::<8>(), bytes.first_chunk::<4>()) {
            (Some(wide), _) if self.header.time_bytes == 8 => i64::from_le_bytes(*wide),
            (_, Some(narrow)) => match u32::from_le_bytes(*narrow) {
                u32::MAX => OPEN,
                seconds => i64::from(seconds) * 1_000_000,
            },
            _ => OPEN,
        };
        if relative == OPEN { OPEN } else { self.header.start.saturating_add(relative) }
    }

    fn entry(&self, bytes: &[u8]) -> Option<Entry> {
        let width = self.header.time_bytes as usize;
        let person = bytes.get(2 * width..)?.first_chunk::<4>()?;
        Some(Entry {
            entered: self.time(bytes),
            left: self.time(bytes.get(width..)?),
            person: u32::from_le_bytes(*person),
        })
    }

    /// The visits to a venue that can lie in a stretch of time, in the order of entry; some of them may not.
    pub(super) fn at_venue(
        &self,
        buffer: &mut Buffer,
        venue: u32,
        stretch: Stretch,
        usual: i64,
        take: impl FnMut(Entry),
    ) -> Result<(), IndexError> {
        if u64::from(venue) >= self.header.venues {
            return Ok(());
        }
        let directory = self.read(buffer, HEADER_BYTES + 8 * u64::from(venue), 16)?;
        let numbers: Vec<u64> =
            directory.as_chunks::<4>().0.iter().map(|b| u64::from(u32::from_le_bytes(*b))).collect();
        let &[first, first_block, end, end_block] = numbers.as_slice() else {
            return Err(IndexError::Malformed("its list of venues is cut off"));
        };
        let backwards = || IndexError::Malformed("its list of venues goes backwards");
        let visits = end.checked_sub(first).ok_or_else(backwards)?;
        let blocks = end_block.checked_sub(first_block).ok_or_else(backwards)?;
        let block_visits = BLOCK_VISITS as u64;
        let (from, to) = if blocks <= 1 {
            (0, visits)
        } else {
            let (from, to) = self.blocks(buffer, first_block, blocks, stretch, usual)?;
            (visits.min(from * block_visits), visits.min(to * block_visits))
        };
        let width = self.header.entry_bytes();
        let entries =
            self.read(buffer, self.header.entries_at() + width * (first + from), width * (to - from))?;
        if self.header.time_bytes == 4 {
            self.narrow_entries(entries, stretch, take);
        } else {
            entries.chunks_exact(width as usize).filter_map(|bytes| self.entry(bytes)).for_each(take);
        }
        Ok(())
    }

    /// Takes entries whose times are in whole seconds. Most of a crowded block lies outside the stretch of time: whether
    /// one does is seen before anything else of it is worked out.
    fn narrow_entries(&self, entries: &[u8], stretch: Stretch, mut take: impl FnMut(Entry)) {
        let relative = |at: i64| at.saturating_sub(self.header.start);
        let from = relative(stretch.from).div_euclid(1_000_000);
        let to = relative(stretch.to).saturating_add(999_999).div_euclid(1_000_000);
        for bytes in entries.as_chunks::<12>().0 {
            let [a, b, c, d, e, f, g, h, person @ ..] = *bytes;
            let (entered, left) = (u32::from_le_bytes([a, b, c, d]), u32::from_le_bytes([e, f, g, h]));
            if i64::from(entered) < to && i64::from(left) > from {
                let time = |seconds: u32| self.header.start.saturating_add(i64::from(seconds) * 1_000_000);
                let left = if left == u32::MAX { OPEN } else { time(left) };
                take(Entry { entered: time(entered), left, person: u32::from_le_bytes(person) });
            }
        }
    }

    /// Which of a venue's blocks can hold visits in a stretch of time.
    fn blocks(
        &self,
        buffer: &mut Buffer,
        first: u64,
        count: u64,
        stretch: Stretch,
        usual: i64,
    ) -> Result<(u64, u64), IndexError> {
        let width = self.header.time_bytes;
        let bytes = self.read(buffer, self.header.blocks_at() + 2 * width * first, 2 * width * count)?;
        let blocks: Vec<(i64, i64)> = bytes
            .chunks_exact(2 * width as usize)
            .map(|block| (self.time(block), self.time(block.get(width as usize..).unwrap_or_default())))
            .collect();
        let mut from = blocks.partition_point(|(_, latest)| *latest <= stretch.from);
        if self.header.open > 0 {
            // A visit without a departure may lie in the last block that begins so long before, and in all after it.
            let since = stretch.from.saturating_sub(usual);
            from = from.min(blocks.partition_point(|(entered, _)| *entered <= since).saturating_sub(1));
        }
        let to = blocks.partition_point(|(entered, _)| *entered < stretch.to).max(from);
        Ok((from as u64, to as u64))
    }

    /// A person's own visits, with their venues.
    pub(super) fn of_person(
        &self,
        buffer: &mut Buffer,
        person: u32,
        into: &mut Vec<(u32, Entry)>,
    ) -> Result<(), IndexError> {
        if u64::from(person) >= self.header.people {
            return Ok(());
        }
        let owners = self.read(buffer, self.header.owners_at() + 4 * u64::from(person), 8)?;
        let owners: Vec<u64> =
            owners.as_chunks::<4>().0.iter().map(|b| u64::from(u32::from_le_bytes(*b))).collect();
        let &[first, end] = owners.as_slice() else {
            return Err(IndexError::Malformed("its list of people is cut off"));
        };
        let visits =
            end.checked_sub(first).ok_or(IndexError::Malformed("its list of people goes backwards"))?;
        let own = self.read(buffer, self.header.own_at() + 8 * first, 8 * visits)?;
        let own: Vec<(u32, u32)> = own
            .as_chunks::<8>()
            .0
            .iter()
            .map(|bytes| {
                let both = u64::from_le_bytes(*bytes);
                (both as u32, (both >> 32) as u32)
            })
            .collect();
        let width = self.header.entry_bytes();
        for (venue, place) in own {
            let bytes = self.read(buffer, self.header.entries_at() + width * u64::from(place), width)?;
            into.extend(self.entry(bytes).map(|entry| (venue, entry)));
        }
        Ok(())
    }
}
