//! The table schema that `datapackage.json` may give a table: types, time formats, number formats, missing values.

use jiff::{Timestamp, tz::TimeZone};
use serde::Deserialize;

use crate::{
    csv_table::CsvForm,
    description::{Fault, fault},
    scalar::TextFormat,
    table::{Column, ColumnType, Table},
};

/// A table schema, as far as it is followed.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Schema {
    #[serde(default)]
    fields: Vec<Field>,
    missing_values: Option<Vec<Missing>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Field {
    name: String,
    #[serde(rename = "type")]
    kind: Option<String>,
    format: Option<String>,
    decimal_char: Option<String>,
    group_char: Option<String>,
    bare_number: Option<bool>,
    missing_values: Option<Vec<Missing>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Missing {
    Plain(String),
    Labelled { value: String },
}

impl Schema {
    /// Reads a schema that is written out in the description.
    ///
    /// # Errors
    /// [`Fault`] where it is not written out, or not as a table schema.
    pub(crate) fn read(said: serde_json::Value) -> Result<Schema, Fault> {
        if !said.is_object() {
            return Err(fault(
                "its `schema` is not written out here",
                "write the schema out as an object in its place",
            ));
        }
        serde_json::from_value(said).map_err(|error| {
            fault(
                format!("its `schema` cannot be followed: {error}"),
                "write it as a Frictionless table schema",
            )
        })
    }
}

/// Applies a schema to the form in which a table's file is read.
///
/// # Errors
/// [`Fault`] for a field that the table does not have, or whose type or format contradicts the table's.
pub(crate) fn apply(schema: &Schema, table: Table, form: &mut CsvForm) -> Result<(), Fault> {
    if let Some(missing) = &schema.missing_values {
        form.missing = missing.iter().map(text).collect();
    }
    for field in &schema.fields {
        let Some(place) = table.columns().iter().position(|c| c.name == field.name) else {
            let wanted = table.columns().iter().map(|c| c.name).collect::<Vec<_>>().join(", ");
            return Err(fault(
                format!("its field `{}` is no column of {table}", crate::bad::shortened(&field.name)),
                format!("remove it; the columns are {wanted}"),
            ));
        };
        if form.names.contains(&field.name) {
            return Err(fault(format!("its field `{}` is listed twice", field.name), "keep the right one"));
        }
        form.names.push(field.name.clone());
        if field
            .missing_values
            .as_ref()
            .is_some_and(|own| own.iter().map(text).collect::<Vec<_>>() != form.missing)
        {
            let why = format!("its field `{}` has missing values of its own", field.name);
            return Err(fault(why, "give `missingValues` once for the whole schema"));
        }
        if let (Some(column), Some(format)) = (table.columns().get(place), form.formats.get_mut(place)) {
            *format = field_format(field, column)?;
        }
    }
    Ok(())
}

fn text(missing: &Missing) -> String {
    match missing {
        Missing::Plain(value) | Missing::Labelled { value } => value.clone(),
    }
}

fn field_format(field: &Field, column: &Column) -> Result<TextFormat, Fault> {
    let kind = field.kind.as_deref().unwrap_or("any");
    let fits: &[&str] = match column.holds {
        ColumnType::Text => &["string", "any"],
        ColumnType::Instant => &["datetime", "any"],
        ColumnType::Integer => &["integer", "year", "any"],
        ColumnType::Decimal => &["number", "integer", "any"],
    };
    if !fits.contains(&kind) {
        let why = format!("its field `{}` is of type `{}`", column.name, crate::bad::shortened(kind));
        let remedy = match (column.holds, kind) {
            (ColumnType::Instant, "date") => {
                "a day without a time and an offset from UTC is no instant; write times with an offset and say `datetime`".to_owned()
            }
            _ => format!("say `{}`, and write the column so", fits.first().copied().unwrap_or("any")),
        };
        return Err(fault(why, remedy));
    }
    match column.holds {
        ColumnType::Text => Ok(TextFormat::Plain),
        ColumnType::Instant => match field.format.as_deref() {
            None | Some("default" | "any") => Ok(TextFormat::Plain),
            Some(pattern) => instant_pattern(field, pattern.strip_prefix("fmt:").unwrap_or(pattern)),
        },
        ColumnType::Integer | ColumnType::Decimal => number_format(field),
    }
}

/// Directives that give the offset from UTC, or the instant itself.
const OFFSET_DIRECTIVES: [&str; 6] = ["%z", "%:z", "%::z", "%Q", "%:Q", "%s"];

fn instant_pattern(field: &Field, pattern: &str) -> Result<TextFormat, Fault> {
    if !OFFSET_DIRECTIVES.iter().any(|directive| pattern.contains(directive)) {
        return Err(fault(
            format!(
                "the format `{}` of its field `{}` has no offset from UTC, so nobody can tell when its times were",
                crate::bad::shortened(pattern),
                field.name
            ),
            "write times with an offset and end the format with `%:z`; there is no time zone for a whole table",
        ));
    }
    // A pattern that cannot write an instant and read it back cannot read a table either.
    let probe = Timestamp::UNIX_EPOCH.to_zoned_datetime(TimeZone::UTC);
    let reads_back = jiff::fmt::strtime::format(pattern, &probe)
        .and_then(|text| jiff::fmt::strtime::parse(pattern, &text)?.to_timestamp());
    match reads_back {
        Ok(instant) if instant == Timestamp::UNIX_EPOCH => Ok(TextFormat::Pattern(pattern.to_owned())),
        _ => Err(fault(
            format!(
                "the format `{}` of its field `{}` cannot be followed",
                crate::bad::shortened(pattern),
                field.name
            ),
            "use strptime directives such as `%Y-%m-%d %H:%M:%S%:z`",
        )),
    }
}

fn number_format(field: &Field) -> Result<TextFormat, Fault> {
    if field.bare_number == Some(false) {
        let why = format!("its field `{}` has units beside the numbers (`bareNumber` is false)", field.name);
        return Err(fault(why, "write the numbers alone"));
    }
    let one = |property: &str, text: &str| {
        let mut characters = text.chars();
        match (characters.next(), characters.next()) {
            (Some(c), None) if !c.is_ascii_alphanumeric() && !"+-".contains(c) => Ok(c),
            _ => Err(fault(
                format!("the `{property}` of its field `{}` is not one character such as `,`", field.name),
                "give one character that is no digit, letter or sign",
            )),
        }
    };
    let decimal =
        field.decimal_char.as_deref().map(|text| one("decimalChar", text)).transpose()?.unwrap_or('.');
    let group = field.group_char.as_deref().map(|text| one("groupChar", text)).transpose()?;
    if group == Some(decimal) {
        let why = format!("its field `{}` has one character for decimals and for groups", field.name);
        return Err(fault(why, "say which it is"));
    }
    Ok(if decimal == '.' && group.is_none() {
        TextFormat::Plain
    } else {
        TextFormat::Number { decimal, group }
    })
}
