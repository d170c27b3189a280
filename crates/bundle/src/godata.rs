//! Makes a bundle of WHO Go.Data's exports, as its R reporting scripts clean them: `cases.csv`, `contacts.csv`,
//! `relationships.csv`, `lab_results.csv`, `followups.csv`, joined by their uuids.
//!
//! Carried over: uuids, year of birth, sex, the location as follow-up district, dates, classifications, settings of
//! contact, test results, checks. Nothing else is: no name, telephone number, address, occupation or position.

mod cell;
mod followups;
mod lab_results;
mod people;
mod relationships;

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
};

use evidence::TestMethod;
use jiff::tz::TimeZone;

use crate::{
    bad::BadCell,
    conversion::{Conversion, ConversionOptions, Target},
    error::BundleError,
    input_table::{InputRow, InputTable, Names},
};
use cell::Cell;

/// A Go.Data export.
#[derive(Debug, Clone)]
pub struct Godata {
    /// The folder of its CSV files. `cases.csv` must be there.
    pub folder: PathBuf,
    /// The zone in which it was exported: its days are days there.
    pub time_zone: TimeZone,
    /// How a test was done whose type is empty.
    pub method_where_empty: TestMethod,
}

impl Godata {
    /// An export in a folder, with days in UTC and PCR as the method of tests that name none.
    #[must_use]
    pub fn new(folder: &Path) -> Self {
        Godata { folder: folder.to_owned(), time_zone: TimeZone::UTC, method_where_empty: TestMethod::Pcr }
    }
}

/// Makes a bundle of a Go.Data export.
///
/// # Errors
/// [`BundleError`] where a file cannot be read, the bundle cannot be written, or a row is bad and bad rows are not to
/// be skipped; then nothing is written.
pub fn from_godata(from: &Godata, to: &Path, options: &ConversionOptions) -> Result<Conversion, BundleError> {
    let cases = open(from, "cases.csv", people::CASE_COLUMNS)?;
    let mut export =
        Export { from, target: Target::create(to, options)?, cases: HashSet::new(), people: HashSet::new() };
    export.each_row(cases, "cases", people::CASE_COLUMNS, people::case)?;
    let further: [(&str, &[&str], ReadRow); 4] = [
        ("contacts", people::CONTACT_COLUMNS, people::contact),
        ("lab_results", lab_results::COLUMNS, lab_results::result),
        ("relationships", relationships::COLUMNS, relationships::relationship),
        ("followups", followups::COLUMNS, followups::followup),
    ];
    for (name, columns, read) in further {
        let file = format!("{name}.csv");
        if from.folder.join(&file).exists() {
            export.each_row(open(from, &file, columns)?, name, columns, read)?;
        }
    }
    if from.folder.join("events.csv").exists() {
        export.each_row(open(from, "events.csv", &[])?, "events", &[], |_, _, _| {
            Ok(Outcome::LeftOut("an event is about no one person, and has no place in a bundle".to_owned()))
        })?;
    }
    export.target.finish()
}

/// Opens a file that must have certain columns.
fn open(from: &Godata, file: &str, columns: &[&str]) -> Result<InputTable, BundleError> {
    let input = InputTable::open(&from.folder.join(file), b',')?;
    match columns.iter().find(|column| !input.names.has(column)) {
        None => Ok(input),
        Some(column) => Err(BundleError::Header {
            file: input.file().to_owned(),
            why: format!("the column `{column}` is missing"),
            remedy: "export the table with Go.Data's reporting scripts, or rename the column as they do"
                .to_owned(),
        }),
    }
}

/// An export being converted.
struct Export<'f> {
    from: &'f Godata,
    target: Target,
    /// The uuids of cases.
    cases: HashSet<String>,
    /// The uuids of everybody.
    people: HashSet<String>,
}

/// What became of a row that is not bad.
enum Outcome {
    /// It became rows of the bundle.
    Taken,
    /// It has no place there, for this reason.
    LeftOut(String),
}

/// Why a row is not taken.
enum Stop {
    /// It is bad, in this column.
    Bad(String, BadCell),
    /// The bundle takes no more.
    Failed(BundleError),
}

impl From<BundleError> for Stop {
    fn from(error: BundleError) -> Self {
        Stop::Failed(error)
    }
}

impl From<BadCell> for Stop {
    fn from(bad: BadCell) -> Self {
        Stop::Bad(bad.column.to_owned(), bad)
    }
}

type ReadRow = fn(&mut Export<'_>, &Names, &InputRow) -> Result<Outcome, Stop>;

impl Export<'_> {
    fn each_row(
        &mut self,
        mut input: InputTable,
        name: &str,
        columns: &[&str],
        read: ReadRow,
    ) -> Result<(), BundleError> {
        self.target.begin(&input, columns);
        let names = input.names.clone();
        while let Some(next) = input.next_row()? {
            self.target.count_read();
            let row = match next {
                Ok(row) => row,
                Err((line, bad)) => {
                    self.target.reject(name, line, bad);
                    continue;
                }
            };
            match read(self, &names, &row) {
                Ok(Outcome::Taken) => self.target.count_taken(),
                Ok(Outcome::LeftOut(why)) => self.target.leave_out(why),
                Err(Stop::Bad(column, bad)) => self.target.reject_at(name, row.line, column, bad),
                Err(Stop::Failed(error)) => return Err(error),
            }
        }
        Ok(())
    }

    fn cell<'r>(&self, names: &Names, row: &'r InputRow, column: &'static str) -> Cell<'r> {
        Cell { column, text: names.get(row, column) }
    }
}
