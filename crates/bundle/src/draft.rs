//! A row of a table as a converter puts it together, to be read like any other row.

use jiff::Timestamp;

use crate::{
    bad::BadCell,
    cells::{CellSource, Cells, Fault, Future},
    row::Row,
    scalar,
    table::Table,
};

/// What a converter found for a cell.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Text(String),
    Instant(Timestamp),
    Integer(i64),
}

/// A row being put together.
#[derive(Debug)]
pub(crate) struct Draft {
    table: Table,
    cells: Vec<Option<Value>>,
}

impl Draft {
    /// A row of empty cells.
    pub(crate) fn new(table: Table) -> Self {
        Draft { table, cells: vec![None; table.columns().len()] }
    }

    /// Fills a cell by the name of its column; an empty text and nothing leave it empty.
    pub(crate) fn with(mut self, column: &str, value: impl Into<Option<Value>>) -> Self {
        self.set(column, value.into());
        self
    }

    /// As [`Draft::with`], in place.
    pub(crate) fn set(&mut self, column: &str, value: Option<Value>) {
        let place = self.table.columns().iter().position(|c| c.name == column);
        if let Some(cell) = place.and_then(|place| self.cells.get_mut(place)) {
            *cell = value.filter(|value| !matches!(value, Value::Text(text) if text.is_empty()));
        }
    }

    /// A cell's value by the name of its column.
    pub(crate) fn value(&self, column: &str) -> Option<&Value> {
        let place = self.table.columns().iter().position(|c| c.name == column)?;
        self.cells.get(place)?.as_ref()
    }

    /// Reads the row, with every check a row of a bundle passes.
    ///
    /// # Errors
    /// [`BadCell`] with the first fault found.
    pub(crate) fn read<R: Row>(&self) -> Result<R, BadCell> {
        R::parse(&Cells::new(self, R::TABLE, Future::Allow))
    }

    fn cell(&self, column: usize) -> Option<&Value> {
        self.cells.get(column)?.as_ref()
    }
}

/// A text as a cell's value.
pub(crate) fn text(text: impl Into<String>) -> Value {
    Value::Text(text.into())
}

impl Value {
    fn shown(&self) -> String {
        match self {
            Value::Text(text) => crate::bad::shortened(text),
            Value::Instant(instant) => instant.to_string(),
            Value::Integer(number) => number.to_string(),
        }
    }

    fn fault(&self, why: impl Into<String>) -> Fault {
        Fault { value: self.shown(), why: why.into() }
    }
}

impl CellSource for Draft {
    fn text(&self, column: usize) -> Result<Option<&str>, Fault> {
        match self.cell(column) {
            None => Ok(None),
            Some(Value::Text(text)) => Ok(Some(text)),
            Some(other) => Err(other.fault("is not a text")),
        }
    }

    fn instant(&self, column: usize) -> Result<Option<Timestamp>, Fault> {
        match self.cell(column) {
            None => Ok(None),
            Some(Value::Instant(instant)) => Ok(Some(*instant)),
            Some(other) => Err(other.fault("is not a time")),
        }
    }

    fn integer(&self, column: usize) -> Result<Option<i64>, Fault> {
        match self.cell(column) {
            None => Ok(None),
            Some(Value::Integer(number)) => Ok(Some(*number)),
            Some(Value::Text(text)) => scalar::integer(text).map(Some).map_err(|why| text_fault(text, why)),
            Some(other) => Err(other.fault("is not a whole number")),
        }
    }

    fn decimal(&self, column: usize) -> Result<Option<f64>, Fault> {
        match self.cell(column) {
            None => Ok(None),
            Some(Value::Integer(number)) => Ok(Some(*number as f64)),
            Some(Value::Text(text)) => scalar::decimal(text).map(Some).map_err(|why| text_fault(text, why)),
            Some(other) => Err(other.fault("is not a number")),
        }
    }
}

fn text_fault(text: &str, why: String) -> Fault {
    Fault { value: crate::bad::shortened(text), why }
}
