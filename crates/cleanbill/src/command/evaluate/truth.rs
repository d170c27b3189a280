//! Known infections: `infections.csv`.

use std::path::Path;

use anyhow::{Context, anyhow};
use hashbrown::HashMap;
use jiff::Timestamp;

use crate::accuracy::Infection;

/// Reads `infections.csv` in a folder: columns `person, exposed, infectious, ended`; others are not needed.
pub(super) fn read(folder: &Path) -> anyhow::Result<HashMap<String, Infection>> {
    let file = folder.join("infections.csv");
    let place = |line: u64| format!("{}:{line}", file.display());
    let mut reader =
        csv::Reader::from_path(&file).with_context(|| format!("{}: cannot be read", file.display()))?;
    let header = reader.headers().with_context(|| place(1))?.clone();
    let position = |column: &str| {
        header.iter().position(|name| name == column).ok_or_else(|| {
            anyhow!(
                "{}: the column `{column}` is missing\n  remedy: give person, exposed, infectious, ended",
                place(1)
            )
        })
    };
    let (person, exposed) = (position("person")?, position("exposed")?);
    let (infectious, ended) = (position("infectious")?, position("ended")?);
    let mut infections = HashMap::new();
    for record in reader.records() {
        let record = record.with_context(|| format!("{}: is not CSV", file.display()))?;
        let line = record.position().map_or(0, csv::Position::line);
        let time = |column: usize, name: &str| -> anyhow::Result<Option<Timestamp>> {
            match record.get(column).unwrap_or_default() {
                "" => Ok(None),
                text => text.parse().map(Some).map_err(|_| {
                    anyhow!("{}: {name} `{text}` is not an instant; write date, time and offset", place(line))
                }),
            }
        };
        let exposed = time(exposed, "exposed")?
            .ok_or_else(|| anyhow!("{}: `exposed` is empty; an infection has a beginning", place(line)))?;
        let infection =
            Infection { exposed, infectious: time(infectious, "infectious")?, ended: time(ended, "ended")? };
        let id = record.get(person).unwrap_or_default();
        if infections.insert(id.to_owned(), infection).is_some() {
            return Err(anyhow!("{}: `{id}` is there twice; give each person once", place(line)));
        }
    }
    Ok(infections)
}
