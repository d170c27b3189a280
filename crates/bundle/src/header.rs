//! Binds the columns of a file to the columns of a table.

use crate::{
    error::BundleError,
    table::{Presence, Table},
};

/// For each of the table's columns, its place among the file's.
///
/// # Errors
/// [`BundleError::Header`] for an unknown, a double or a missing column.
pub(crate) fn bind(file: &str, table: Table, names: &[String]) -> Result<Vec<Option<usize>>, BundleError> {
    let columns = table.columns();
    let wanted = columns.iter().map(|c| c.name).collect::<Vec<_>>().join(", ");
    for (place, name) in names.iter().enumerate() {
        if !columns.iter().any(|c| c.name == name) {
            return Err(BundleError::Header {
                file: file.to_owned(),
                why: format!("`{name}` is no column of {table}, and what has no column cannot be taken in"),
                remedy: format!("{}the columns are {wanted}", meant(table, name)),
            });
        }
        if names.iter().take(place).any(|earlier| earlier == name) {
            return Err(BundleError::Header {
                file: file.to_owned(),
                why: format!("the column `{name}` stands there twice"),
                remedy: "keep the right one".to_owned(),
            });
        }
    }
    columns
        .iter()
        .map(|column| match names.iter().position(|name| name == column.name) {
            None if column.presence != Presence::Optional => Err(BundleError::Header {
                file: file.to_owned(),
                why: format!("the column `{}` of {table} is missing", column.name),
                remedy: format!("add it; the columns are {wanted}"),
            }),
            place => Ok(place),
        })
        .collect()
}

/// A hint where a name is only written differently.
fn meant(table: Table, name: &str) -> String {
    let plain = name.trim().to_ascii_lowercase().replace([' ', '-'], "_");
    match table.columns().iter().find(|c| c.name == plain) {
        Some(column) => format!("write it `{}`; ", column.name),
        None => "remove it; ".to_owned(),
    }
}

/// The error for a file without any line.
pub(crate) fn missing(file: &str, table: Table) -> BundleError {
    let wanted = table.columns().iter().map(|c| c.name).collect::<Vec<_>>().join(",");
    BundleError::Header {
        file: file.to_owned(),
        why: "the file is empty and has no header".to_owned(),
        remedy: format!("begin it with the line {wanted}, or remove the file where there is nothing to say"),
    }
}
