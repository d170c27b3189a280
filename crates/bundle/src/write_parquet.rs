//! Writes the rows of a table as Parquet: zstd, instants as `timestamp[us, UTC]`.

use std::{fmt, io, sync::Arc};

use arrow::{
    array::{
        ArrayBuilder, ArrayRef, Float64Builder, Int64Builder, RecordBatch, StringBuilder,
        TimestampMicrosecondBuilder,
    },
    datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit},
};
use jiff::Timestamp;
use parquet::{
    arrow::ArrowWriter,
    basic::{Compression, ZstdLevel},
    file::properties::WriterProperties,
};
use tempfile::NamedTempFile;

use crate::{
    row::Sink,
    table::{Column, ColumnType, Presence},
};

/// Rows encoded at once.
const BATCH_ROWS: usize = 16_384;

enum Builder {
    Text(StringBuilder),
    Instant(TimestampMicrosecondBuilder),
    Integer(Int64Builder),
    Decimal(Float64Builder),
}

impl Builder {
    fn new(holds: ColumnType) -> Self {
        match holds {
            ColumnType::Text => Builder::Text(StringBuilder::new()),
            ColumnType::Instant => Builder::Instant(TimestampMicrosecondBuilder::new().with_timezone("UTC")),
            ColumnType::Integer => Builder::Integer(Int64Builder::new()),
            ColumnType::Decimal => Builder::Decimal(Float64Builder::new()),
        }
    }

    fn array(&mut self) -> ArrayRef {
        match self {
            Builder::Text(builder) => ArrayBuilder::finish(builder),
            Builder::Instant(builder) => ArrayBuilder::finish(builder),
            Builder::Integer(builder) => ArrayBuilder::finish(builder),
            Builder::Decimal(builder) => ArrayBuilder::finish(builder),
        }
    }
}

/// A Parquet file being written.
pub(crate) struct ParquetSink {
    writer: ArrowWriter<NamedTempFile>,
    schema: SchemaRef,
    builders: Vec<Builder>,
    column: usize,
    rows: usize,
}

impl fmt::Debug for ParquetSink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ParquetSink").field("schema", &self.schema).finish_non_exhaustive()
    }
}

fn field(column: &Column) -> Field {
    let data_type = match column.holds {
        ColumnType::Text => DataType::Utf8,
        ColumnType::Instant => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        ColumnType::Integer => DataType::Int64,
        ColumnType::Decimal => DataType::Float64,
    };
    Field::new(column.name, data_type, column.presence == Presence::Optional)
}

impl ParquetSink {
    /// Starts a file.
    pub(crate) fn create(file: NamedTempFile, columns: &[Column]) -> io::Result<Self> {
        let schema: SchemaRef = Arc::new(Schema::new(columns.iter().map(field).collect::<Vec<_>>()));
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_created_by("cleanbill".to_owned())
            .build();
        let writer =
            ArrowWriter::try_new(file, Arc::clone(&schema), Some(properties)).map_err(io::Error::other)?;
        let builders = columns.iter().map(|c| Builder::new(c.holds)).collect();
        Ok(ParquetSink { writer, schema, builders, column: 0, rows: 0 })
    }

    /// Ends a row.
    pub(crate) fn end_row(&mut self) -> io::Result<()> {
        self.column = 0;
        self.rows += 1;
        if self.rows == BATCH_ROWS { self.flush() } else { Ok(()) }
    }

    /// Completes the file.
    pub(crate) fn finish(mut self) -> io::Result<NamedTempFile> {
        self.flush()?;
        self.writer.into_inner().map_err(io::Error::other)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.rows = 0;
        let arrays = self.builders.iter_mut().map(Builder::array).collect();
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), arrays).map_err(io::Error::other)?;
        self.writer.write(&batch).map_err(io::Error::other)
    }

    fn next(&mut self) -> Option<&mut Builder> {
        let column = self.column;
        self.column += 1;
        self.builders.get_mut(column)
    }
}

impl Sink for ParquetSink {
    // INVARIANT: a row writes its cells in the order and of the types of its table's columns; a cell that does not is
    // missing from its column, and the batch of unequal columns is refused when it is flushed.
    fn text(&mut self, text: &str) {
        if let Some(Builder::Text(builder)) = self.next() {
            builder.append_value(text);
        }
    }

    fn instant(&mut self, instant: Timestamp) {
        if let Some(Builder::Instant(builder)) = self.next() {
            builder.append_value(instant.as_microsecond());
        }
    }

    fn integer(&mut self, number: i64) {
        if let Some(Builder::Integer(builder)) = self.next() {
            builder.append_value(number);
        }
    }

    fn decimal(&mut self, number: f64) {
        if let Some(Builder::Decimal(builder)) = self.next() {
            builder.append_value(number);
        }
    }

    fn empty(&mut self) {
        match self.next() {
            Some(Builder::Text(builder)) => builder.append_null(),
            Some(Builder::Instant(builder)) => builder.append_null(),
            Some(Builder::Integer(builder)) => builder.append_null(),
            Some(Builder::Decimal(builder)) => builder.append_null(),
            None => {}
        }
    }
}
