//! `datapackage.json`: the Frictionless description of a bundle, read and followed.
//!
//! Versions 1 and 2 of the Tabular Data Package are read. What cannot be followed is refused rather than ignored: a
//! delimiter or a time format that is misread changes what the data says.

use std::{
    collections::BTreeMap,
    fs,
    path::{Component, Path},
};

use serde::Deserialize;

use crate::{
    csv_table::CsvForm,
    description_dialect::dialect,
    description_schema::{Schema, apply},
    error::BundleError,
    folder::{DESCRIPTION_FILE, Form, Source, source},
    table::Table,
};

/// Largest description in bytes: 4 MiB.
const DESCRIPTION_BYTES_MAX: u64 = 4 << 20;

#[derive(Deserialize)]
struct Package {
    resources: Vec<Resource>,
}

#[derive(Deserialize)]
struct Resource {
    name: String,
    path: Option<ResourcePath>,
    data: Option<serde_json::Value>,
    format: Option<String>,
    encoding: Option<String>,
    compression: Option<serde_json::Value>,
    dialect: Option<serde_json::Value>,
    schema: Option<serde_json::Value>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum ResourcePath {
    One(String),
    Many(Vec<String>),
}

/// What is wrong with a resource, and what to do.
pub(crate) struct Fault {
    /// What is wrong.
    pub(crate) why: String,
    /// What to do.
    pub(crate) remedy: String,
}

/// A fault in two sentences.
pub(crate) fn fault(why: impl Into<String>, remedy: impl Into<String>) -> Fault {
    Fault { why: why.into(), remedy: remedy.into() }
}

/// Reads the description in a folder: which tables there are, and how their files are written.
///
/// # Errors
/// [`BundleError`] where the description cannot be read or followed.
pub(crate) fn read(folder: &Path) -> Result<BTreeMap<Table, Source>, BundleError> {
    let path = folder.join(DESCRIPTION_FILE);
    let at = |place: String, fault: Fault| BundleError::Description {
        file: path.display().to_string(),
        place,
        why: fault.why,
        remedy: fault.remedy,
    };
    let bytes = fs::metadata(&path).map_err(BundleError::unreadable(&path))?.len();
    if bytes > DESCRIPTION_BYTES_MAX {
        let remedy = "a description of 13 tables is a few kilobytes; leave the data in their own files";
        return Err(at(String::new(), fault("is longer than 4 MiB", remedy)));
    }
    let text = fs::read(&path).map_err(BundleError::unreadable(&path))?;
    let text = text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&text);
    let package: Package = serde_json::from_slice(text).map_err(|error| {
        let message = error.to_string();
        let why = message.split(" at line ").next().unwrap_or_default().to_owned();
        let remedy =
            "write a Frictionless data package, or remove the file to have tables found by their names";
        at(format!(", line {}, column {}", error.line(), error.column()), fault(why, remedy))
    })?;
    let mut sources = BTreeMap::new();
    for resource in package.resources {
        let place = format!(", resource `{}`", shown(&resource.name));
        let (table, file, form) = follow(resource).map_err(|fault| at(place.clone(), fault))?;
        let found = source(folder, table, &file, form)?;
        if sources.insert(table, found).is_some() {
            return Err(at(place, fault("is listed twice", "keep the right one")));
        }
    }
    Ok(sources)
}

/// A name as messages quote it.
fn shown(name: &str) -> String {
    crate::bad::shortened(&name.escape_debug().to_string())
}

fn follow(resource: Resource) -> Result<(Table, String, Form), Fault> {
    let table: Table = resource.name.parse().map_err(|unknown: crate::table::UnknownTable| {
        fault(unknown.to_string(), "remove it: an undeclared source of evidence cannot be taken in")
    })?;
    if resource.data.is_some() {
        return Err(fault(
            "holds its data inside the description",
            "write them to a file and give its `path`",
        ));
    }
    if resource.compression.is_some() {
        return Err(fault("is compressed", "unpack the file, or use Parquet, and remove `compression`"));
    }
    if let Some(encoding) = &resource.encoding
        && !["utf-8", "utf8"].contains(&encoding.to_ascii_lowercase().as_str())
    {
        return Err(fault(
            format!("its encoding is `{}`", shown(encoding)),
            "save the file as UTF-8 and say so",
        ));
    }
    let file = inside(resource.path)?;
    let schema = resource.schema.map(Schema::read).transpose()?;
    let extension = file.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    let format = resource.format.map(|f| f.to_ascii_lowercase()).or(extension).unwrap_or_default();
    let mut form = CsvForm::plain(table);
    if let Some(schema) = &schema {
        apply(schema, table, &mut form)?;
    }
    match format.as_str() {
        "parquet" => return Ok((table, file, Form::Parquet)),
        "csv" => {}
        "tsv" => form.dialect.delimiter = b'\t',
        _ => {
            return Err(fault(
                format!("its format is `{}`", shown(&format)),
                "save it as CSV or Parquet and say so in `format`",
            ));
        }
    }
    if let Some(said) = resource.dialect {
        form.dialect = dialect(said, form.dialect.clone())?;
    }
    if !form.dialect.header && form.names.is_empty() {
        let remedy = "list its columns in `schema.fields`, or give the file a header";
        return Err(fault("has no header (`header` is false) and no columns are listed", remedy));
    }
    Ok((table, file, Form::Csv(Box::new(form))))
}

/// The one file of a resource, relative and inside the folder.
fn inside(path: Option<ResourcePath>) -> Result<String, Fault> {
    let path = match path {
        None => return Err(fault("has no `path`", "give the name of its file")),
        Some(ResourcePath::One(path)) => path,
        Some(ResourcePath::Many(paths)) => match <[String; 1]>::try_from(paths) {
            Ok([path]) => path,
            Err(paths) => {
                let why = format!("is spread over {} files", paths.len());
                return Err(fault(why, "join them into one file and give its name as `path`"));
            }
        },
    };
    let relative =
        Path::new(&path).components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    // Backslashes and drive letters are separators on some systems: the same bundle must mean the same everywhere.
    if path.is_empty() || !relative || path.contains(['\\', ':']) {
        return Err(fault(
            format!("its path `{}` leads out of the folder", shown(&path)),
            "use a path inside the bundle's folder, without `..`, a leading `/` or an address",
        ));
    }
    Ok(path)
}
