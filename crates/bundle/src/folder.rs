//! A bundle on disk: which tables it has, in which files, written how.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    path::{Path, PathBuf},
};

use crate::{
    cells::Future,
    csv_table::{CsvForm, CsvTable},
    description,
    error::BundleError,
    load::{LoadOptions, Loader},
    parquet_table::ParquetTable,
    read::{Rows, TableReader},
    rejected::REJECTED_FILE,
    row::Row,
    table::Table,
};

/// The name of the file that describes a bundle.
pub const DESCRIPTION_FILE: &str = "datapackage.json";

/// The format of a table's file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// UTF-8 text with a header.
    Csv,
    /// Apache Parquet.
    Parquet,
}

impl Format {
    /// The extension of files of this format.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Format::Csv => "csv",
            Format::Parquet => "parquet",
        }
    }
}

/// How a table's file is to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Form {
    Csv(Box<CsvForm>),
    Parquet,
}

/// The file of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The table.
    pub table: Table,
    /// The file, by its path inside the bundle.
    pub file: String,
    /// Its size in bytes.
    pub bytes: u64,
    pub(crate) path: PathBuf,
    pub(crate) form: Form,
}

impl Source {
    /// The file's format.
    #[must_use]
    pub fn format(&self) -> Format {
        match self.form {
            Form::Csv(_) => Format::Csv,
            Form::Parquet => Format::Parquet,
        }
    }

    /// The file, from where the bundle was opened.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// An evidence bundle in a folder.
#[derive(Debug, Clone)]
pub struct Bundle {
    folder: PathBuf,
    sources: BTreeMap<Table, Source>,
}

impl Bundle {
    /// Finds the tables of a bundle: by `datapackage.json` where there is one, else by their names. Opens no table yet.
    ///
    /// # Errors
    /// [`BundleError`] where the folder cannot be read, holds no table, or holds something that no table is.
    pub fn open(folder: &Path) -> Result<Bundle, BundleError> {
        let names = file_names(folder)?;
        let sources = if names.iter().any(|name| name == DESCRIPTION_FILE) {
            let sources = description::read(folder)?;
            refuse_unlisted(folder, &names, &sources)?;
            sources
        } else {
            by_name(folder, &names)?
        };
        if sources.is_empty() {
            return Err(BundleError::NoBundle { folder: folder.display().to_string() });
        }
        Ok(Bundle { folder: folder.to_owned(), sources })
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The tables there are, those that others refer to first.
    pub fn sources(&self) -> impl Iterator<Item = &Source> {
        self.sources.values()
    }

    /// The file of a table, if the bundle has it.
    #[must_use]
    pub fn source(&self, table: Table) -> Option<&Source> {
        self.sources.get(&table)
    }

    /// Reads tables with every check: see [`Loader`].
    #[must_use]
    pub fn load(&self, options: LoadOptions) -> Loader<'_> {
        Loader::new(self, options)
    }

    /// The rows of a table, each checked by itself only; none where the bundle does not have the table.
    ///
    /// # Errors
    /// [`BundleError`] where the file cannot be opened or its columns do not fit the table.
    pub fn rows<R: Row>(&self, future: Future) -> Result<Rows<'static, R>, BundleError> {
        let Some(source) = self.source(R::TABLE) else {
            let header = R::TABLE.columns().iter().map(|c| c.name).collect::<Vec<_>>().join(",");
            return Rows::from_csv(std::io::Cursor::new(header), R::TABLE.name(), future);
        };
        let reader = match &source.form {
            Form::Csv(form) => {
                let input = File::open(&source.path).map_err(BundleError::unreadable(&source.path))?;
                let name = source.path.display().to_string();
                let table = CsvTable::open(Box::new(input), &name, R::TABLE, form.as_ref().clone())?;
                TableReader::Csv(Box::new(table))
            }
            Form::Parquet => TableReader::Parquet(Box::new(ParquetTable::open(&source.path, R::TABLE)?)),
        };
        Ok(Rows::new(reader, &source.file, future))
    }
}

/// The names of the files in a folder, in order. Hidden files are left alone.
fn file_names(folder: &Path) -> Result<Vec<String>, BundleError> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(BundleError::unreadable(folder))? {
        let entry = entry.map_err(BundleError::unreadable(folder))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if !name.starts_with('.') {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

/// What a file's name says it is: a table's file in a format, or a file with the extension of tables and another name.
fn table_file(name: &str) -> Option<(Result<Table, crate::table::UnknownTable>, Format)> {
    let (stem, extension) = name.rsplit_once('.')?;
    let format =
        [Format::Csv, Format::Parquet].into_iter().find(|f| extension.eq_ignore_ascii_case(f.extension()))?;
    (name != REJECTED_FILE).then(|| (stem.parse(), format))
}

fn by_name(folder: &Path, names: &[String]) -> Result<BTreeMap<Table, Source>, BundleError> {
    let mut sources: BTreeMap<Table, Source> = BTreeMap::new();
    for name in names {
        let Some((table, format)) = table_file(name) else { continue };
        let table = table.map_err(|unknown| BundleError::Folder {
            folder: folder.display().to_string(),
            why: format!("the file {name} is none of the bundle's: {unknown}"),
            remedy: "rename or remove it".to_owned(),
        })?;
        if let Some(other) = sources.get(&table) {
            return Err(BundleError::Folder {
                folder: folder.display().to_string(),
                why: format!("holds {table} twice, as {} and as {name}", other.file),
                remedy: "remove the one that is out of date".to_owned(),
            });
        }
        let form = match format {
            Format::Csv => Form::Csv(Box::new(CsvForm::plain(table))),
            Format::Parquet => Form::Parquet,
        };
        sources.insert(table, source(folder, table, name, form)?);
    }
    Ok(sources)
}

/// The file of a table, which must lie inside the folder.
pub(crate) fn source(folder: &Path, table: Table, file: &str, form: Form) -> Result<Source, BundleError> {
    let path = folder.join(file);
    let inside = fs::canonicalize(folder).map_err(BundleError::unreadable(folder))?;
    let real = fs::canonicalize(&path).map_err(BundleError::unreadable(&path))?;
    let metadata = fs::metadata(&real).map_err(BundleError::unreadable(&path))?;
    // A bundle comes from others: a link in it must not lead to files of this machine.
    if !real.starts_with(&inside) || !metadata.is_file() {
        return Err(BundleError::Folder {
            folder: folder.display().to_string(),
            why: format!("{file} is not a file inside the folder"),
            remedy: "put the file itself there, not a link or a folder".to_owned(),
        });
    }
    Ok(Source { table, file: file.to_owned(), bytes: metadata.len(), path, form })
}

/// Refuses files that are named like tables and that the description does not list: they would silently not be read.
fn refuse_unlisted(
    folder: &Path,
    names: &[String],
    sources: &BTreeMap<Table, Source>,
) -> Result<(), BundleError> {
    for name in names {
        let is_table = matches!(table_file(name), Some((Ok(_), _)));
        if is_table && !sources.values().any(|source| source.path == folder.join(name)) {
            return Err(BundleError::Folder {
                folder: folder.display().to_string(),
                why: format!("{name} is there and {DESCRIPTION_FILE} does not list it"),
                remedy: "list it there or remove it".to_owned(),
            });
        }
    }
    Ok(())
}
