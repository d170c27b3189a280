//! The evidence bundle: a folder of tables in CSV or Parquet, the input of every batch command, the exchange format
//! between instances and the export of one.
//!
//! Reading never loses a row in silence: every row is taken, or rejected with its place and the reason, and the counts
//! add up. What has no table or column here has no way in.
//!
//! ```no_run
//! use bundle::{Bundle, LoadOptions};
//! use evidence::{About, Visit};
//!
//! # fn main() -> Result<(), bundle::BundleError> {
//! let bundle = Bundle::open("city".as_ref())?;
//! let mut loader = bundle.load(LoadOptions::default());
//! let mut open_visits = 0;
//! loader.each::<About<Visit>>(|visit| open_visits += u64::from(visit.says.left.is_none()))?;
//! let report = loader.finish()?; // an error where a row was bad
//! println!("{open_visits} of {} rows", report.read());
//! # Ok(())
//! # }
//! ```
//!
//! To add a column: name it in `table.rs`, read and write it in `rows/`, say so in the book. To add a table is a
//! decision about purpose, legal basis and retention first.

mod age;
mod arrow_column;
mod bad;
mod cells;
mod conversion;
mod convert;
mod csv_records;
mod csv_table;
mod description;
mod description_dialect;
mod description_schema;
mod description_write;
mod draft;
mod error;
mod folder;
mod godata;
mod header;
mod input_table;
mod known;
mod linelist;
mod load;
mod local_time;
mod parquet_table;
mod read;
mod rejected;
mod row;
mod rows;
mod scalar;
mod table;
mod write;
mod write_csv;
mod write_parquet;

pub use bad::{BadCell, Reject};
pub use cells::{CellSource, Cells, FREE_TEXT_CHARACTERS_MAX, Fault, Future};
pub use conversion::{Conversion, ConversionOptions, InputCount};
pub use convert::convert;
pub use csv_records::{Dialect, RECORD_BYTES_MAX, RECORD_FIELDS_MAX};
pub use error::BundleError;
pub use folder::{Bundle, DESCRIPTION_FILE, Format, Source};
pub use godata::{Godata, from_godata};
pub use linelist::{Linelist, from_linelist};
pub use load::{LoadOptions, Loader, Progress, REJECTS_KEPT_MAX, Report, TableCount};
pub use read::{Numbered, RowError, Rows};
pub use rejected::{REJECTED_FILE, Rejects};
pub use row::{ForEveryTable, Links, Row, Sink, for_every_table, for_table};
pub use table::{Column, ColumnType, Presence, Table, UnknownTable};
pub use write::{BundleWriter, TableWriter, WriteOptions};
