//! `datapackage.json` as it is written: a Frictionless Tabular Data Package, version 1, which version 2 readers read.

use serde_json::{Value, json};

use crate::{
    folder::Format,
    table::{Column, ColumnType, Presence, Table},
};

/// Describes a bundle.
pub(crate) fn describe(name: &str, format: Format, tables: impl Iterator<Item = Table>) -> String {
    let resources: Vec<Value> = tables.map(|table| resource(table, format)).collect();
    let package = json!({
        "profile": "tabular-data-package",
        "name": name,
        "resources": resources,
    });
    format!("{package:#}\n")
}

fn resource(table: Table, format: Format) -> Value {
    let media_type = match format {
        Format::Csv => "text/csv",
        Format::Parquet => "application/vnd.apache.parquet",
    };
    let mut schema = json!({
        "fields": table.columns().iter().map(field).collect::<Vec<_>>(),
        "missingValues": [""],
    });
    if let (unique @ [_, ..], Some(schema)) = (table.unique(), schema.as_object_mut()) {
        schema.insert("primaryKey".to_owned(), json!(unique));
    }
    json!({
        "profile": "tabular-data-resource",
        "name": table.name(),
        "path": format!("{table}.{}", format.extension()),
        "format": format.extension(),
        "mediatype": media_type,
        "encoding": "utf-8",
        "schema": schema,
    })
}

fn field(column: &Column) -> Value {
    let kind = match column.holds {
        ColumnType::Text => "string",
        ColumnType::Instant => "datetime",
        ColumnType::Integer => "integer",
        ColumnType::Decimal => "number",
    };
    let mut field = json!({ "name": column.name, "type": kind });
    if let (Presence::Required, Some(field)) = (column.presence, field.as_object_mut()) {
        field.insert("constraints".to_owned(), json!({ "required": true }));
    }
    field
}
