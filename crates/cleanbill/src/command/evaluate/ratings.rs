//! The file that `rate --days` wrote.

use std::{fs::File, path::Path};

use anyhow::{Context, anyhow, bail};
use arrow::array::AsArray;
use indicatif::ProgressBar;
use jiff::Timestamp;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

/// A person's rating at a local midnight.
pub(super) struct PersonDay<'a> {
    pub(super) at: Timestamp,
    pub(super) person: &'a str,
    pub(super) level: &'a str,
    pub(super) rules: &'a str,
}

const COLUMNS: [&str; 4] = ["at", "person", "level", "rules"];

/// Gives every row of a file, CSV or Parquet by its ending.
pub(super) fn each_day(
    file: &Path,
    bar: &ProgressBar,
    take: impl FnMut(PersonDay<'_>),
) -> anyhow::Result<()> {
    match file.extension().and_then(|ending| ending.to_str()) {
        Some("csv") => csv_days(file, bar, take),
        Some("parquet") => parquet_days(file, bar, take),
        _ => bail!("{}: the format is taken from the ending; name the file .csv or .parquet", file.display()),
    }
}

fn missing(file: &Path, column: &str) -> anyhow::Error {
    anyhow!(
        "{}: the column `{column}` is missing\n  remedy: give the file that `cleanbill rate --days FROM..TO --out FILE` wrote",
        file.display()
    )
}

fn csv_days(file: &Path, bar: &ProgressBar, mut take: impl FnMut(PersonDay<'_>)) -> anyhow::Result<()> {
    let input = File::open(file).with_context(|| format!("{}: cannot be read", file.display()))?;
    let mut reader = csv::Reader::from_reader(bar.wrap_read(input));
    let header = reader.headers().with_context(|| format!("{}:1", file.display()))?.clone();
    let position =
        |column: &str| header.iter().position(|name| name == column).ok_or_else(|| missing(file, column));
    let [at, person, level, rules] = COLUMNS.map(position);
    let (at, person, level, rules) = (at?, person?, level?, rules?);
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record).with_context(|| format!("{}: is not CSV", file.display()))? {
        let cell = |position: usize| record.get(position).unwrap_or_default();
        let at = cell(at).parse().map_err(|_| {
            let line = record.position().map_or(0, csv::Position::line);
            anyhow!("{}:{line}: at `{}` is not an instant with offset", file.display(), cell(at))
        })?;
        take(PersonDay { at, person: cell(person), level: cell(level), rules: cell(rules) });
    }
    Ok(())
}

fn parquet_days(file: &Path, bar: &ProgressBar, mut take: impl FnMut(PersonDay<'_>)) -> anyhow::Result<()> {
    let broken = || format!("{}: is not a whole Parquet file", file.display());
    let input = File::open(file).with_context(|| format!("{}: cannot be read", file.display()))?;
    let builder = ParquetRecordBatchReaderBuilder::try_new(input).with_context(broken)?;
    let rows = u64::try_from(builder.metadata().file_metadata().num_rows()).unwrap_or_default();
    bar.set_length(rows);
    for batch in builder.build().with_context(broken)? {
        let batch = batch.with_context(broken)?;
        let column = |name: &str| batch.column_by_name(name).ok_or_else(|| missing(file, name));
        let [at, person, level, rules] = COLUMNS.map(column);
        let (at, person, level, rules) = (at?, person?, level?, rules?);
        let wrong = || anyhow!("{}: its columns have other types than `rate --days` writes", file.display());
        let at = at.as_primitive_opt::<arrow::datatypes::TimestampMicrosecondType>().ok_or_else(wrong)?;
        let text =
            |array: &'_ arrow::array::ArrayRef| array.as_string_opt::<i32>().cloned().ok_or_else(wrong);
        let (person, level, rules) = (text(person)?, text(level)?, text(rules)?);
        for row in 0..batch.num_rows() {
            let at = Timestamp::from_microsecond(at.value(row)).with_context(broken)?;
            let (person, level, rules) = (person.value(row), level.value(row), rules.value(row));
            take(PersonDay { at, person, level, rules });
        }
        bar.inc(batch.num_rows() as u64);
    }
    Ok(())
}
