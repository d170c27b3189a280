//! `relationships.csv`: who was in contact with a case.

use evidence::NamedContact;

use crate::{
    draft::{Draft, Value, text},
    godata::{Export, Outcome, Stop},
    input_table::{InputRow, Names},
    table::Table,
};

/// The columns that are read.
pub(super) const COLUMNS: &[&str] =
    &["source_uuid", "target_uuid", "date_of_last_contact", "context_of_exposure", "exposure_type"];

/// A row: a named contact, from and to the day of the last contact, where the source is a case.
pub(super) fn relationship(export: &mut Export<'_>, names: &Names, row: &InputRow) -> Result<Outcome, Stop> {
    let cell = |column| export.cell(names, row, column);
    let (source, target) = (cell("source_uuid").text, cell("target_uuid").text);
    let left_out = |why: &str| Ok(Outcome::LeftOut(why.to_owned()));
    if !export.cases.contains(source) {
        return left_out(if export.people.contains(source) {
            "the source is a contact and no case: contacts of contacts are no evidence"
        } else {
            "the source is no case: an event, or somebody who is not in the export"
        });
    }
    if !export.people.contains(target) {
        return left_out("the contact is no person of the export: an event, or somebody who is not in it");
    }
    let day = cell("date_of_last_contact");
    let Some(at) = day.instant(&export.from.time_zone)? else {
        return Err(day.bad("must not be empty; give the day of the last contact"));
    };
    let context = cell("context_of_exposure").text;
    let setting = if context.is_empty() { cell("exposure_type").text } else { context };
    let contact: NamedContact = Draft::new(Table::NamedContacts)
        .with("case", text(source))
        .with("person", text(target))
        .with("from", Value::Instant(at))
        .with("to", Value::Instant(at))
        .with("setting", text(setting))
        .read()?;
    export.target.check(&contact)?;
    export.target.put(&contact)?;
    Ok(Outcome::Taken)
}
