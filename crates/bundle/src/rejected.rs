//! The rows that were left out, and `rejected.csv`.

use std::{fmt, io::Write, path::Path};

use crate::{bad::Reject, error::BundleError};

/// The name of the file that lists the bad rows.
pub const REJECTED_FILE: &str = "rejected.csv";

/// Bad rows: the first of them with all they say, the others counted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rejects {
    kept: Vec<Reject>,
    kept_max: usize,
    count: u64,
}

impl Rejects {
    pub(crate) fn new(kept_max: usize) -> Self {
        Rejects { kept: Vec::new(), kept_max, count: 0 }
    }

    pub(crate) fn add(&mut self, reject: Reject) {
        self.count += 1;
        if self.kept.len() < self.kept_max {
            self.kept.push(reject);
        }
    }

    /// The bad rows kept, in the order in which they were found.
    #[must_use]
    pub fn kept(&self) -> &[Reject] {
        &self.kept
    }

    /// How many bad rows there were.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Writes the bad rows kept as CSV: all of the file or nothing of it. A last line says how many more there were.
    ///
    /// Cells that a spreadsheet would take for a formula get an apostrophe in front (requirement R19).
    ///
    /// # Errors
    /// [`BundleError::Unwritable`] where the folder takes no file.
    pub fn write(&self, file: &Path) -> Result<(), BundleError> {
        let folder = match file.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let temporary = tempfile::NamedTempFile::new_in(folder).map_err(BundleError::unwritable(file))?;
        self.write_to(&temporary).map_err(BundleError::unwritable(file))?;
        temporary.as_file().sync_all().map_err(BundleError::unwritable(file))?;
        temporary.persist(file).map_err(|e| BundleError::unwritable(file)(e.error))?;
        Ok(())
    }

    fn write_to(&self, to: impl Write) -> std::io::Result<()> {
        let mut csv = csv::Writer::from_writer(to);
        csv.write_record(["table", "file", "line", "column", "value", "why"])?;
        for reject in &self.kept {
            let line = reject.line.to_string();
            let cells = [&reject.table, &reject.file, &line, &reject.column, &reject.value, &reject.why];
            csv.write_record(cells.map(|cell| neutral(cell)))?;
        }
        let more = self.count - self.kept.len() as u64;
        if more > 0 {
            csv.write_record(["", "", "", "", "", &format!("{more} more bad rows are not listed")])?;
        }
        csv.flush()
    }
}

/// A cell that no spreadsheet takes for a formula.
fn neutral(cell: &str) -> String {
    // A tab or line end in front is skipped by spreadsheets, and the formula behind it runs.
    if cell.trim_start().starts_with(['=', '+', '-', '@']) || cell.starts_with(['\t', '\r', '\n']) {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}

impl fmt::Display for Reject {
    /// The place, what stands there and why it will not do, in one line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = if self.file.ends_with(".parquet") { "row" } else { "line" };
        write!(f, "{}, {unit} {}", self.file, self.line)?;
        if !self.column.is_empty() {
            write!(f, ", {}", self.column)?;
        }
        if !self.value.is_empty() {
            write!(f, " `{}`", one_line(&self.value))?;
        }
        write!(f, ": {}", one_line(&self.why))
    }
}

/// A text in one line, without characters that steer a terminal: the data came from others.
fn one_line(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut line, c| {
        if c.is_control() {
            line.extend(c.escape_default())
        } else {
            line.push(c)
        }
        line
    })
}
