//! What became of another system's rows, and the bundle they become.

use std::{collections::BTreeMap, fmt, path::Path};

use evidence::{About, Case, Check, NamedContact, Person, Stay, Test};

use crate::{
    bad::{BadCell, Reject},
    error::BundleError,
    input_table::InputTable,
    known::Known,
    load::REJECTS_KEPT_MAX,
    rejected::Rejects,
    row::Row,
    table::Table,
    write::{BundleWriter, TableWriter, WriteOptions},
};

/// How to convert.
#[derive(Debug, Clone)]
pub struct ConversionOptions {
    /// Whether to go on with the good rows where some are bad.
    pub skip_bad_rows: bool,
    /// How many bad rows are kept, with all they say; the others are counted only.
    pub rejects_kept_max: usize,
    /// How to write the bundle.
    pub write: WriteOptions,
}

impl Default for ConversionOptions {
    fn default() -> Self {
        ConversionOptions {
            skip_bad_rows: false,
            rejects_kept_max: REJECTS_KEPT_MAX,
            write: WriteOptions::default(),
        }
    }
}

/// What became of the rows of one input file: `read = taken + rejected + the sum of left_out`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct InputCount {
    /// The file.
    pub file: String,
    /// Rows read.
    pub read: u64,
    /// Rows that became rows of the bundle.
    pub taken: u64,
    /// Bad rows.
    pub rejected: u64,
    /// Good rows that a bundle has no place for, by the reason.
    pub left_out: BTreeMap<String, u64>,
    /// Columns that nothing was read from.
    pub columns_left_out: Vec<String>,
}

/// What became of another system's export.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Conversion {
    /// The input files, in the order of reading.
    pub inputs: Vec<InputCount>,
    /// The tables written, with their rows.
    pub tables: Vec<(Table, u64)>,
    /// What was assumed, or left out of rows that were taken, with the number of rows.
    pub notes: BTreeMap<String, u64>,
    pub(crate) rejects: Rejects,
}

impl Conversion {
    /// The bad rows, to be written to `rejected.csv`.
    #[must_use]
    pub fn rejects(&self) -> &Rejects {
        &self.rejects
    }

    /// Rows read in all files.
    #[must_use]
    pub fn read(&self) -> u64 {
        self.inputs.iter().map(|input| input.read).sum()
    }
}

impl fmt::Display for Conversion {
    /// The counts in lines for people to read.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for input in &self.inputs {
            writeln!(
                f,
                "{}: {} rows read, {} taken, {} rejected",
                input.file, input.read, input.taken, input.rejected
            )?;
            for (why, rows) in &input.left_out {
                writeln!(f, "  {rows} left out: {why}")?;
            }
            if !input.columns_left_out.is_empty() {
                writeln!(f, "  columns left out: {}", input.columns_left_out.join(", "))?;
            }
        }
        for (note, rows) in &self.notes {
            writeln!(f, "note, {rows} rows: {note}")?;
        }
        for (table, rows) in &self.tables {
            writeln!(f, "{table}: {rows} rows written")?;
        }
        Ok(())
    }
}

/// The bundle a converter writes, and the account of what went into it.
#[derive(Debug)]
pub(crate) struct Target {
    writer: BundleWriter,
    known: Known,
    conversion: Conversion,
    skip_bad_rows: bool,
    people: TableWriter<Person>,
    cases: TableWriter<About<Case>>,
    named_contacts: TableWriter<NamedContact>,
    tests: TableWriter<About<Test>>,
    stays: TableWriter<About<Stay>>,
    checks: TableWriter<About<Check>>,
}

/// A row that a converter can write.
pub(crate) trait Converted: Row {
    /// The table it goes to.
    fn writer(target: &mut Target) -> &mut TableWriter<Self>;
}

macro_rules! converted {
    ($($row:ty => $field:ident),+ $(,)?) => {
        $(impl Converted for $row {
            fn writer(target: &mut Target) -> &mut TableWriter<Self> {
                &mut target.$field
            }
        })+
    };
}

converted! {
    Person => people,
    About<Case> => cases,
    NamedContact => named_contacts,
    About<Test> => tests,
    About<Stay> => stays,
    About<Check> => checks,
}

impl Target {
    /// Starts the bundle.
    ///
    /// # Errors
    /// [`BundleError`] where the folder takes no bundle.
    pub(crate) fn create(folder: &Path, options: &ConversionOptions) -> Result<Self, BundleError> {
        let writer = BundleWriter::create(folder, options.write.clone())?;
        Ok(Target {
            people: writer.table()?,
            cases: writer.table()?,
            named_contacts: writer.table()?,
            tests: writer.table()?,
            stays: writer.table()?,
            checks: writer.table()?,
            writer,
            known: Known::new(vec![Table::Venues]),
            conversion: Conversion {
                rejects: Rejects::new(options.rejects_kept_max),
                ..Conversion::default()
            },
            skip_bad_rows: options.skip_bad_rows,
        })
    }

    /// Refuses a row whose id was given before or whose references lead nowhere.
    ///
    /// # Errors
    /// [`BadCell`] naming the column.
    pub(crate) fn check<R: Row>(&self, row: &R) -> Result<(), BadCell> {
        self.known.check(row)
    }

    /// Refuses a row whose id was given before.
    ///
    /// # Errors
    /// [`BadCell`] naming the column.
    pub(crate) fn check_own<R: Row>(&self, row: &R) -> Result<(), BadCell> {
        self.known.check_own(row)
    }

    /// Writes a row.
    ///
    /// # Errors
    /// [`BundleError::Unwritable`] where the file takes no more.
    pub(crate) fn put<R: Converted>(&mut self, row: &R) -> Result<(), BundleError> {
        self.known.remember(row);
        R::writer(self).write(row)
    }

    /// Starts the account of an input file, of whose columns some are read.
    pub(crate) fn begin(&mut self, input: &InputTable, read: &[&str]) {
        let left_out = input.names.sorted().into_iter().filter(|name| !read.contains(name));
        self.conversion.inputs.push(InputCount {
            file: input.file().to_owned(),
            columns_left_out: left_out.map(str::to_owned).collect(),
            ..InputCount::default()
        });
    }

    fn input(&mut self) -> Option<&mut InputCount> {
        self.conversion.inputs.last_mut()
    }

    /// A row was read.
    pub(crate) fn count_read(&mut self) {
        self.input().into_iter().for_each(|input| input.read += 1);
    }

    /// The row became rows of the bundle.
    pub(crate) fn count_taken(&mut self) {
        self.input().into_iter().for_each(|input| input.taken += 1);
    }

    /// The row has no place in a bundle.
    pub(crate) fn leave_out(&mut self, why: impl Into<String>) {
        let why = why.into();
        self.input().into_iter().for_each(|input| *input.left_out.entry(why.clone()).or_default() += 1);
    }

    /// The row is bad.
    pub(crate) fn reject(&mut self, table: &str, line: u64, bad: BadCell) {
        let column = bad.column.to_owned();
        self.reject_at(table, line, column, bad);
    }

    /// The row is bad, in a column of the input file.
    pub(crate) fn reject_at(&mut self, table: &str, line: u64, column: String, bad: BadCell) {
        let Some(input) = self.input() else { return };
        input.rejected += 1;
        let file = input.file.clone();
        let reject = Reject { table: table.to_owned(), file, line, column, value: bad.value, why: bad.why };
        self.conversion.rejects.add(reject);
    }

    /// Something was assumed or left out of a row that is taken.
    pub(crate) fn note(&mut self, note: impl Into<String>) {
        *self.conversion.notes.entry(note.into()).or_default() += 1;
    }

    /// Completes the bundle, unless a row was bad and bad rows are not to be skipped.
    ///
    /// # Errors
    /// [`BundleError`] where the bundle cannot be written or rows were rejected.
    pub(crate) fn finish(self) -> Result<Conversion, BundleError> {
        let Target { mut writer, mut conversion, .. } = self;
        if conversion.rejects.count() > 0 && !self.skip_bad_rows {
            return Err(BundleError::RejectedInput(Box::new(conversion)));
        }
        add(&mut writer, self.people)?;
        add(&mut writer, self.cases)?;
        add(&mut writer, self.named_contacts)?;
        add(&mut writer, self.tests)?;
        add(&mut writer, self.stays)?;
        add(&mut writer, self.checks)?;
        conversion.tables = writer.finish()?;
        Ok(conversion)
    }
}

/// Adds a table that has a row; people stay even where there is nobody, or the folder would hold no bundle.
fn add<R: Row>(writer: &mut BundleWriter, table: TableWriter<R>) -> Result<(), BundleError> {
    if table.rows() > 0 || R::TABLE == Table::People { writer.add(table).map(drop) } else { Ok(()) }
}
