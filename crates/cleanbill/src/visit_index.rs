//! Visits of a bundle: in memory where there are few, through an index on disk where there are many.

use std::{
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

use anyhow::Context;
use bundle::{Bundle, Loader};
use contacts::{Ids, IndexWriter, Visits, VisitsBuilder, open_index};
use evidence::{About, Person, Venue, Visit};

use crate::{arguments::EvidenceArguments, terminal};

/// Tables of visits larger than this are indexed on disk, unless the arguments name a folder: then all are.
const IN_MEMORY_BYTES_MAX: u64 = 32 << 20;
/// The folder of the index, in that of the bundle.
const FOLDER: &str = "visits.index";

/// Reads the visits of a bundle, or opens the index that an earlier run made of them.
pub(crate) fn read_visits(
    bundle: &Bundle,
    loader: &mut Loader<'_>,
    arguments: &EvidenceArguments,
    venues: &[Venue],
) -> anyhow::Result<Visits> {
    let Some(folder) = folder(bundle, arguments) else { return in_memory(loader, venues) };
    let source = made_from(bundle)?;
    if let Some(visits) = open_index(&folder, &source, venues)
        .with_context(|| format!("{}: cannot be used", folder.display()))?
    {
        return Ok(visits);
    }
    let mut people = Vec::new();
    loader.each::<Person>(|person| people.push(person.person))?;
    let people = Ids::new(people)?;
    let venue_ids = Ids::new(venues.iter().map(|venue| &venue.venue))?;
    let mut writer = match IndexWriter::create(&folder, &source, people, venue_ids) {
        Ok(writer) => writer,
        Err(error) if arguments.index.is_none() => {
            terminal::note(&format!(
                "note: {} cannot be written ({error}); visits are held in memory. --index DIR names another place",
                folder.display()
            ));
            return in_memory(loader, venues);
        }
        Err(error) => return Err(error).with_context(|| format!("{}: cannot be written", folder.display())),
    };
    loader.each::<About<Visit>>(|visit| writer.add(visit))?;
    if loader.rejected() > 0 {
        // The reader says what is wrong with them, and nothing is done.
        return Ok(Visits::default());
    }
    let bar = terminal::progress("indexing visits", 1);
    writer.finish(|sorted, all| {
        bar.set_length(all);
        bar.set_position(sorted);
    })?;
    bar.finish_and_clear();
    let visits = open_index(&folder, &source, venues)?;
    visits.with_context(|| format!("{}: gone as soon as it was written", folder.display()))
}

fn in_memory(loader: &mut Loader<'_>, venues: &[Venue]) -> anyhow::Result<Visits> {
    let mut visits = VisitsBuilder::default();
    loader.each(|row: About<Visit>| visits.add(&row))?;
    Ok(visits.build(venues)?)
}

/// Where the index is to be. Rows that may be skipped, or venues without a table, are not for an index that stays.
fn folder(bundle: &Bundle, arguments: &EvidenceArguments) -> Option<PathBuf> {
    let visits = bundle.source(bundle::Table::Visits)?;
    let indexable = !arguments.lenience.skip_bad_rows && bundle.source(bundle::Table::Venues).is_some();
    if let Some(folder) = &arguments.index {
        return indexable.then(|| folder.clone());
    }
    (indexable && visits.bytes > IN_MEMORY_BYTES_MAX).then(|| bundle.folder().join(FOLDER))
}

/// Says what an index is made from: the tables it depends on, with size and time of change.
fn made_from(bundle: &Bundle) -> anyhow::Result<String> {
    let mut text = "cleanbill index of visits, version 1\n".to_owned();
    for table in [bundle::Table::People, bundle::Table::Venues, bundle::Table::Visits] {
        let Some(source) = bundle.source(table) else { continue };
        text += &format!("{}\t{}\t{}\n", source.file, source.bytes, changed(source.path())?);
    }
    Ok(text)
}

fn changed(path: &Path) -> anyhow::Result<u128> {
    let metadata = std::fs::metadata(path).with_context(|| format!("{}: cannot be read", path.display()))?;
    let changed = metadata.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
    Ok(changed.as_nanos())
}
