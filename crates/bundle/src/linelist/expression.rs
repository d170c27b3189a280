//! What a mapping says of one of our columns, and its value for a row.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use serde::Deserialize;

use crate::{
    age,
    bad::BadCell,
    draft::Value,
    input_table::{InputRow, Names},
    local_time,
    table::{Column, ColumnType},
};

/// Where a value comes from.
#[derive(Debug, Clone, Deserialize)]
#[serde(
    untagged,
    expecting = "expected a column's name, a list of columns of which the first filled one counts, or a table such as { column = \"sex\", words = { M = \"m\" } }, { always = \"confirmed\" } or { age = \"age\", at = [\"dt_report\"] }"
)]
pub(crate) enum Expression {
    /// A column, or the row it is to be looked up in.
    Place(Place),
    /// The first of several that is filled.
    FirstOf(Vec<Place>),
    /// The same word for every row.
    Always(Always),
    /// A year of birth from an age and the day on which it was asked.
    Age(Age),
    /// A column with words or a format of its own.
    Detailed(Detailed),
}

/// A column of a file.
#[derive(Debug, Clone, Deserialize)]
#[serde(
    untagged,
    expecting = "expected a column's name, { of_contact = \"column\" } or { of_case = \"column\" }"
)]
pub(crate) enum Place {
    /// Of the row being read.
    Own(String),
    /// Of the line list's row of the person named as a contact.
    OfContact(OfContact),
    /// Of the line list's row of the case that named them.
    OfCase(OfCase),
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OfContact {
    of_contact: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OfCase {
    of_case: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Always {
    always: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Age {
    age: String,
    at: Vec<String>,
    format: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Detailed {
    column: Places,
    words: Option<BTreeMap<String, String>>,
    format: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(untagged, expecting = "expected a column's name or a list of them")]
enum Places {
    One(Place),
    Many(Vec<Place>),
}

/// Which file, or which row of the line list, a column is looked up in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whose {
    /// The row being read.
    Own,
    /// The line list's row of the contact.
    Contact,
    /// The line list's row of the case.
    Case,
}

impl Place {
    fn parts(&self) -> (Whose, &str) {
        match self {
            Place::Own(column) => (Whose::Own, column),
            Place::OfContact(place) => (Whose::Contact, &place.of_contact),
            Place::OfCase(place) => (Whose::Case, &place.of_case),
        }
    }
}

impl Expression {
    /// Every column the expression reads.
    pub(crate) fn columns(&self) -> Vec<(Whose, &str)> {
        match self {
            Expression::Always(_) => Vec::new(),
            Expression::Age(age) => {
                std::iter::once(&age.age).chain(&age.at).map(|column| (Whose::Own, column.as_str())).collect()
            }
            _ => self.places().iter().map(Place::parts).collect(),
        }
    }

    fn places(&self) -> &[Place] {
        match self {
            Expression::Place(place) => std::slice::from_ref(place),
            Expression::FirstOf(places) => places,
            Expression::Detailed(Detailed { column: Places::One(place), .. }) => std::slice::from_ref(place),
            Expression::Detailed(Detailed { column: Places::Many(places), .. }) => places,
            Expression::Always(_) | Expression::Age(_) => &[],
        }
    }

    /// What is wrong with the expression for a column of ours, apart from its shape.
    pub(crate) fn misfit(&self, column: &Column) -> Option<&'static str> {
        match self {
            Expression::Age(_) if column.name != "birth_year" => {
                Some("only `birth_year` can be made of an age")
            }
            Expression::Age(age) if age.at.is_empty() => {
                Some("`at` names no column; give the columns of the day on which the age was asked")
            }
            Expression::Detailed(d) if d.words.is_some() && column.holds != ColumnType::Text => {
                Some("`words` are for columns of text")
            }
            Expression::Detailed(d) if d.format.is_some() && column.holds != ColumnType::Instant => {
                Some("`format` is for columns of times")
            }
            _ => None,
        }
    }
}

/// A fault of a cell of the input, under the input's own column.
#[derive(Debug)]
pub(crate) struct InputFault {
    /// The input's column.
    pub(crate) column: String,
    /// What stands there and why it will not do.
    pub(crate) bad: BadCell,
}

fn fault(column: &str, value: &str, why: impl Into<String>) -> InputFault {
    InputFault { column: column.to_owned(), bad: BadCell::new("", value, why) }
}

/// How all cells are read.
#[derive(Debug)]
pub(crate) struct Reading {
    /// The zone of civil times.
    pub(crate) zone: TimeZone,
    /// Texts that stand for an empty cell.
    pub(crate) missing: Vec<String>,
    /// Stands for every character that an id may not hold.
    pub(crate) id_replacement: Option<char>,
}

/// The rows an expression may look into.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rows<'a> {
    /// The row being read, with its file's columns.
    pub(crate) own: (&'a Names, &'a InputRow),
    /// The line list's row of the contact.
    pub(crate) contact: Option<(&'a Names, &'a InputRow)>,
    /// The line list's row of the case.
    pub(crate) case: Option<(&'a Names, &'a InputRow)>,
}

impl<'a> Rows<'a> {
    fn get(&self, whose: Whose, column: &str) -> Option<&'a str> {
        let (names, row) = match whose {
            Whose::Own => Some(self.own),
            Whose::Contact => self.contact,
            Whose::Case => self.case,
        }?;
        Some(names.get(row, column))
    }
}

impl Reading {
    /// The value of an expression for a column of ours; `None` where the cells are empty.
    ///
    /// # Errors
    /// [`InputFault`] where a cell does not hold what the column does.
    pub(crate) fn value(
        &self,
        expression: &Expression,
        column: &Column,
        rows: Rows<'_>,
    ) -> Result<Option<Value>, InputFault> {
        match expression {
            Expression::Always(fixed) => self.typed(column, "", &fixed.always, None).map(Some),
            Expression::Age(age) => self.birth_year(age, rows),
            _ => {
                let Some((name, text)) = self.first_filled(expression.places(), rows) else {
                    return Ok(None);
                };
                match expression {
                    Expression::Detailed(Detailed { words: Some(words), .. }) => match words.get(text) {
                        Some(word) => self.typed(column, name, word, None).map(Some),
                        None => {
                            Err(fault(name, text, "is not among the `words` of the mapping; add it there"))
                        }
                    },
                    Expression::Detailed(Detailed { format, .. }) => {
                        self.typed(column, name, text, format.as_deref()).map(Some)
                    }
                    _ => self.typed(column, name, text, None).map(Some),
                }
            }
        }
    }

    fn first_filled<'p, 'r>(&self, places: &'p [Place], rows: Rows<'r>) -> Option<(&'p str, &'r str)> {
        places.iter().map(Place::parts).find_map(|(whose, column)| {
            let text = rows.get(whose, column)?;
            (!self.is_missing(text)).then_some((column, text))
        })
    }

    fn is_missing(&self, text: &str) -> bool {
        text.is_empty() || self.missing.iter().any(|missing| missing == text)
    }

    fn typed(
        &self,
        column: &Column,
        name: &str,
        text: &str,
        format: Option<&str>,
    ) -> Result<Value, InputFault> {
        match column.holds {
            ColumnType::Instant => local_time::instant(text, format, &self.zone)
                .map(Value::Instant)
                .map_err(|why| fault(name, text, why)),
            ColumnType::Text if is_id(column.name) => self.id(name, text).map(Value::Text),
            ColumnType::Text | ColumnType::Integer | ColumnType::Decimal => Ok(Value::Text(text.to_owned())),
        }
    }

    fn id(&self, name: &str, text: &str) -> Result<String, InputFault> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || "_.:-".contains(c);
        match (text.chars().find(|c| !allowed(*c)), self.id_replacement) {
            (None, _) => Ok(text.to_owned()),
            (Some(_), Some(replacement)) => {
                Ok(text.chars().map(|c| if allowed(c) { c } else { replacement }).collect())
            }
            (Some(c), None) => Err(fault(
                name,
                text,
                format!(
                    "has `{c}`, which may not stand in an id; set `id_replacement = \"_\"` in the mapping, or change the id"
                ),
            )),
        }
    }

    fn birth_year(&self, age: &Age, rows: Rows<'_>) -> Result<Option<Value>, InputFault> {
        let Some(text) = rows.get(Whose::Own, &age.age).filter(|text| !self.is_missing(text)) else {
            return Ok(None);
        };
        let asked = age.at.iter().find_map(|column| {
            let day = rows.get(Whose::Own, column)?;
            (!self.is_missing(day)).then_some((column, day))
        });
        let Some((column, day)) = asked else {
            let why = "is an age without the day on which it was asked; name more columns in `at`, or empty the cell";
            return Err(fault(&age.age, text, why));
        };
        let day = local_time::instant(day, age.format.as_deref(), &self.zone)
            .map_err(|why| fault(column, day, why))?;
        let year = age::birth_year(text, day, &self.zone).map_err(|why| fault(&age.age, text, why))?;
        Ok(Some(Value::Integer(year)))
    }
}

/// Whether a column of ours holds ids.
fn is_id(column: &str) -> bool {
    matches!(column, "person" | "case" | "test" | "region" | "area")
}
