//! Reads CSV record by record, in bounded memory, and knows the line each record begins on.

use std::{fmt, io::Read, ops::Range, path::Path};

use crate::error::BundleError;

/// Longest record in bytes: 1 MiB. A file without line ends stops here instead of filling the memory.
pub const RECORD_BYTES_MAX: usize = 1 << 20;

/// Most fields in a record.
pub const RECORD_FIELDS_MAX: usize = 1_024;

/// Bytes read from the file at once.
const BUFFER_BYTES: usize = 1 << 16;

/// How a CSV file is written. RFC 4180 unless said otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dialect {
    /// Stands between fields: one ASCII character.
    pub delimiter: u8,
    /// Stands around fields: one ASCII character; `None` where quoting is not used.
    pub quote: Option<u8>,
    /// Whether a quotation mark inside a quoted field is written twice.
    pub double_quote: bool,
    /// Stands before a character that is to be taken literally.
    pub escape: Option<u8>,
    /// Begins a line that is a comment.
    pub comment: Option<u8>,
    /// Whether the first record names the columns.
    pub header: bool,
}

impl Default for Dialect {
    fn default() -> Self {
        Dialect {
            delimiter: b',',
            quote: Some(b'"'),
            double_quote: true,
            escape: None,
            comment: None,
            header: true,
        }
    }
}

/// The fields of one record.
#[derive(Debug, Default)]
pub(crate) struct Record {
    text: String,
    ends: Vec<usize>,
    /// The line the record begins on, counted from 1.
    pub(crate) line: u64,
}

impl Record {
    /// How many fields there are.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// A field by its position.
    pub(crate) fn get(&self, field: usize) -> Option<&str> {
        let end = *self.ends.get(field)?;
        let start = if field == 0 { 0 } else { *self.ends.get(field - 1)? };
        self.text.get(start..end)
    }

    /// All fields.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).filter_map(|field| self.get(field))
    }
}

/// A CSV file being read.
pub(crate) struct CsvRecords<'r> {
    input: Box<dyn Read + 'r>,
    file: String,
    parser: csv_core::Reader,
    comment: Option<u8>,
    buffer: Vec<u8>,
    unread: Range<usize>,
    output: Vec<u8>,
    ends: Vec<usize>,
    record: Record,
    line: u64,
    /// Whether the last byte passed was a carriage return: a line feed behind it ends no further line.
    after_return: bool,
    bytes_read: u64,
    ended: bool,
}

impl fmt::Debug for CsvRecords<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CsvRecords")
            .field("file", &self.file)
            .field("line", &self.line)
            .finish_non_exhaustive()
    }
}

/// How many lines end in some bytes: by a line feed, a carriage return, or both together.
fn line_ends(bytes: &[u8], after_return: &mut bool) -> u64 {
    let mut count = 0;
    for byte in bytes {
        let ends = *byte == b'\r' || (*byte == b'\n' && !*after_return);
        count += u64::from(ends);
        *after_return = *byte == b'\r';
    }
    count
}

impl<'r> CsvRecords<'r> {
    /// Starts reading; `file` is what messages call the input.
    ///
    /// # Errors
    /// [`BundleError`] where the input cannot be read or is UTF-16.
    pub(crate) fn new(input: Box<dyn Read + 'r>, file: &str, dialect: &Dialect) -> Result<Self, BundleError> {
        let mut builder = csv_core::ReaderBuilder::new();
        builder.delimiter(dialect.delimiter).double_quote(dialect.double_quote).escape(dialect.escape);
        match dialect.quote {
            Some(quote) => builder.quote(quote),
            None => builder.quoting(false),
        };
        let mut records = CsvRecords {
            input,
            file: file.to_owned(),
            parser: builder.build(),
            comment: dialect.comment,
            buffer: vec![0; BUFFER_BYTES],
            unread: 0..0,
            output: vec![0; 1_024],
            ends: vec![0; 32],
            record: Record::default(),
            line: 1,
            after_return: false,
            bytes_read: 0,
            ended: false,
        };
        records.skip_byte_order_mark()?;
        Ok(records)
    }

    /// What messages call the input.
    pub(crate) fn file(&self) -> &str {
        &self.file
    }

    /// How many bytes of the input have been taken in.
    pub(crate) fn bytes_read(&self) -> u64 {
        self.bytes_read - (self.unread.end - self.unread.start) as u64
    }

    /// The record last read.
    pub(crate) fn record(&self) -> &Record {
        &self.record
    }

    /// Reads the next record; `false` at the end of the file. Blank lines are no records.
    ///
    /// # Errors
    /// [`BundleError`] where the input cannot be read or a record is no text, too long or never ends.
    pub(crate) fn advance(&mut self) -> Result<bool, BundleError> {
        if !self.skip_line_ends()? {
            return Ok(false);
        }
        let line = self.line;
        let (mut bytes, mut written, mut fields) = (0, 0, 0);
        loop {
            if self.unread.is_empty() {
                self.fill()?;
            }
            // At the end of the file a line end closes the last record, or shows that a quote is still open.
            let at_end = self.unread.is_empty();
            let chunk = if at_end {
                b"\n".as_slice()
            } else {
                self.buffer.get(self.unread.clone()).unwrap_or_default()
            };
            let output = self.output.get_mut(written..).unwrap_or_default();
            let ends = self.ends.get_mut(fields..).unwrap_or_default();
            let (result, taken, out, new_ends) = self.parser.read_record(chunk, output, ends);
            let passed = if at_end { &[] } else { chunk.get(..taken).unwrap_or_default() };
            self.line += line_ends(passed, &mut self.after_return);
            bytes += taken;
            written += out;
            fields += new_ends;
            if !at_end {
                self.unread.start += taken;
            }
            self.refuse_endless(line, bytes, fields)?;
            match result {
                csv_core::ReadRecordResult::Record => return self.keep(line, written, fields).map(|()| true),
                csv_core::ReadRecordResult::OutputFull => self.output.resize(self.output.len() * 2, 0),
                csv_core::ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
                csv_core::ReadRecordResult::InputEmpty | csv_core::ReadRecordResult::End if at_end => {
                    return Err(BundleError::QuoteNotClosed { file: self.file.clone(), line });
                }
                csv_core::ReadRecordResult::InputEmpty | csv_core::ReadRecordResult::End => {}
            }
        }
    }

    /// Takes the parsed bytes over as text.
    fn keep(&mut self, line: u64, written: usize, fields: usize) -> Result<(), BundleError> {
        self.record.line = line;
        self.record.ends.clear();
        self.record.ends.extend_from_slice(self.ends.get(..fields).unwrap_or_default());
        self.record.text.clear();
        let bytes = self.output.get(..written).unwrap_or_default();
        let valid_up_to = match std::str::from_utf8(bytes) {
            Ok(text) => {
                self.record.text.push_str(text);
                // Two halves of one character on either side of a delimiter are not text either.
                match self.record.ends.iter().find(|end| !text.is_char_boundary(**end)) {
                    None => return Ok(()),
                    Some(end) => *end,
                }
            }
            Err(error) => error.valid_up_to(),
        };
        let lines = bytes.iter().take(valid_up_to).filter(|b| **b == b'\n').count();
        Err(BundleError::NotUtf8 { file: self.file.clone(), line: line + lines as u64 })
    }

    fn refuse_endless(&self, line: u64, bytes: usize, fields: usize) -> Result<(), BundleError> {
        if bytes > RECORD_BYTES_MAX {
            return Err(BundleError::RecordTooLong {
                file: self.file.clone(),
                line,
                limit: "1 MiB".to_owned(),
                remedy: "look for a quotation mark that is never closed or for missing line ends",
            });
        }
        if fields > RECORD_FIELDS_MAX {
            return Err(BundleError::RecordTooLong {
                file: self.file.clone(),
                line,
                limit: format!("{RECORD_FIELDS_MAX} fields"),
                remedy: "check the delimiter and the line ends",
            });
        }
        Ok(())
    }

    /// Reads past line ends and comments between records; `false` at the end of the file.
    fn skip_line_ends(&mut self) -> Result<bool, BundleError> {
        let mut in_comment = false;
        loop {
            if self.unread.is_empty() {
                self.fill()?;
            }
            match self.buffer.get(self.unread.clone()).and_then(|b| b.first()) {
                None => return Ok(false),
                Some(end @ (b'\n' | b'\r')) => {
                    self.line += line_ends(&[*end], &mut self.after_return);
                    in_comment = false;
                }
                Some(byte) if in_comment || self.comment == Some(*byte) => in_comment = true,
                Some(_) => return Ok(true),
            }
            self.unread.start += 1;
        }
    }

    fn fill(&mut self) -> Result<(), BundleError> {
        if self.ended {
            return Ok(());
        }
        let read = loop {
            match self.input.read(&mut self.buffer) {
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                other => break other.map_err(BundleError::unreadable(Path::new(&self.file)))?,
            }
        };
        self.ended = read == 0;
        self.bytes_read += read as u64;
        self.unread = 0..read;
        Ok(())
    }

    fn skip_byte_order_mark(&mut self) -> Result<(), BundleError> {
        let mut start = 0;
        while start < 3 && !self.ended {
            let free = self.buffer.get_mut(start..).unwrap_or_default();
            let read = match self.input.read(free) {
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                other => other.map_err(BundleError::unreadable(Path::new(&self.file)))?,
            };
            self.ended = read == 0;
            self.bytes_read += read as u64;
            start += read;
        }
        self.unread = 0..start;
        match self.buffer.get(..start).unwrap_or_default() {
            [0xEF, 0xBB, 0xBF, ..] => self.unread.start = 3,
            [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => {
                return Err(BundleError::NotUtf8 { file: self.file.clone(), line: 1 });
            }
            _ => {}
        }
        Ok(())
    }
}
