//! Writes one bundle as another: CSV as Parquet and the other way round.

use std::path::Path;

use crate::{
    error::BundleError,
    folder::Bundle,
    load::{LoadOptions, Loader, Report},
    row::{ForEveryTable, Row, for_every_table},
    write::{BundleWriter, WriteOptions},
};

/// Reads a bundle with every check and writes all its tables to another folder; gives what became of the rows.
///
/// # Errors
/// [`BundleError`] where either bundle cannot be read or written, or a row is bad and bad rows are not to be skipped;
/// then nothing is written.
pub fn convert(
    from: &Bundle,
    to: &Path,
    read: LoadOptions,
    write: WriteOptions,
) -> Result<Report, BundleError> {
    let writer = BundleWriter::create(to, write)?;
    let mut copy = CopyTable { loader: from.load(read), writer, from };
    for_every_table(&mut copy)?;
    let report = copy.loader.finish()?;
    copy.writer.finish()?;
    Ok(report)
}

struct CopyTable<'b> {
    loader: Loader<'b>,
    writer: BundleWriter,
    from: &'b Bundle,
}

impl ForEveryTable for CopyTable<'_> {
    type Error = BundleError;

    fn table<R: Row>(&mut self) -> Result<(), BundleError> {
        if self.from.source(R::TABLE).is_none() {
            return Ok(());
        }
        let mut table = self.writer.table::<R>()?;
        self.loader.try_each::<R, BundleError>(|row| table.write(&row))?;
        self.writer.add(table).map(drop)
    }
}
