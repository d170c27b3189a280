//! Result tables: CSV or Parquet by the ending of the name, whole or absent.

mod columns;

use std::{
    fs::{self, File},
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};
use jiff::{Timestamp, tz::TimeZone};
use parquet::{
    arrow::ArrowWriter,
    basic::{Compression, ZstdLevel},
    file::properties::WriterProperties,
};
use tempfile::NamedTempFile;

use self::columns::Columns;
use crate::instant;

/// What a column of a result holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Instant,
    Integer,
    Decimal,
}

/// A value of a result.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Value<'a> {
    Text(&'a str),
    Instant(Option<Timestamp>),
    Integer(i64),
    Decimal(f64),
}

/// Rows written to a Parquet file at once.
const BATCH_ROWS: usize = 1 << 16;

enum Format {
    Csv(Box<csv::Writer<BufWriter<NamedTempFile>>>),
    Parquet(Box<ArrowWriter<BufWriter<NamedTempFile>>>, Columns),
}

/// A result table being written. It appears under its name when it is finished; dropped before, it leaves nothing.
pub(crate) struct ResultFile {
    path: PathBuf,
    zone: TimeZone,
    format: Format,
}

impl ResultFile {
    /// Begins a table with columns by name. Times in CSV are written with the offset they have in `zone`.
    pub(crate) fn create(path: &Path, columns: &[(&str, Kind)], zone: &TimeZone) -> anyhow::Result<Self> {
        let place = || format!("{}: cannot be written", path.display());
        let ending = path.extension().and_then(|ending| ending.to_str());
        if !matches!(ending, Some("csv" | "parquet")) {
            bail!("{}: the format is taken from the ending; name the file .csv or .parquet", path.display());
        }
        let file = unfinished(path).with_context(place)?;
        let file = BufWriter::with_capacity(1 << 20, file);
        let format = if ending == Some("csv") {
            let mut csv = csv::Writer::from_writer(file);
            csv.write_record(columns.iter().map(|(name, _)| name)).with_context(place)?;
            Format::Csv(Box::new(csv))
        } else {
            let columns = Columns::new(columns);
            let zstd = ZstdLevel::try_new(3).with_context(place)?;
            let properties = WriterProperties::builder().set_compression(Compression::ZSTD(zstd)).build();
            let writer =
                ArrowWriter::try_new(file, columns.schema(), Some(properties)).with_context(place)?;
            Format::Parquet(Box::new(writer), columns)
        };
        Ok(ResultFile { path: path.to_owned(), zone: zone.clone(), format })
    }

    /// Writes a row; its values stand in the order of the columns.
    pub(crate) fn row(&mut self, values: &[Value<'_>]) -> anyhow::Result<()> {
        let place = || format!("{}: cannot be written", self.path.display());
        match &mut self.format {
            Format::Csv(csv) => {
                for value in values {
                    match value {
                        Value::Text(text) => csv.write_field(text),
                        Value::Instant(None) => csv.write_field(""),
                        Value::Instant(Some(at)) => csv.write_field(instant::print(*at, &self.zone)),
                        Value::Integer(number) => csv.write_field(number.to_string()),
                        Value::Decimal(number) => csv.write_field(number.to_string()),
                    }
                    .with_context(place)?;
                }
                csv.write_record(None::<&[u8]>).with_context(place)
            }
            Format::Parquet(writer, columns) => {
                columns.push(values);
                if columns.rows() >= BATCH_ROWS {
                    writer.write(&columns.batch().with_context(place)?).with_context(place)?;
                }
                Ok(())
            }
        }
    }

    /// Puts the table on the disk and under its name.
    pub(crate) fn finish(self) -> anyhow::Result<()> {
        let place = || format!("{}: cannot be written", self.path.display());
        let file = match self.format {
            Format::Csv(csv) => csv.into_inner().map_err(|error| error.into_error()).with_context(place)?,
            Format::Parquet(mut writer, mut columns) => {
                if columns.rows() > 0 {
                    writer.write(&columns.batch().with_context(place)?).with_context(place)?;
                }
                writer.into_inner().with_context(place)?
            }
        };
        let file = file.into_inner().map_err(|error| error.into_error()).with_context(place)?;
        put_in_place(file, &self.path).with_context(place)
    }
}

/// Writes a file of another format, whole or not at all.
pub(crate) fn write_whole(path: &Path, content: &[u8]) -> anyhow::Result<()> {
    let place = || format!("{}: cannot be written", path.display());
    let mut file = unfinished(path).with_context(place)?;
    file.write_all(content).with_context(place)?;
    put_in_place(file, path).with_context(place)
}

/// A file beside the one that it is going to be; its folder is made where it is missing.
fn unfinished(path: &Path) -> std::io::Result<NamedTempFile> {
    let folder = path.parent().filter(|f| !f.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    tempfile::Builder::new().prefix(".unfinished-").tempfile_in(folder)
}

/// Puts a finished file on the disk and under its name.
fn put_in_place(mut file: NamedTempFile, path: &Path) -> std::io::Result<()> {
    file.flush()?;
    file.as_file().sync_all()?;
    readable_by_all(file.as_file())?;
    file.persist(path)?;
    Ok(())
}

/// Temporary files are private; a finished result is as readable as other files are.
fn readable_by_all(file: &File) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(fs::Permissions::from_mode(0o644))
}
