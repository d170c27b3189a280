//! What stops a bundle from being read, written or converted.

use std::{io, path::Path};

use crate::{conversion::Conversion, load::Report, rejected::Rejects, table::Table};

/// Why a bundle could not be read, written or converted. Every message names the place and the remedy.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// The operating system would not give a file or folder.
    #[error("{path}: cannot be read: {source}; check that it exists and that you may read it")]
    Unreadable {
        /// The file or folder.
        path: String,
        /// What the operating system said.
        source: io::Error,
    },
    /// The operating system would not take a file.
    #[error("{path}: cannot be written: {source}; check the folder, your rights in it and the space left")]
    Unwritable {
        /// The file or folder.
        path: String,
        /// What the operating system said.
        source: io::Error,
    },
    /// The folder holds no table.
    #[error(
        "{folder}: holds no evidence bundle; put tables such as people.csv or visits.parquet there \
         (the tables are {tables})",
        tables = Table::names()
    )]
    NoBundle {
        /// The folder.
        folder: String,
    },
    /// A table twice, or a file that is no table, or one that the description does not list.
    #[error("{folder}: {why}; {remedy}")]
    Folder {
        /// The folder.
        folder: String,
        /// What is wrong.
        why: String,
        /// What to do.
        remedy: String,
    },
    /// `datapackage.json` cannot be followed.
    #[error("{file}{place}: {why}; {remedy}")]
    Description {
        /// The file.
        file: String,
        /// Where in it: a line, a resource, a field.
        place: String,
        /// What is wrong.
        why: String,
        /// What to do.
        remedy: String,
    },
    /// The bytes are not UTF-8.
    #[error(
        "{file}, line {line}: is not UTF-8 text; save the file as UTF-8 (in a spreadsheet: \"CSV UTF-8\")"
    )]
    NotUtf8 {
        /// The file.
        file: String,
        /// The line the offending bytes stand on.
        line: u64,
    },
    /// A record beyond any sensible size.
    #[error("{file}, line {line}: the record that begins here has more than {limit}; {remedy}")]
    RecordTooLong {
        /// The file.
        file: String,
        /// The line the record begins on.
        line: u64,
        /// The limit, with its unit.
        limit: String,
        /// What to do.
        remedy: &'static str,
    },
    /// The file ends inside a quoted field.
    #[error(
        "{file}, line {line}: a quotation mark opened in the record that begins here is never closed, so every \
         line after it was taken for one field; close it, or write a quotation mark inside a field twice"
    )]
    QuoteNotClosed {
        /// The file.
        file: String,
        /// The line the record begins on.
        line: u64,
    },
    /// The header or schema does not fit the table.
    #[error("{file}, line 1: {why}; {remedy}")]
    Header {
        /// The file.
        file: String,
        /// What is wrong.
        why: String,
        /// What to do.
        remedy: String,
    },
    /// A Parquet file is damaged, foreign or of unexpected types.
    #[error("{file}: {why}; {remedy}")]
    Parquet {
        /// The file.
        file: String,
        /// What is wrong.
        why: String,
        /// What to do.
        remedy: String,
    },
    /// A mapping file for line lists cannot be followed.
    #[error("{file}{place}: {why}; {remedy}")]
    Mapping {
        /// The mapping file.
        file: String,
        /// Where in it.
        place: String,
        /// What is wrong.
        why: String,
        /// What to do.
        remedy: String,
    },
    /// Rows were bad and nobody asked for going on without them.
    #[error("{}", sentence(.0.all_rejects(), .0.read()))]
    Rejected(Box<Report>),
    /// Rows of another system's export were bad and nobody asked for going on without them.
    #[error("{}", sentence(.0.rejects(), .0.read()))]
    RejectedInput(Box<Conversion>),
}

impl BundleError {
    /// A file or folder that the operating system would not give.
    pub(crate) fn unreadable(path: &Path) -> impl FnOnce(io::Error) -> BundleError {
        let path = path.display().to_string();
        move |source| BundleError::Unreadable { path, source }
    }

    /// A file or folder that the operating system would not take.
    pub(crate) fn unwritable(path: &Path) -> impl FnOnce(io::Error) -> BundleError {
        let path = path.display().to_string();
        move |source| BundleError::Unwritable { path, source }
    }
}

/// The rejected rows in a few words, with the first of them.
fn sentence(rejects: &Rejects, read: u64) -> String {
    let count = rejects.count();
    let (is, rows) = if count == 1 { ("is", "the row") } else { ("are", "the rows") };
    let first = rejects.kept().first().map_or(String::new(), |first| format!("; the first: {first}"));
    format!(
        "{count} of {read} rows {is} bad{first}. Correct {rows}, or skip bad rows (--skip-bad-rows) to go on without"
    )
}
