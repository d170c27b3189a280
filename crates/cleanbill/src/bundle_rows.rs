//! The rows of a bundle, table by table, in the order in which an office can take them in; and their hash, whatever the format.

use bundle::{Bundle, Future, LoadOptions, Loader, Report, Row, Sink, Table};
use evidence::{
    About, Case, Check, Declaration, HouseholdMember, NamedContact, Person, RegionPeriod, Ruling, Stay, Test,
    Trip, Venue, Visit,
};
use jiff::Timestamp;
use ledger::Sha256Hash;
use office::ImportRow;
use sha2::{Digest as _, Sha256};

/// Takes the rows of a bundle.
pub(crate) trait TakeRow {
    /// One row of a table.
    fn take(&mut self, table: Table, row: ImportRow) -> anyhow::Result<()>;
}

/// A hash over cells: each with a mark of its kind and its length, each row with its table.
#[derive(Default)]
struct Cells(Sha256);

impl Cells {
    fn cell(&mut self, mark: u8, bytes: &[u8]) {
        self.0.update([mark]);
        self.0.update((bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
    }
}

impl Sink for Cells {
    fn text(&mut self, text: &str) {
        self.cell(b't', text.as_bytes());
    }
    fn instant(&mut self, instant: Timestamp) {
        self.cell(b'i', &instant.as_microsecond().to_le_bytes());
    }
    fn integer(&mut self, number: i64) {
        self.cell(b'n', &number.to_le_bytes());
    }
    fn decimal(&mut self, number: f64) {
        self.cell(b'd', &number.to_bits().to_le_bytes());
    }
    fn empty(&mut self) {
        self.cell(b'e', &[]);
    }
}

/// What a bundle is, before it is taken in.
pub(crate) struct Read {
    /// The hash of its rows.
    pub(crate) hash: Sha256Hash,
    /// What became of the rows of each table while reading.
    pub(crate) report: Report,
}

/// Reads every row. People come first; cases last, when everybody is there whom they may have met.
pub(crate) fn read(
    bundle: &Bundle,
    future: Future,
    skip_bad_rows: bool,
    take: &mut dyn TakeRow,
) -> anyhow::Result<Read> {
    let options = LoadOptions { skip_bad_rows, future, ..LoadOptions::default() };
    let mut loader = bundle.load(options);
    let mut cells = Cells::default();
    let mut reading = Reading { loader: &mut loader, cells: &mut cells, take };
    reading.table::<Person>(ImportRow::Person)?;
    reading.table::<HouseholdMember>(ImportRow::Household)?;
    reading.table::<RegionPeriod>(ImportRow::Region)?;
    reading.table::<Venue>(ImportRow::Venue)?;
    reading.table::<About<Visit>>(ImportRow::Visit)?;
    reading.table::<About<Trip>>(ImportRow::Trip)?;
    reading.table::<About<Declaration>>(ImportRow::Declaration)?;
    reading.table::<About<Check>>(ImportRow::Check)?;
    reading.table::<About<Stay>>(ImportRow::Stay)?;
    reading.table::<About<Test>>(ImportRow::Test)?;
    reading.table::<About<Case>>(ImportRow::Case)?;
    reading.table::<NamedContact>(ImportRow::NamedContact)?;
    reading.table::<About<Ruling>>(ImportRow::Ruling)?;
    let report = loader.finish()?;
    Ok(Read { hash: Sha256Hash(cells.0.finalize().into()), report })
}

struct Reading<'a, 'b> {
    loader: &'a mut Loader<'b>,
    cells: &'a mut Cells,
    take: &'a mut dyn TakeRow,
}

impl Reading<'_, '_> {
    fn table<R: Row>(&mut self, wrap: fn(R) -> ImportRow) -> anyhow::Result<()> {
        let (cells, take) = (&mut *self.cells, &mut *self.take);
        self.loader.try_each::<R, anyhow::Error>(|row| {
            cells.cell(b'r', R::TABLE.name().as_bytes());
            row.write(cells);
            take.take(R::TABLE, wrap(row))
        })
    }
}
