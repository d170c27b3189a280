//! `followups.csv`: daily checks by follow-up workers.

use evidence::{About, Check, CheckedBy};

use crate::{
    draft::{Draft, Value, text},
    godata::{Export, Outcome, Stop},
    input_table::{InputRow, Names},
    table::Table,
};

/// The columns that are read.
pub(super) const COLUMNS: &[&str] = &["contact_uuid", "followup_status", "date_of_followup"];

/// A row: a check that found nothing, where the contact was seen and well.
///
/// Where they were seen and not well the export does not say which symptoms they had, and to make them up would restrict
/// people on no evidence.
pub(super) fn followup(export: &mut Export<'_>, names: &Names, row: &InputRow) -> Result<Outcome, Stop> {
    let cell = |column| export.cell(names, row, column);
    let status = cell("followup_status");
    let left_out = |why: &str| Ok(Outcome::LeftOut(why.to_owned()));
    match status.word("CONTACT_DAILY_FOLLOW_UP_STATUS_TYPE") {
        "SEEN_OK" => {}
        "SEEN_NOT_OK" => {
            return left_out("the contact was seen and not well, and the export does not list the symptoms");
        }
        "MISSED" => return left_out("the contact was missed: not being seen is no evidence"),
        "NOT_PERFORMED" | "NOT_ATTEMPTED" | "" => return left_out("the follow-up did not take place"),
        _ => {
            return Err(status.bad(
                "is no status known here; known are SEEN_OK, SEEN_NOT_OK, MISSED, NOT_PERFORMED, NOT_ATTEMPTED",
            ));
        }
    }
    let day = cell("date_of_followup");
    let Some(at) = day.instant(&export.from.time_zone)? else {
        return Err(day.bad("must not be empty; give the day of the follow-up"));
    };
    let check: About<Check> = Draft::new(Table::Checks)
        .with("person", text(cell("contact_uuid").text))
        .with("at", Value::Instant(at))
        .with("by", text(CheckedBy::Worker.word()))
        .read()?;
    export.target.check(&check)?;
    export.target.put(&check)?;
    Ok(Outcome::Taken)
}
