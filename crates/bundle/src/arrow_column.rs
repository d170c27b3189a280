//! One column of an Arrow batch, as the bundle's columns are read from it.

use arrow::{
    array::{
        Array, ArrayRef, AsArray, Float64Array, Int64Array, LargeStringArray, StringArray, StringViewArray,
    },
    compute::{CastOptions, cast_with_options},
    datatypes::{DataType, Float64Type, Int64Type, TimeUnit},
    error::ArrowError,
};
use jiff::Timestamp;

use crate::{
    bad::shortened,
    cells::Fault,
    error::BundleError,
    scalar,
    table::{Column, ColumnType},
};

/// A column of a batch.
#[derive(Debug)]
pub(crate) enum ArrowColumn {
    /// The file does not have the column, or it holds nothing but nulls.
    Absent,
    /// Text with 32-bit offsets.
    Text(StringArray),
    /// Text with 64-bit offsets.
    LargeText(LargeStringArray),
    /// Text as views.
    TextView(StringViewArray),
    /// Instants as counts of a unit since 1970.
    Instant(TimeUnit, Int64Array),
    /// Whole numbers.
    Integer(Int64Array),
    /// Numbers.
    Decimal(Float64Array),
}

/// Whether a type is text in any of its layouts.
fn is_text(data_type: &DataType) -> bool {
    match data_type {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => true,
        DataType::Dictionary(_, values) => is_text(values),
        _ => false,
    }
}

/// Refuses a column whose type cannot be what the table's column holds.
///
/// # Errors
/// [`BundleError::Parquet`] naming the type and the remedy.
pub(crate) fn refuse_type(file: &str, column: &Column, data_type: &DataType) -> Result<(), BundleError> {
    let fits = match column.holds {
        _ if is_text(data_type) || *data_type == DataType::Null => true,
        ColumnType::Text => false,
        ColumnType::Instant => matches!(data_type, DataType::Timestamp(_, Some(_))),
        ColumnType::Integer | ColumnType::Decimal => data_type.is_integer() || data_type.is_floating(),
    };
    if fits {
        return Ok(());
    }
    let remedy = match (column.holds, data_type) {
        (ColumnType::Instant, DataType::Timestamp(_, None)) => {
            "its times have no zone, so nobody can tell when they were; write it as timestamp[us, UTC]"
        }
        (ColumnType::Instant, DataType::Date32 | DataType::Date64) => {
            "a day is not an instant; write it as timestamp[us, UTC]"
        }
        (ColumnType::Instant, _) => "write it as timestamp[us, UTC]",
        (ColumnType::Text, _) => "write it as a string",
        (ColumnType::Integer, _) => "write it as an integer",
        (ColumnType::Decimal, _) => "write it as a double",
    };
    Err(BundleError::Parquet {
        file: file.to_owned(),
        why: format!("the column `{}` is of type {data_type}", column.name),
        remedy: remedy.to_owned(),
    })
}

impl ArrowColumn {
    /// Takes over a column whose type [`refuse_type`] let pass.
    ///
    /// # Errors
    /// [`ArrowError`] where the values do not fit, such as an unsigned number beyond 63 bits.
    pub(crate) fn new(holds: ColumnType, array: &ArrayRef) -> Result<Self, ArrowError> {
        let strict = CastOptions { safe: false, ..CastOptions::default() };
        let cast = |to: &DataType| cast_with_options(array, to, &strict);
        Ok(match array.data_type() {
            DataType::Null => ArrowColumn::Absent,
            DataType::Utf8 => ArrowColumn::Text(array.as_string::<i32>().clone()),
            DataType::LargeUtf8 => ArrowColumn::LargeText(array.as_string::<i64>().clone()),
            DataType::Utf8View => ArrowColumn::TextView(array.as_string_view().clone()),
            DataType::Dictionary(..) => {
                ArrowColumn::LargeText(cast(&DataType::LargeUtf8)?.as_string::<i64>().clone())
            }
            DataType::Timestamp(unit, _) => {
                ArrowColumn::Instant(*unit, cast(&DataType::Int64)?.as_primitive::<Int64Type>().clone())
            }
            _ if holds == ColumnType::Decimal || array.data_type().is_floating() => {
                ArrowColumn::Decimal(cast(&DataType::Float64)?.as_primitive::<Float64Type>().clone())
            }
            _ => ArrowColumn::Integer(cast(&DataType::Int64)?.as_primitive::<Int64Type>().clone()),
        })
    }

    /// The text of a row; an empty text is an empty cell.
    pub(crate) fn text(&self, row: usize) -> Option<&str> {
        let text = match self {
            ArrowColumn::Text(texts) if present(texts, row) => texts.value(row),
            ArrowColumn::LargeText(texts) if present(texts, row) => texts.value(row),
            ArrowColumn::TextView(texts) if present(texts, row) => texts.value(row),
            _ => return None,
        };
        (!text.is_empty()).then_some(text)
    }

    fn parsed<T>(&self, row: usize, read: fn(&str) -> Result<T, String>) -> Result<Option<T>, Fault> {
        let Some(text) = self.text(row) else { return Ok(None) };
        read(text).map(Some).map_err(|why| Fault { value: shortened(text), why })
    }

    /// The instant of a row.
    pub(crate) fn instant(&self, row: usize) -> Result<Option<Timestamp>, Fault> {
        let ArrowColumn::Instant(unit, counts) = self else { return self.parsed(row, scalar::instant) };
        if !present(counts, row) {
            return Ok(None);
        }
        let count = counts.value(row);
        let instant = match unit {
            TimeUnit::Second => Timestamp::from_second(count),
            TimeUnit::Millisecond => Timestamp::from_millisecond(count),
            TimeUnit::Microsecond => Timestamp::from_microsecond(count),
            TimeUnit::Nanosecond => Timestamp::from_nanosecond(i128::from(count)),
        };
        let fault = |why| Fault { value: format!("{count} {}", unit_name(*unit)), why };
        let instant = instant
            .map_err(|_| fault("is no time between the years -9999 and 9999; correct it".to_owned()))?;
        scalar::whole_microseconds(instant).map(Some).map_err(fault)
    }

    /// The whole number of a row.
    pub(crate) fn integer(&self, row: usize) -> Result<Option<i64>, Fault> {
        match self {
            ArrowColumn::Integer(numbers) => Ok(present(numbers, row).then(|| numbers.value(row))),
            // Tools that know no missing integers write them as floating-point numbers.
            ArrowColumn::Decimal(numbers) if present(numbers, row) => {
                let number = numbers.value(row);
                let whole = number as i64;
                if whole as f64 == number {
                    Ok(Some(whole))
                } else {
                    Err(Fault {
                        value: number.to_string(),
                        why: "is not a whole number; write digits only".to_owned(),
                    })
                }
            }
            ArrowColumn::Decimal(_) => Ok(None),
            _ => self.parsed(row, scalar::integer),
        }
    }

    /// The number of a row.
    pub(crate) fn decimal(&self, row: usize) -> Result<Option<f64>, Fault> {
        match self {
            ArrowColumn::Decimal(numbers) if present(numbers, row) => {
                let number = numbers.value(row);
                scalar::finite(number).map(Some).map_err(|why| Fault { value: number.to_string(), why })
            }
            ArrowColumn::Decimal(_) => Ok(None),
            _ => self.parsed(row, scalar::decimal),
        }
    }
}

/// Whether a row is there and not null. Asked before `value`, which panics beyond the end.
fn present(array: &dyn Array, row: usize) -> bool {
    row < array.len() && array.is_valid(row)
}

fn unit_name(unit: TimeUnit) -> &'static str {
    match unit {
        TimeUnit::Second => "s since 1970",
        TimeUnit::Millisecond => "ms since 1970",
        TimeUnit::Microsecond => "µs since 1970",
        TimeUnit::Nanosecond => "ns since 1970",
    }
}
