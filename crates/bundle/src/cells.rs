//! One way to read cells, whether they come from CSV, from Parquet or from a converter.

use std::{fmt, str::FromStr};

use jiff::Timestamp;

use crate::{
    bad::BadCell,
    table::{Column, Presence, Table},
};

/// Whether evidence may lie after the instant a bundle is read for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Future {
    /// Whatever happened after this instant makes a bad row: it cannot have been known then.
    Reject(Timestamp),
    /// Every instant is read; for replaying the past.
    Allow,
}

/// A fault of a cell before its column is known: what stands there and why it will not do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What stands in the cell.
    pub value: String,
    /// What is wrong with it, and what to do.
    pub why: String,
}

/// Where the cells of the current row come from. Columns count as in [`Table::columns`]; an empty cell and a cell of
/// an absent column are `None`.
pub trait CellSource {
    /// The text of a cell.
    ///
    /// # Errors
    /// [`Fault`] where the cell does not hold text.
    fn text(&self, column: usize) -> Result<Option<&str>, Fault>;
    /// The instant in a cell.
    ///
    /// # Errors
    /// [`Fault`] where the cell does not hold an instant to the microsecond.
    fn instant(&self, column: usize) -> Result<Option<Timestamp>, Fault>;
    /// The whole number in a cell.
    ///
    /// # Errors
    /// [`Fault`] where the cell does not hold a whole number.
    fn integer(&self, column: usize) -> Result<Option<i64>, Fault>;
    /// The number in a cell.
    ///
    /// # Errors
    /// [`Fault`] where the cell does not hold a finite number.
    fn decimal(&self, column: usize) -> Result<Option<f64>, Fault>;
}

/// The cells of one row of a table, as [`crate::Row::parse`] reads them.
pub struct Cells<'a> {
    source: &'a dyn CellSource,
    table: Table,
    future: Future,
}

impl fmt::Debug for Cells<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The cells carry personal data.
        f.debug_struct("Cells").field("table", &self.table).finish_non_exhaustive()
    }
}

/// Longest free text, in characters: a name, a setting, a ground.
pub const FREE_TEXT_CHARACTERS_MAX: usize = 4_000;

impl<'a> Cells<'a> {
    /// The cells of one row.
    #[must_use]
    pub fn new(source: &'a dyn CellSource, table: Table, future: Future) -> Self {
        Cells { source, table, future }
    }

    /// A cell that must hold an id or a word.
    ///
    /// # Errors
    /// [`BadCell`] where it is empty or not such a word.
    pub fn word<T: FromStr<Err: fmt::Display>>(&self, column: usize) -> Result<T, BadCell> {
        self.word_if_any(column)?.ok_or_else(|| self.empty(column))
    }

    /// A cell that holds an id or a word, or nothing.
    ///
    /// # Errors
    /// [`BadCell`] where it holds something else.
    pub fn word_if_any<T: FromStr<Err: fmt::Display>>(&self, column: usize) -> Result<Option<T>, BadCell> {
        let Some(text) = self.source.text(column).map_err(|f| self.fault(column, f))? else {
            return Ok(None);
        };
        text.parse().map(Some).map_err(|e: T::Err| {
            let why = e.to_string();
            // The value is told beside the reason.
            let why = why.strip_prefix(&format!("`{text}` ")).unwrap_or(&why);
            self.bad(column, text, why)
        })
    }

    /// A cell that holds free text, or nothing.
    ///
    /// # Errors
    /// [`BadCell`] where it is longer than [`FREE_TEXT_CHARACTERS_MAX`].
    pub fn free_text_if_any(&self, column: usize) -> Result<Option<String>, BadCell> {
        let Some(text) = self.source.text(column).map_err(|f| self.fault(column, f))? else {
            return Ok(None);
        };
        let length = if text.len() > FREE_TEXT_CHARACTERS_MAX { text.chars().count() } else { 0 };
        if length > FREE_TEXT_CHARACTERS_MAX {
            let why = format!(
                "a text of {length} characters is too long; at most {FREE_TEXT_CHARACTERS_MAX} are allowed"
            );
            return Err(self.bad(column, text, why));
        }
        Ok(Some(text.to_owned()))
    }

    /// A cell that must hold free text.
    ///
    /// # Errors
    /// [`BadCell`] where it is empty or too long.
    pub fn free_text(&self, column: usize) -> Result<String, BadCell> {
        self.free_text_if_any(column)?.ok_or_else(|| self.empty(column))
    }

    /// A cell that must hold an instant.
    ///
    /// # Errors
    /// [`BadCell`] where it is empty, no instant, or in the future.
    pub fn instant(&self, column: usize) -> Result<Timestamp, BadCell> {
        self.instant_if_any(column)?.ok_or_else(|| self.empty(column))
    }

    /// A cell that holds an instant, or nothing.
    ///
    /// # Errors
    /// [`BadCell`] where it holds something else, or an instant in the future.
    pub fn instant_if_any(&self, column: usize) -> Result<Option<Timestamp>, BadCell> {
        let Some(instant) = self.source.instant(column).map_err(|f| self.fault(column, f))? else {
            return Ok(None);
        };
        let ahead = self.column(column).is_some_and(|c| c.may_lie_ahead);
        match self.future {
            Future::Reject(at) if instant > at && !ahead => Err(self.bad(
                column,
                &instant.to_string(),
                format!("lies in the future of {at}, the instant the bundle is read for; correct it, or read for a later instant"),
            )),
            _ => Ok(Some(instant)),
        }
    }

    /// A cell that holds a whole number of some quantity, or nothing.
    ///
    /// # Errors
    /// [`BadCell`] where it holds something else, or a number `make` refuses.
    pub fn integer_if_any<T, E: fmt::Display>(
        &self,
        column: usize,
        make: impl FnOnce(i64) -> Result<T, E>,
    ) -> Result<Option<T>, BadCell> {
        let number = self.source.integer(column).map_err(|f| self.fault(column, f))?;
        number.map(|n| make(n).map_err(|e| self.bad(column, &n.to_string(), e.to_string()))).transpose()
    }

    /// A cell that holds a number of some quantity, or nothing.
    ///
    /// # Errors
    /// [`BadCell`] where it holds something else, or a number `make` refuses.
    pub fn decimal_if_any<T, E: fmt::Display>(
        &self,
        column: usize,
        make: impl FnOnce(f64) -> Result<T, E>,
    ) -> Result<Option<T>, BadCell> {
        let number = self.source.decimal(column).map_err(|f| self.fault(column, f))?;
        number.map(|n| make(n).map_err(|e| self.bad(column, &n.to_string(), e.to_string()))).transpose()
    }

    /// Refuses a row in which the later of two instants comes before the earlier.
    ///
    /// # Errors
    /// [`BadCell`] naming the column of the later instant.
    pub fn in_order(
        &self,
        (first, earlier): (usize, Option<Timestamp>),
        (then, later): (usize, Option<Timestamp>),
    ) -> Result<(), BadCell> {
        match (earlier, later) {
            (Some(earlier), Some(later)) if later < earlier => {
                let why = format!(
                    "lies before `{}` ({earlier}); correct whichever is wrong",
                    self.column(first).map_or("", |c| c.name)
                );
                Err(self.bad(then, &later.to_string(), why))
            }
            _ => Ok(()),
        }
    }

    /// The instant a row is read for, where its future is refused.
    #[must_use]
    pub fn read_for(&self) -> Option<Timestamp> {
        match self.future {
            Future::Reject(at) => Some(at),
            Future::Allow => None,
        }
    }

    /// A fault of a cell of this row.
    #[must_use]
    pub fn bad(&self, column: usize, value: &str, why: impl Into<String>) -> BadCell {
        BadCell::new(self.column(column).map_or("", |c| c.name), value, why)
    }

    fn column(&self, column: usize) -> Option<&'static Column> {
        self.table.columns().get(column)
    }

    fn empty(&self, column: usize) -> BadCell {
        let why = match self.column(column).map(|c| c.presence) {
            Some(Presence::Required) | None => "must not be empty; fill it in, or leave the row out",
            Some(_) => "must not be empty in such a row; fill it in, or leave the row out",
        };
        self.bad(column, "", why)
    }

    fn fault(&self, column: usize, fault: Fault) -> BadCell {
        self.bad(column, &fault.value, fault.why)
    }
}
