//! What is wrong with a cell, and the row it spoils.

/// A cell that cannot be what its column holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadCell {
    /// The column; empty where the row as a whole is at fault.
    pub column: &'static str,
    /// What stands there, shortened to 200 characters; empty where nothing does.
    pub value: String,
    /// What is wrong with it, and what to do.
    pub why: String,
}

impl BadCell {
    /// A fault of one cell.
    #[must_use]
    pub fn new(column: &'static str, value: &str, why: impl Into<String>) -> Self {
        BadCell { column, value: shortened(value), why: why.into() }
    }
}

/// A row that was left out, with the first fault found in it. Carries personal data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reject {
    /// The table (or the input file's part) the row belongs to.
    pub table: String,
    /// The file.
    pub file: String,
    /// The line the row begins on, counted from 1 with the header; in Parquet the number of the row.
    pub line: u64,
    /// The column; empty where the row as a whole is at fault.
    pub column: String,
    /// What stands there; empty where nothing does.
    pub value: String,
    /// What is wrong with it, and what to do.
    pub why: String,
}

/// Longest value a message quotes, in characters.
const VALUE_CHARACTERS_MAX: usize = 200;

/// A value as messages quote it: at most 200 characters, with `…` where it goes on.
pub(crate) fn shortened(value: &str) -> String {
    match value.char_indices().nth(VALUE_CHARACTERS_MAX) {
        Some((end, _)) => format!("{}…", value.get(..end).unwrap_or_default()),
        None => value.to_owned(),
    }
}
