//! `cleanbill bundle from linelist | godata` and `cleanbill bundle convert`

use std::path::Path;

use anyhow::anyhow;
use bundle::{
    Bundle, BundleError, Conversion, ConversionOptions, Format, Future, Godata, Linelist, LoadOptions,
    WriteOptions, from_godata, from_linelist,
};
use jiff::tz::TimeZone;
use serde::Serialize;

use super::{bundle_check, print_json};
use crate::{
    arguments::{BundleConvertArguments, Format as FormatArgument, Lenience},
    loading::{rejected, write_rejects},
    outcome::Outcome,
    terminal,
};

#[derive(Serialize)]
struct Report<'a> {
    inputs: Vec<Input<'a>>,
    tables: Vec<TableRows>,
    notes: &'a std::collections::BTreeMap<String, u64>,
}

#[derive(Serialize)]
struct Input<'a> {
    file: &'a str,
    read: u64,
    taken: u64,
    rejected: u64,
    left_out: &'a std::collections::BTreeMap<String, u64>,
}

#[derive(Serialize)]
struct TableRows {
    table: String,
    rows: u64,
}

/// Makes a bundle of a case line list and, if there is one, a contact list.
pub(crate) fn linelist(
    mapping: &Path,
    cases: &Path,
    contacts: Option<&Path>,
    out: &Path,
    lenience: &Lenience,
    json: bool,
) -> anyhow::Result<Outcome> {
    let from = Linelist {
        mapping: mapping.to_owned(),
        cases: cases.to_owned(),
        contacts: contacts.map(Path::to_owned),
    };
    made(from_linelist(&from, out, &options(lenience)), out, lenience, json)
}

/// Makes a bundle of a Go.Data export.
pub(crate) fn godata(
    input: &Path,
    out: &Path,
    zone: &TimeZone,
    lenience: &Lenience,
    json: bool,
) -> anyhow::Result<Outcome> {
    let from = Godata { time_zone: zone.clone(), ..Godata::new(input) };
    made(from_godata(&from, out, &options(lenience)), out, lenience, json)
}

fn options(lenience: &Lenience) -> ConversionOptions {
    ConversionOptions { skip_bad_rows: lenience.skip_bad_rows, ..ConversionOptions::default() }
}

fn made(
    conversion: Result<Conversion, BundleError>,
    out: &Path,
    lenience: &Lenience,
    json: bool,
) -> anyhow::Result<Outcome> {
    // Bad rows of an input are listed in the current folder: there is no bundle yet, and inputs are often read-only.
    let here = Path::new(".");
    let conversion = match conversion {
        Ok(conversion) => conversion,
        Err(BundleError::RejectedInput(conversion)) => {
            let file = write_rejects(here, lenience, conversion.rejects())?;
            return Err(anyhow!("{}", rejected("the input", conversion.rejects(), &file)));
        }
        Err(other) => return Err(other.into()),
    };
    if conversion.rejects().count() > 0 {
        let file = write_rejects(here, lenience, conversion.rejects())?;
        let left_out = terminal::bad_rows(conversion.rejects().count());
        terminal::note(&format!("note: {left_out} left out and listed in {}", file.display()));
    }
    if json {
        let table =
            |(table, rows): &(bundle::Table, u64)| TableRows { table: table.to_string(), rows: *rows };
        let inputs = conversion.inputs.iter().map(|count| Input {
            file: &count.file,
            read: count.read,
            taken: count.taken,
            rejected: count.rejected,
            left_out: &count.left_out,
        });
        let inputs = inputs.collect();
        let tables = conversion.tables.iter().map(table).collect();
        print_json(&Report { inputs, tables, notes: &conversion.notes })?;
    } else {
        print(&conversion);
        terminal::note(&format!("\nwritten to {}", out.display()));
    }
    Ok(Outcome::Done)
}

fn print(conversion: &Conversion) {
    let inputs = conversion.inputs.iter().map(|input| {
        let left_out: u64 = input.left_out.values().sum();
        let mut row = vec![input.file.clone()];
        row.extend([input.read, input.taken, left_out, input.rejected].map(terminal::count));
        row
    });
    let columns = ["input", "rows", "taken", "left out", "bad"];
    anstream::println!("{}", terminal::table(&columns, &[1, 2, 3, 4], inputs));
    let tables =
        conversion.tables.iter().map(|(table, rows)| vec![table.to_string(), terminal::count(*rows)]);
    anstream::println!("\n{}", terminal::table(&["table written", "rows"], &[1], tables));
    let left_out = conversion.inputs.iter().flat_map(|input| {
        input
            .left_out
            .iter()
            .map(|(why, rows)| format!("{}: {} left out: {why}", input.file, terminal::count(*rows)))
    });
    let notes =
        conversion.notes.iter().map(|(note, rows)| format!("{} rows: {note}", terminal::count(*rows)));
    for (position, line) in left_out.chain(notes).enumerate() {
        let gap = if position == 0 { "\n" } else { "" };
        anstream::println!("{gap}{line}");
    }
}

/// Writes a bundle anew, in one format.
pub(crate) fn convert(arguments: &BundleConvertArguments, json: bool) -> anyhow::Result<Outcome> {
    let from = Bundle::open(&arguments.bundle)?;
    let lenience = &arguments.lenience;
    let read = LoadOptions {
        skip_bad_rows: lenience.skip_bad_rows,
        future: Future::Allow,
        ..LoadOptions::default()
    };
    let format = match arguments.format {
        FormatArgument::Csv => Format::Csv,
        FormatArgument::Parquet => Format::Parquet,
    };
    let write = WriteOptions { format, ..WriteOptions::default() };
    match bundle::convert(&from, &arguments.out, read, write) {
        Ok(report) => {
            bundle_check::print(&report, json)?;
            terminal::note(&format!("written to {}", arguments.out.display()));
            Ok(Outcome::Done)
        }
        Err(BundleError::Rejected(report)) => {
            let file = write_rejects(&arguments.bundle, lenience, report.all_rejects())?;
            let place = arguments.bundle.display().to_string();
            Err(anyhow!("{}", rejected(&place, report.all_rejects(), &file)))
        }
        Err(other) => Err(other.into()),
    }
}
