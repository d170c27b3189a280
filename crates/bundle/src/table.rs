//! The tables of a bundle and their columns: the closed list of what can be read at all.

use std::{fmt, str::FromStr};

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnType {
    /// Text: ids, words of a closed vocabulary, free text.
    Text,
    /// An instant: RFC 3339 with an offset in CSV, `timestamp[us, UTC]` in Parquet.
    Instant,
    /// A whole number.
    Integer,
    /// A number.
    Decimal,
}

/// What may be missing from a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// The column must be there and every cell filled.
    Required,
    /// The column must be there; an empty cell has a meaning of its own.
    EmptyAllowed,
    /// Cells may be empty and the column may be absent altogether.
    Optional,
}

/// A column of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its name in the header.
    pub name: &'static str,
    /// What it holds.
    pub holds: ColumnType,
    /// What may be missing.
    pub presence: Presence,
    /// Whether an instant in it may lie after the instant the bundle is checked for: the announced end of a region's
    /// level or of a ruling.
    pub may_lie_ahead: bool,
}

const fn column(name: &'static str, holds: ColumnType, presence: Presence) -> Column {
    Column { name, holds, presence, may_lie_ahead: false }
}

const fn text(name: &'static str) -> Column {
    column(name, ColumnType::Text, Presence::Required)
}

const fn text_if_any(name: &'static str) -> Column {
    column(name, ColumnType::Text, Presence::Optional)
}

const fn symptoms() -> Column {
    column("symptoms", ColumnType::Text, Presence::EmptyAllowed)
}

const fn instant(name: &'static str) -> Column {
    column(name, ColumnType::Instant, Presence::Required)
}

const fn instant_if_any(name: &'static str) -> Column {
    column(name, ColumnType::Instant, Presence::Optional)
}

const fn integer_if_any(name: &'static str) -> Column {
    column(name, ColumnType::Integer, Presence::Optional)
}

const fn decimal_if_any(name: &'static str) -> Column {
    column(name, ColumnType::Decimal, Presence::Optional)
}

const fn ahead(mut column: Column) -> Column {
    column.may_lie_ahead = true;
    column
}

/// A table of a bundle. There is no other: a source that is none of these has no way in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Table {
    /// Who there is.
    People,
    /// Who shares a home.
    Households,
    /// Published levels of regions.
    Regions,
    /// Places people visit.
    Venues,
    /// Cases.
    Cases,
    /// Declared symptoms.
    Declarations,
    /// Daily health checks.
    Checks,
    /// Stays in regions.
    Stays,
    /// Visits to venues.
    Visits,
    /// Journeys.
    Trips,
    /// Contacts that cases named.
    NamedContacts,
    /// Laboratory tests.
    Tests,
    /// Human decisions.
    Rulings,
}

impl Table {
    /// Every table, those that others refer to first.
    pub const ALL: &'static [Table] = &[
        Table::People,
        Table::Households,
        Table::Regions,
        Table::Venues,
        Table::Cases,
        Table::Declarations,
        Table::Checks,
        Table::Stays,
        Table::Visits,
        Table::Trips,
        Table::NamedContacts,
        Table::Tests,
        Table::Rulings,
    ];

    /// The table's name, which is also its file's name without the extension.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Table::People => "people",
            Table::Households => "households",
            Table::Regions => "regions",
            Table::Venues => "venues",
            Table::Cases => "cases",
            Table::Declarations => "declarations",
            Table::Checks => "checks",
            Table::Stays => "stays",
            Table::Visits => "visits",
            Table::Trips => "trips",
            Table::NamedContacts => "named_contacts",
            Table::Tests => "tests",
            Table::Rulings => "rulings",
        }
    }

    /// The table's columns, in the order in which they are written and in which [`crate::Cells`] counts them.
    #[must_use]
    pub const fn columns(self) -> &'static [Column] {
        match self {
            Table::People => PEOPLE,
            Table::Households => HOUSEHOLDS,
            Table::Regions => REGIONS,
            Table::Venues => VENUES,
            Table::Cases => CASES,
            Table::Declarations => DECLARATIONS,
            Table::Checks => CHECKS,
            Table::Stays => STAYS,
            Table::Visits => VISITS,
            Table::Trips => TRIPS,
            Table::NamedContacts => NAMED_CONTACTS,
            Table::Tests => TESTS,
            Table::Rulings => RULINGS,
        }
    }

    /// The columns that no two rows may share together; empty where a row may be given twice.
    #[must_use]
    pub const fn unique(self) -> &'static [&'static str] {
        match self {
            Table::People => &["person"],
            Table::Households => &["household", "person"],
            Table::Venues => &["venue"],
            Table::Cases => &["case"],
            Table::Tests => &["test"],
            Table::Rulings => &["ruling"],
            _ => &[],
        }
    }

    /// Every table's name, separated by commas: what messages list.
    #[must_use]
    pub fn names() -> String {
        Table::ALL.iter().map(|table| table.name()).collect::<Vec<_>>().join(", ")
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A name that no table of a bundle has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no table of an evidence bundle; the tables are {names}", names = Table::names())]
pub struct UnknownTable(pub String);

impl FromStr for Table {
    type Err = UnknownTable;
    fn from_str(name: &str) -> Result<Self, UnknownTable> {
        Table::ALL.iter().copied().find(|t| t.name() == name).ok_or_else(|| UnknownTable(name.to_owned()))
    }
}

const PEOPLE: &[Column] = &[
    text("person"),
    integer_if_any("birth_year"),
    text_if_any("sex"),
    text_if_any("region"),
    text_if_any("area"),
];
const HOUSEHOLDS: &[Column] = &[text("household"), text("person")];
const REGIONS: &[Column] = &[text("region"), text("level"), instant("from"), ahead(instant_if_any("to"))];
const VENUES: &[Column] =
    &[text("venue"), text_if_any("name"), text("kind"), decimal_if_any("lat"), decimal_if_any("lon")];
const CASES: &[Column] = &[
    text("case"),
    text("person"),
    text("status"),
    instant_if_any("onset"),
    instant_if_any("confirmed"),
    instant_if_any("isolated"),
    instant_if_any("recovered"),
];
const DECLARATIONS: &[Column] = &[text("person"), instant("at"), symptoms()];
const CHECKS: &[Column] =
    &[text("person"), instant("at"), decimal_if_any("temperature_c"), symptoms(), text("by")];
const STAYS: &[Column] = &[text("person"), text("region"), instant("arrived"), instant_if_any("left")];
const VISITS: &[Column] = &[text("person"), text("venue"), instant("entered"), instant_if_any("left")];
const TRIPS: &[Column] = &[
    text("person"),
    text("vehicle"),
    text("mode"),
    text_if_any("car"),
    integer_if_any("row"),
    text_if_any("seat"),
    instant("departed"),
    instant("arrived"),
];
const NAMED_CONTACTS: &[Column] =
    &[text("case"), text("person"), instant("from"), instant_if_any("to"), text_if_any("setting")];
const TESTS: &[Column] = &[
    text("test"),
    text("person"),
    instant("sampled"),
    instant_if_any("reported"),
    text("method"),
    text("result"),
];
const RULINGS: &[Column] = &[
    text("ruling"),
    text("person"),
    text("reason"),
    text("effect"),
    instant("from"),
    ahead(instant("to")),
    text("ground"),
    text("by"),
    text_if_any("second"),
];
