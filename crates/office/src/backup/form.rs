//! The form of a backup: a first line, frames, and last a manifest that holds the counts and the hash of everything before it.
//! A frame is its length in 32 bits (little endian), a tag, and fields, each behind its length. What is about a person stays
//! sealed as it was: the form knows no key.

use std::io::{self, Read, Write};

use evidence::{PersonId, VenueId};
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use store::{DayVisit, Pseudonym, Record, RecordId};

use super::{BackupError, Header, Manifest};

/// First line of a backup.
const FIRST_LINE: &[u8] = b"cleanbill-backup-1\n";
/// Longest frame.
const FRAME_BYTES_MAX: u32 = 64 << 20;

/// One thing in a backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Frame {
    /// What was backed up, and when; the first.
    Header(Header),
    /// A record.
    Record(Record),
    /// A sealed key with its name.
    Key(String, Vec<u8>),
    /// A visit.
    Visit(DayVisit),
    /// A log entry that waits for its place.
    HandedIn(RecordId, Vec<u8>),
    /// A log entry; they come in the order of their places.
    Entry(RecordId, Vec<u8>),
    /// The last.
    Manifest(Manifest),
}

fn field(frame: &mut Vec<u8>, bytes: &[u8]) -> io::Result<()> {
    let length = u32::try_from(bytes.len()).map_err(io::Error::other)?;
    frame.extend_from_slice(&length.to_le_bytes());
    frame.extend_from_slice(bytes);
    Ok(())
}

fn instant(frame: &mut Vec<u8>, at: Option<Timestamp>) -> io::Result<()> {
    let bytes = at.map(|at| at.as_microsecond().to_le_bytes());
    field(frame, bytes.as_ref().map_or(&[], |bytes| bytes.as_slice()))
}

impl Frame {
    fn to_bytes(&self) -> io::Result<Vec<u8>> {
        let mut frame = Vec::new();
        match self {
            Frame::Header(header) => {
                frame.push(b'H');
                field(&mut frame, &serde_json::to_vec(header)?)?;
            }
            Frame::Record(record) => {
                frame.push(b'R');
                field(&mut frame, record.kind.as_bytes())?;
                field(&mut frame, record.id.as_str().as_bytes())?;
                // No person has an empty id, and no lookup is empty.
                field(&mut frame, record.person.as_ref().map_or("", PersonId::as_str).as_bytes())?;
                field(&mut frame, record.state.as_bytes())?;
                field(&mut frame, record.lookup.as_deref().unwrap_or_default())?;
                instant(&mut frame, record.due)?;
                instant(&mut frame, record.keep_until)?;
                field(&mut frame, &record.version.to_le_bytes())?;
                field(&mut frame, &record.body)?;
            }
            Frame::Key(name, sealed) => {
                frame.push(b'K');
                field(&mut frame, name.as_bytes())?;
                field(&mut frame, sealed)?;
            }
            Frame::Visit(visit) => {
                frame.push(b'V');
                field(&mut frame, visit.id.as_str().as_bytes())?;
                field(&mut frame, visit.day.to_string().as_bytes())?;
                field(&mut frame, &visit.pseudonym.0)?;
                field(&mut frame, visit.venue.as_str().as_bytes())?;
                instant(&mut frame, Some(visit.entered))?;
                instant(&mut frame, visit.left)?;
            }
            Frame::HandedIn(id, entry) | Frame::Entry(id, entry) => {
                frame.push(if matches!(self, Frame::Entry(..)) { b'E' } else { b'W' });
                field(&mut frame, id.as_str().as_bytes())?;
                field(&mut frame, entry)?;
            }
            Frame::Manifest(manifest) => {
                frame.push(b'M');
                field(&mut frame, &serde_json::to_vec(manifest)?)?;
            }
        }
        Ok(frame)
    }

    fn parse(bytes: &[u8]) -> Option<Frame> {
        let (tag, rest) = bytes.split_first()?;
        let mut fields = Fields(rest);
        let frame = match tag {
            b'H' => Frame::Header(serde_json::from_slice(fields.bytes()?).ok()?),
            b'R' => Frame::Record(Record {
                kind: fields.text()?.to_owned(),
                id: RecordId::parse(fields.text()?)?,
                person: match fields.text()? {
                    "" => None,
                    id => Some(PersonId::new(id).ok()?),
                },
                state: fields.text()?.to_owned(),
                lookup: Some(fields.bytes()?.to_vec()).filter(|lookup| !lookup.is_empty()),
                due: fields.instant()?,
                keep_until: fields.instant()?,
                version: i64::from_le_bytes(fields.bytes()?.try_into().ok()?),
                body: fields.bytes()?.to_vec(),
            }),
            b'K' => Frame::Key(fields.text()?.to_owned(), fields.bytes()?.to_vec()),
            b'V' => Frame::Visit(DayVisit {
                id: RecordId::parse(fields.text()?)?,
                day: fields.text()?.parse().ok()?,
                pseudonym: Pseudonym(fields.bytes()?.try_into().ok()?),
                venue: VenueId::new(fields.text()?).ok()?,
                entered: fields.instant()??,
                left: fields.instant()?,
            }),
            b'W' => Frame::HandedIn(RecordId::parse(fields.text()?)?, fields.bytes()?.to_vec()),
            b'E' => Frame::Entry(RecordId::parse(fields.text()?)?, fields.bytes()?.to_vec()),
            b'M' => Frame::Manifest(serde_json::from_slice(fields.bytes()?).ok()?),
            _ => return None,
        };
        fields.0.is_empty().then_some(frame)
    }
}

struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn bytes(&mut self) -> Option<&'a [u8]> {
        let (length, rest) = self.0.split_first_chunk::<4>()?;
        let (field, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
        self.0 = rest;
        Some(field)
    }

    fn text(&mut self) -> Option<&'a str> {
        std::str::from_utf8(self.bytes()?).ok()
    }

    /// The outer `None` is no instant where there must be one or nothing.
    fn instant(&mut self) -> Option<Option<Timestamp>> {
        let bytes = self.bytes()?;
        if bytes.is_empty() {
            return Some(None);
        }
        let micros = i64::from_le_bytes(bytes.try_into().ok()?);
        Timestamp::from_microsecond(micros).ok().map(Some)
    }
}

/// Writes a backup.
pub(super) struct Writer<'w> {
    to: &'w mut (dyn Write + Send),
    hash: Sha256,
}

impl<'w> Writer<'w> {
    pub(super) fn begin(to: &'w mut (dyn Write + Send), header: Header) -> io::Result<Self> {
        let mut writer = Writer { to, hash: Sha256::new() };
        writer.bytes(FIRST_LINE)?;
        writer.write(&Frame::Header(header))?;
        Ok(writer)
    }

    fn bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.hash.update(bytes);
        self.to.write_all(bytes)
    }

    pub(super) fn write(&mut self, frame: &Frame) -> io::Result<()> {
        let frame = frame.to_bytes()?;
        let length = u32::try_from(frame.len()).ok().filter(|length| *length <= FRAME_BYTES_MAX);
        let length = length.ok_or_else(|| io::Error::other("something is too long for a backup"))?;
        self.bytes(&length.to_le_bytes())?;
        self.bytes(&frame)
    }

    /// Ends the backup with its manifest; without it, it is none.
    pub(super) fn end(mut self, mut manifest: Manifest) -> io::Result<Manifest> {
        manifest.sha256 = hexadecimal(&self.hash.clone().finalize());
        self.write(&Frame::Manifest(manifest.clone()))?;
        self.to.flush()?;
        Ok(manifest)
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Reads a backup.
pub(super) struct Reader<'r> {
    from: &'r mut (dyn Read + Send),
    hash: Sha256,
    frames: u64,
}

impl<'r> Reader<'r> {
    pub(super) fn begin(from: &'r mut (dyn Read + Send)) -> Result<Self, BackupError> {
        let mut first = [0; FIRST_LINE.len()];
        from.read_exact(&mut first).map_err(|_| BackupError::NoBackup)?;
        if first != FIRST_LINE {
            return Err(BackupError::NoBackup);
        }
        let mut hash = Sha256::new();
        hash.update(first);
        Ok(Reader { from, hash, frames: 0 })
    }

    fn exactly(&mut self, bytes: &mut [u8]) -> Result<(), BackupError> {
        self.from.read_exact(bytes).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => BackupError::Half(self.frames),
            _ => BackupError::Io(error),
        })
    }

    /// The next frame. A manifest is given only if its hash is right and nothing comes behind it.
    pub(super) fn next(&mut self) -> Result<Frame, BackupError> {
        let mut length = [0; 4];
        self.exactly(&mut length)?;
        self.frames += 1;
        let broken = BackupError::Broken(self.frames);
        let bytes = u32::from_le_bytes(length);
        if bytes > FRAME_BYTES_MAX {
            return Err(broken);
        }
        let mut frame = Vec::new();
        // Memory is taken as bytes come, not as the length promises.
        let read = self.from.take(u64::from(bytes)).read_to_end(&mut frame).map_err(BackupError::Io)?;
        if read != bytes as usize {
            return Err(BackupError::Half(self.frames));
        }
        let parsed = Frame::parse(&frame).ok_or(broken)?;
        if let Frame::Manifest(manifest) = &parsed {
            let mut behind = [0; 1];
            let ends = self.from.read(&mut behind).map_err(BackupError::Io)? == 0;
            if !ends || manifest.sha256 != hexadecimal(&self.hash.clone().finalize()) {
                return Err(BackupError::Checksum);
            }
        }
        self.hash.update(length);
        self.hash.update(&frame);
        Ok(parsed)
    }
}

#[cfg(test)]
mod tests;
