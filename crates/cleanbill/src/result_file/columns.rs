//! Columns of a Parquet result, gathered row by row.

use std::sync::Arc;

use arrow::{
    array::{
        ArrayRef, Float64Builder, Int64Builder, RecordBatch, StringBuilder, TimestampMicrosecondBuilder,
    },
    datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit},
    error::ArrowError,
};

use super::{Kind, Value};

enum Builder {
    Text(StringBuilder),
    Instant(TimestampMicrosecondBuilder),
    Integer(Int64Builder),
    Decimal(Float64Builder),
}

pub(super) struct Columns {
    schema: SchemaRef,
    builders: Vec<Builder>,
    rows: usize,
}

impl Columns {
    pub(super) fn new(columns: &[(&str, Kind)]) -> Self {
        let utc = || DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
        let field = |(name, kind): &(&str, Kind)| match kind {
            Kind::Text => Field::new(*name, DataType::Utf8, false),
            Kind::Instant => Field::new(*name, utc(), true),
            Kind::Integer => Field::new(*name, DataType::Int64, false),
            Kind::Decimal => Field::new(*name, DataType::Float64, false),
        };
        let builder = |(_, kind): &(&str, Kind)| match kind {
            Kind::Text => Builder::Text(StringBuilder::new()),
            Kind::Instant => Builder::Instant(TimestampMicrosecondBuilder::new().with_timezone("UTC")),
            Kind::Integer => Builder::Integer(Int64Builder::new()),
            Kind::Decimal => Builder::Decimal(Float64Builder::new()),
        };
        let schema = Arc::new(Schema::new(columns.iter().map(field).collect::<Vec<_>>()));
        Columns { schema, builders: columns.iter().map(builder).collect(), rows: 0 }
    }

    pub(super) fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    pub(super) fn push(&mut self, values: &[Value<'_>]) {
        self.rows += 1;
        for (builder, value) in self.builders.iter_mut().zip(values) {
            match (builder, value) {
                (Builder::Text(builder), Value::Text(text)) => builder.append_value(text),
                (Builder::Instant(builder), Value::Instant(at)) => {
                    builder.append_option(at.map(|at| at.as_microsecond()));
                }
                (Builder::Integer(builder), Value::Integer(number)) => builder.append_value(*number),
                (Builder::Decimal(builder), Value::Decimal(number)) => builder.append_value(*number),
                // INVARIANT: values stand in the order of the columns. A mismatch shows as unequal lengths in `batch`.
                _ => {}
            }
        }
    }

    /// The rows gathered so far; none are left.
    pub(super) fn batch(&mut self) -> Result<RecordBatch, ArrowError> {
        self.rows = 0;
        let arrays = self.builders.iter_mut().map(|builder| -> ArrayRef {
            match builder {
                Builder::Text(builder) => Arc::new(builder.finish()),
                Builder::Instant(builder) => Arc::new(builder.finish()),
                Builder::Integer(builder) => Arc::new(builder.finish()),
                Builder::Decimal(builder) => Arc::new(builder.finish()),
            }
        });
        let arrays: Vec<ArrayRef> = arrays.collect();
        RecordBatch::try_new(self.schema(), arrays)
    }
}
