//! `cleanbill bundle check`

use bundle::{Future, Report};
use serde::Serialize;

use super::print_json;
use crate::{
    arguments::BundleCheckArguments, loading::with_bundle, machine::now, outcome::Outcome, terminal,
};

#[derive(Serialize)]
struct CheckReport<'a> {
    read: u64,
    taken: u64,
    rejected: u64,
    tables: Vec<TableReport<'a>>,
}

#[derive(Serialize)]
struct TableReport<'a> {
    table: String,
    file: &'a str,
    read: u64,
    taken: u64,
    rejected: u64,
}

/// Checks every row of a bundle. Bad rows are an error, unless they are to be skipped.
pub(crate) fn run(arguments: &BundleCheckArguments, json: bool) -> anyhow::Result<Outcome> {
    let at = arguments.at.unwrap_or_else(now);
    let (_, report) =
        with_bundle(&arguments.bundle, &arguments.lenience, Future::Reject(at), |_, loader| {
            Ok(loader.check_all()?)
        })?;
    print(&report, json)?;
    Ok(Outcome::Done)
}

/// Prints what became of the rows of each table.
pub(super) fn print(report: &Report, json: bool) -> anyhow::Result<()> {
    if json {
        let tables = report.tables.iter().map(|count| TableReport {
            table: count.table.to_string(),
            file: &count.file,
            read: count.read,
            taken: count.taken,
            rejected: count.rejected,
        });
        let (read, taken, rejected) = (report.read(), report.taken(), report.rejected());
        return print_json(&CheckReport { read, taken, rejected, tables: tables.collect() });
    }
    let rows = report.tables.iter().map(|count| {
        let mut row = vec![count.table.to_string(), count.file.clone()];
        row.extend([count.read, count.taken, count.rejected].map(terminal::count));
        row
    });
    anstream::println!("{}", terminal::table(&["table", "file", "rows", "good", "bad"], &[2, 3, 4], rows));
    let (read, rejected) = (terminal::count(report.read()), terminal::count(report.rejected()));
    terminal::note(&format!("\n{read} rows read, {rejected} bad"));
    Ok(())
}
