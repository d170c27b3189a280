//! The mapping file: which columns of a line list become which columns of a bundle.

use std::{collections::BTreeMap, fs, path::Path};

use jiff::tz::TimeZone;
use serde::Deserialize;
use toml::Spanned;

use crate::{
    error::BundleError,
    linelist::expression::{Expression, Reading},
    table::{Column, Presence, Table},
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: String,
    time_zone: Spanned<String>,
    #[serde(default)]
    missing: Vec<String>,
    delimiter: Option<Spanned<char>>,
    id_replacement: Option<Spanned<char>>,
    people: Section,
    cases: Section,
    named_contacts: Option<Section>,
    #[serde(default)]
    tests: Vec<Section>,
    #[serde(default)]
    stays: Vec<Section>,
}

type Section = Spanned<BTreeMap<String, Spanned<Expression>>>;

/// What a mapping says of one of our tables: an expression for each column that it fills.
#[derive(Debug)]
pub(crate) struct TableMapping {
    /// The table.
    pub(crate) table: Table,
    /// Its columns with their expressions.
    pub(crate) columns: Vec<(&'static Column, Expression)>,
}

/// A mapping that has been read and checked.
#[derive(Debug)]
pub(crate) struct Mapping {
    /// Its name.
    pub(crate) name: String,
    /// Stands between the fields of the files.
    pub(crate) delimiter: u8,
    /// How cells are read.
    pub(crate) reading: Reading,
    /// People, one a row of the line list.
    pub(crate) people: TableMapping,
    /// Cases, one a row of the line list.
    pub(crate) cases: TableMapping,
    /// Named contacts, one a row of the contact list.
    pub(crate) named_contacts: Option<TableMapping>,
    /// Tests, each at most one a row of the line list.
    pub(crate) tests: Vec<TableMapping>,
    /// Stays, each at most one a row of the line list.
    pub(crate) stays: Vec<TableMapping>,
}

/// Turns places in the text into errors.
struct Text<'a> {
    file: String,
    text: &'a str,
}

impl Text<'_> {
    fn error(&self, start: Option<usize>, why: impl Into<String>, remedy: impl Into<String>) -> BundleError {
        let place = start.map_or(String::new(), |start| {
            let before = self.text.as_bytes().get(..start).unwrap_or_default();
            format!(", line {}", before.iter().filter(|b| **b == b'\n').count() + 1)
        });
        BundleError::Mapping { file: self.file.clone(), place, why: why.into(), remedy: remedy.into() }
    }
}

impl Mapping {
    /// Reads a mapping file.
    ///
    /// # Errors
    /// [`BundleError`] naming the line of what cannot be followed.
    pub(crate) fn open(path: &Path) -> Result<Self, BundleError> {
        let text = fs::read_to_string(path).map_err(BundleError::unreadable(path))?;
        Mapping::read(&text, &path.display().to_string())
    }

    fn read(text: &str, file: &str) -> Result<Self, BundleError> {
        let place = Text { file: file.to_owned(), text };
        let read: File = toml::from_str(text).map_err(|error| {
            let start = error.span().map(|span| span.start);
            place.error(
                start,
                error.message().to_owned(),
                "see the shipped mapping mers-korea-2015.toml for a model",
            )
        })?;
        let zone = TimeZone::get(read.time_zone.get_ref()).map_err(|_| {
            let why = format!("`{}` is no time zone", crate::bad::shortened(read.time_zone.get_ref()));
            place.error(Some(read.time_zone.span().start), why, "give an IANA name such as Asia/Seoul or UTC")
        })?;
        let ascii = |c: &Option<Spanned<char>>, allowed: fn(char) -> bool, remedy: &str| match c {
            Some(c) if !(c.get_ref().is_ascii() && allowed(*c.get_ref())) => {
                Err(place.error(Some(c.span().start), format!("`{}` will not do here", c.get_ref()), remedy))
            }
            Some(c) => Ok(Some(*c.get_ref())),
            None => Ok(None),
        };
        let delimiter = ascii(
            &read.delimiter,
            |c| !matches!(c, '"' | '\r' | '\n'),
            "give one ASCII character such as , or ;",
        )?;
        let id_replacement = ascii(
            &read.id_replacement,
            |c| c.is_ascii_alphanumeric() || "_.:-".contains(c),
            "give a character that may stand in an id: A-Z a-z 0-9 _ . : -",
        )?;
        let person = read.people.get_ref().get("person").map(|p| p.get_ref().clone());
        let section = |table, section: &Section| place.section(table, section, person.as_ref());
        let several = |table, sections: &[Section]| {
            sections.iter().map(|s| section(table, s)).collect::<Result<Vec<_>, _>>()
        };
        Ok(Mapping {
            people: section(Table::People, &read.people)?,
            cases: section(Table::Cases, &read.cases)?,
            named_contacts: read
                .named_contacts
                .as_ref()
                .map(|s| section(Table::NamedContacts, s))
                .transpose()?,
            tests: several(Table::Tests, &read.tests)?,
            stays: several(Table::Stays, &read.stays)?,
            name: read.name,
            delimiter: delimiter.and_then(|c| u8::try_from(c).ok()).unwrap_or(b','),
            reading: Reading { zone, missing: read.missing, id_replacement },
        })
    }
}

impl Text<'_> {
    /// Checks what a mapping says of a table. `person` stands in for the person of tables that name none.
    fn section(
        &self,
        table: Table,
        section: &Section,
        person: Option<&Expression>,
    ) -> Result<TableMapping, BundleError> {
        let wanted = table.columns().iter().map(|c| c.name).collect::<Vec<_>>().join(", ");
        let mut columns = Vec::new();
        for (name, expression) in section.get_ref() {
            let start = Some(expression.span().start);
            let Some(column) = table.columns().iter().find(|c| c.name == name) else {
                let why = format!("`{}` is no column of {table}", crate::bad::shortened(name));
                return Err(self.error(start, why, format!("the columns are {wanted}")));
            };
            if let Some(why) = expression.get_ref().misfit(column) {
                return Err(self.error(start, format!("`{name}`: {why}"), "write it otherwise"));
            }
            let elsewhere = expression
                .get_ref()
                .columns()
                .iter()
                .any(|(whose, _)| *whose != super::expression::Whose::Own);
            if elsewhere && (table != Table::NamedContacts || matches!(name.as_str(), "case" | "person")) {
                let why = format!("`{name}` looks into the row of a contact or a case");
                return Err(self.error(start, why, "only `from`, `to` and `setting` of named_contacts can"));
            }
            columns.push((column, expression.get_ref().clone()));
        }
        for column in table.columns() {
            let given = columns.iter().any(|(other, _)| other.name == column.name);
            match (column.name, person) {
                _ if given || column.presence != Presence::Required => {}
                // The converter numbers the tests of a row itself.
                ("test", _) => {}
                ("person", Some(person)) if table != Table::NamedContacts => {
                    columns.push((column, person.clone()))
                }
                (name, _) => {
                    let why = format!("nothing is said of `{name}` of {table}, which must be filled");
                    return Err(self.error(Some(section.span().start), why, format!("add `{name} = …`")));
                }
            }
        }
        Ok(TableMapping { table, columns })
    }
}
