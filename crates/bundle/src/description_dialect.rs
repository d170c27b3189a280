//! The CSV dialect that `datapackage.json` may give a table.

use serde::Deserialize;

use crate::{
    csv_records::Dialect,
    description::{Fault, fault},
};

/// The properties of a dialect that can be followed, of versions 1 and 2. Others are refused.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Said {
    #[serde(rename = "$schema")]
    _schema: Option<serde_json::Value>,
    #[serde(rename = "title")]
    _title: Option<String>,
    #[serde(rename = "csvddfVersion")]
    _version: Option<serde_json::Value>,
    #[serde(rename = "caseSensitiveHeader")]
    _case_sensitive_header: Option<bool>,
    #[serde(rename = "type")]
    kind: Option<String>,
    delimiter: Option<String>,
    line_terminator: Option<String>,
    quote_char: Option<String>,
    double_quote: Option<bool>,
    escape_char: Option<String>,
    null_sequence: Option<String>,
    skip_initial_space: Option<bool>,
    header: Option<bool>,
    header_rows: Option<Vec<u64>>,
    comment_char: Option<String>,
}

/// Follows a dialect, starting from `usual`.
///
/// # Errors
/// [`Fault`] for a property that cannot be followed.
pub(crate) fn dialect(said: serde_json::Value, usual: Dialect) -> Result<Dialect, Fault> {
    if !said.is_object() {
        return Err(fault(
            "its `dialect` is not written out here",
            "write the dialect out as an object in its place",
        ));
    }
    let said: Said = serde_json::from_value(said).map_err(|error| {
        fault(
            format!("its `dialect` cannot be followed: {error}"),
            "write the file as plain CSV and remove the property",
        )
    })?;
    let refuse = |property: &str, remedy: &str| {
        Err(fault(format!("its dialect sets `{property}`, which is not followed here"), remedy))
    };
    if said.kind.as_deref().is_some_and(|kind| kind != "delimited") {
        return refuse("type", "write the file as plain CSV");
    }
    if said.line_terminator.as_deref().is_some_and(|end| !["\r\n", "\n"].contains(&end)) {
        return refuse("lineTerminator", "end lines with a line feed, with or without a carriage return");
    }
    if said.null_sequence.is_some() {
        return refuse("nullSequence", "list it in `schema.missingValues`");
    }
    if said.skip_initial_space == Some(true) {
        return refuse("skipInitialSpace", "remove the spaces behind the delimiters");
    }
    if said.header_rows.is_some_and(|rows| rows != [1]) {
        return refuse("headerRows", "put the header into the first line alone");
    }
    Ok(Dialect {
        delimiter: character("delimiter", said.delimiter)?.unwrap_or(usual.delimiter),
        quote: character("quoteChar", said.quote_char)?.or(usual.quote),
        double_quote: said.double_quote.unwrap_or(usual.double_quote),
        escape: character("escapeChar", said.escape_char)?,
        comment: character("commentChar", said.comment_char)?,
        header: said.header.unwrap_or(usual.header),
    })
}

fn character(property: &str, text: Option<String>) -> Result<Option<u8>, Fault> {
    match text.as_deref().map(str::as_bytes) {
        None => Ok(None),
        Some([byte]) if byte.is_ascii() && !matches!(byte, b'\r' | b'\n') => Ok(Some(*byte)),
        Some(_) => Err(fault(
            format!("the `{property}` of its dialect is not one ASCII character"),
            "use one such as `,` or `;`",
        )),
    }
}
