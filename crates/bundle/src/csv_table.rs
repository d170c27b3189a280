//! A table in CSV: binds the header to the table's columns and hands over rows.

use std::io::Read;

use jiff::Timestamp;

use crate::{
    bad::{BadCell, shortened},
    cells::{CellSource, Fault},
    csv_records::{CsvRecords, Dialect},
    error::BundleError,
    header,
    read::Step,
    scalar::{self, TextFormat},
    table::Table,
};

/// How a table's CSV file is written, as `datapackage.json` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CsvForm {
    /// Delimiter, quotation mark and the like.
    pub(crate) dialect: Dialect,
    /// Texts that stand for an empty cell.
    pub(crate) missing: Vec<String>,
    /// How each of the table's columns is written, in their order.
    pub(crate) formats: Vec<TextFormat>,
    /// The names of the file's columns where it has no header.
    pub(crate) names: Vec<String>,
}

impl CsvForm {
    /// RFC 4180 with a header, everything in the bundle's own form.
    pub(crate) fn plain(table: Table) -> Self {
        CsvForm {
            dialect: Dialect::default(),
            missing: vec![String::new()],
            formats: vec![TextFormat::Plain; table.columns().len()],
            names: Vec::new(),
        }
    }
}

/// A CSV table being read.
#[derive(Debug)]
pub(crate) struct CsvTable<'r> {
    records: CsvRecords<'r>,
    form: CsvForm,
    /// For each of the table's columns, where it stands in the file.
    places: Vec<Option<usize>>,
    width: usize,
}

impl<'r> CsvTable<'r> {
    /// Reads the header and binds it to the table's columns.
    ///
    /// # Errors
    /// [`BundleError`] where the file cannot be read or its header does not fit the table.
    pub(crate) fn open(
        input: Box<dyn Read + 'r>,
        file: &str,
        table: Table,
        form: CsvForm,
    ) -> Result<Self, BundleError> {
        let mut records = CsvRecords::new(input, file, &form.dialect)?;
        let names: Vec<String> = if !form.dialect.header {
            form.names.clone()
        } else if records.advance()? {
            records.record().iter().map(str::to_owned).collect()
        } else {
            return Err(header::missing(file, table));
        };
        let places = header::bind(file, table, &names)?;
        Ok(CsvTable { records, form, places, width: names.len() })
    }

    /// How many bytes of the file have been read.
    pub(crate) fn bytes_read(&self) -> u64 {
        self.records.bytes_read()
    }

    /// Goes to the next row.
    pub(crate) fn advance(&mut self) -> Result<Step, BundleError> {
        if !self.records.advance()? {
            return Ok(Step::End);
        }
        let record = self.records.record();
        if record.len() == self.width {
            return Ok(Step::Row(record.line));
        }
        let why = format!(
            "the row has {} where the header has {}; look for a missing or extra delimiter or quotation mark",
            fields(record.len()),
            self.width
        );
        Ok(Step::BadRow(record.line, BadCell::new("", "", why)))
    }

    fn cell(&self, column: usize) -> Option<&str> {
        let place = (*self.places.get(column)?)?;
        let text = self.records.record().get(place)?;
        if self.form.missing.iter().any(|missing| missing == text) { None } else { Some(text) }
    }

    fn format(&self, column: usize) -> &TextFormat {
        self.form.formats.get(column).unwrap_or(&TextFormat::Plain)
    }

    fn number<T>(&self, column: usize, read: fn(&str) -> Result<T, String>) -> Result<Option<T>, Fault> {
        let Some(text) = self.cell(column) else { return Ok(None) };
        let number = match self.format(column) {
            TextFormat::Number { decimal, group } => {
                scalar::plain_number(text, *decimal, *group).and_then(|plain| read(&plain))
            }
            TextFormat::Plain | TextFormat::Pattern(_) => read(text),
        };
        number.map(Some).map_err(|why| fault(text, why))
    }
}

fn fields(count: usize) -> String {
    if count == 1 { "1 field".to_owned() } else { format!("{count} fields") }
}

fn fault(text: &str, why: String) -> Fault {
    Fault { value: shortened(text), why }
}

impl CellSource for CsvTable<'_> {
    fn text(&self, column: usize) -> Result<Option<&str>, Fault> {
        Ok(self.cell(column))
    }

    fn instant(&self, column: usize) -> Result<Option<Timestamp>, Fault> {
        let Some(text) = self.cell(column) else { return Ok(None) };
        let instant = match self.format(column) {
            TextFormat::Pattern(pattern) => scalar::instant_by(pattern, text),
            TextFormat::Plain | TextFormat::Number { .. } => scalar::instant(text),
        };
        instant.map(Some).map_err(|why| fault(text, why))
    }

    fn integer(&self, column: usize) -> Result<Option<i64>, Fault> {
        self.number(column, scalar::integer)
    }

    fn decimal(&self, column: usize) -> Result<Option<f64>, Fault> {
        self.number(column, scalar::decimal)
    }
}
