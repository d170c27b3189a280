//! A CSV file of another system: rows by the names of its columns.

use std::{collections::HashMap, fs::File, path::Path};

use crate::{
    bad::BadCell,
    csv_records::{CsvRecords, Dialect},
    error::BundleError,
};

/// The columns of a file by their names.
#[derive(Debug, Clone, Default)]
pub(crate) struct Names(HashMap<String, usize>);

/// One row of a file.
#[derive(Debug, Clone, Default)]
pub(crate) struct InputRow {
    /// The line it begins on.
    pub(crate) line: u64,
    fields: Vec<String>,
}

impl Names {
    /// Whether there is such a column.
    pub(crate) fn has(&self, column: &str) -> bool {
        self.0.contains_key(column)
    }

    /// Every column, in the order of their names.
    pub(crate) fn sorted(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.0.keys().map(String::as_str).collect();
        names.sort_unstable();
        names
    }

    /// A row's cell, without the spaces around it; empty where there is no such column.
    pub(crate) fn get<'r>(&self, row: &'r InputRow, column: &str) -> &'r str {
        self.0.get(column).and_then(|place| row.fields.get(*place)).map_or("", |text| text.trim())
    }
}

/// A file being read.
#[derive(Debug)]
pub(crate) struct InputTable {
    records: CsvRecords<'static>,
    /// Its columns.
    pub(crate) names: Names,
}

/// A row, or why there is none.
pub(crate) type NextRow = Result<InputRow, (u64, BadCell)>;

impl InputTable {
    /// Opens a file and reads its header.
    ///
    /// # Errors
    /// [`BundleError`] where the file cannot be read, or has no header or one with a name twice.
    pub(crate) fn open(path: &Path, delimiter: u8) -> Result<Self, BundleError> {
        let file = path.display().to_string();
        let input = File::open(path).map_err(BundleError::unreadable(path))?;
        let dialect = Dialect { delimiter, ..Dialect::default() };
        let mut records = CsvRecords::new(Box::new(input), &file, &dialect)?;
        if !records.advance()? {
            return Err(BundleError::Header {
                file,
                why: "the file is empty and has no header".to_owned(),
                remedy: "export it again, with the names of the columns in the first line".to_owned(),
            });
        }
        let mut names = HashMap::new();
        for (place, name) in records.record().iter().enumerate() {
            if names.insert(name.trim().to_owned(), place).is_some() {
                return Err(BundleError::Header {
                    file,
                    why: format!("the column `{name}` stands there twice"),
                    remedy: "keep the right one".to_owned(),
                });
            }
        }
        Ok(InputTable { records, names: Names(names) })
    }

    /// What messages call the file.
    pub(crate) fn file(&self) -> &str {
        self.records.file()
    }

    /// The next row.
    ///
    /// # Errors
    /// [`BundleError`] where the file cannot be read any further.
    pub(crate) fn next_row(&mut self) -> Result<Option<NextRow>, BundleError> {
        if !self.records.advance()? {
            return Ok(None);
        }
        let record = self.records.record();
        if record.len() != self.names.0.len() {
            let why = format!(
                "the row has {} fields where the header has {}; look for a missing or extra delimiter or quotation mark",
                record.len(),
                self.names.0.len()
            );
            return Ok(Some(Err((record.line, BadCell::new("", "", why)))));
        }
        Ok(Some(Ok(InputRow { line: record.line, fields: record.iter().map(str::to_owned).collect() })))
    }
}
