//! What a type must know to be a row of a table.

use jiff::Timestamp;

use crate::{bad::BadCell, cells::Cells, table::Table};

/// Takes the cells of a row, one after the other in the order of [`Table::columns`].
pub trait Sink {
    /// A cell of text.
    fn text(&mut self, text: &str);
    /// A cell with an instant.
    fn instant(&mut self, instant: Timestamp);
    /// A cell with a whole number.
    fn integer(&mut self, number: i64);
    /// A cell with a number.
    fn decimal(&mut self, number: f64);
    /// An empty cell.
    fn empty(&mut self);
}

impl dyn Sink + '_ {
    pub(crate) fn text_if_any(&mut self, text: Option<&str>) {
        match text {
            Some(text) => self.text(text),
            None => self.empty(),
        }
    }

    pub(crate) fn instant_if_any(&mut self, instant: Option<Timestamp>) {
        match instant {
            Some(instant) => self.instant(instant),
            None => self.empty(),
        }
    }

    pub(crate) fn integer_if_any(&mut self, number: Option<i64>) {
        match number {
            Some(number) => self.integer(number),
            None => self.empty(),
        }
    }

    pub(crate) fn decimal_if_any(&mut self, number: Option<f64>) {
        match number {
            Some(number) => self.decimal(number),
            None => self.empty(),
        }
    }
}

/// The ids by which a row hangs together with other rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Links<'a> {
    /// What the row alone may hold: the values of [`Table::unique`], the second one empty where there is one column.
    pub own: Option<[&'a str; 2]>,
    /// The person the row is about, who must be in `people`.
    pub person: Option<&'a str>,
    /// The case the row speaks of, which must be in `cases`.
    pub case: Option<&'a str>,
    /// The venue the row speaks of, which must be in `venues` where the bundle has that table.
    pub venue: Option<&'a str>,
}

/// A row of a table.
pub trait Row: Sized {
    /// The table.
    const TABLE: Table;

    /// Reads a row, and refuses one that contradicts itself.
    ///
    /// # Errors
    /// [`BadCell`] with the first fault found.
    fn parse(cells: &Cells<'_>) -> Result<Self, BadCell>;

    /// Writes the row's cells in the order of the table's columns.
    fn write(&self, to: &mut dyn Sink);

    /// The ids by which the row hangs together with others.
    fn links(&self) -> Links<'_>;
}

/// Something done once for every table, with the table's row type.
pub trait ForEveryTable {
    /// What can go wrong.
    type Error;

    /// Does it for one table.
    ///
    /// # Errors
    /// Whatever stops the whole.
    fn table<R: Row>(&mut self) -> Result<(), Self::Error>;
}

/// Does something once for every table, in the order of [`Table::ALL`].
///
/// # Errors
/// The first error that `action` gives.
pub fn for_every_table<A: ForEveryTable>(action: &mut A) -> Result<(), A::Error> {
    Table::ALL.iter().try_for_each(|table| for_table(*table, action))
}

/// Does something for one table, with its row type.
///
/// # Errors
/// The error that `action` gives.
pub fn for_table<A: ForEveryTable>(table: Table, action: &mut A) -> Result<(), A::Error> {
    use evidence::{
        About, Case, Check, Declaration, HouseholdMember, NamedContact, Person, RegionPeriod, Ruling, Stay,
        Test, Trip, Venue, Visit,
    };
    match table {
        Table::People => action.table::<Person>(),
        Table::Households => action.table::<HouseholdMember>(),
        Table::Regions => action.table::<RegionPeriod>(),
        Table::Venues => action.table::<Venue>(),
        Table::Cases => action.table::<About<Case>>(),
        Table::Declarations => action.table::<About<Declaration>>(),
        Table::Checks => action.table::<About<Check>>(),
        Table::Stays => action.table::<About<Stay>>(),
        Table::Visits => action.table::<About<Visit>>(),
        Table::Trips => action.table::<About<Trip>>(),
        Table::NamedContacts => action.table::<NamedContact>(),
        Table::Tests => action.table::<About<Test>>(),
        Table::Rulings => action.table::<About<Ruling>>(),
    }
}
