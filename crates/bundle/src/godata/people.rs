//! `cases.csv` and `contacts.csv`: people, and the cases among them.

use evidence::{About, Case, CaseStatus, Person};

use crate::{
    draft::{Draft, Value, text},
    godata::{Export, Outcome, Stop},
    input_table::{InputRow, Names},
    table::Table,
};

/// The columns of `cases.csv` that are read.
pub(super) const CASE_COLUMNS: &[&str] = &[
    "uuid",
    "gender",
    "age",
    "location_id",
    "classification",
    "outcome_id",
    "date_of_reporting",
    "date_of_onset",
    "date_of_outcome",
    "date_become_case",
    "isolation_startdate",
    "hospitalization_startdate",
];

/// The columns of `contacts.csv` that are read.
pub(super) const CONTACT_COLUMNS: &[&str] = &["uuid", "gender", "age", "location_id", "date_of_reporting"];

/// A row of `cases.csv`: a person and a case, whose uuid is the id of both.
pub(super) fn case(export: &mut Export<'_>, names: &Names, row: &InputRow) -> Result<Outcome, Stop> {
    let person = person(export, names, row)?;
    let id = person.person.as_str().to_owned();
    let (draft, note) = case_draft(export, names, row, &id)?;
    let case: About<Case> = draft.read()?;
    export.target.check_own(&person)?;
    export.target.put(&person)?;
    export.target.put(&case)?;
    note.into_iter().for_each(|note| export.target.note(note));
    export.cases.insert(id.clone());
    export.people.insert(id);
    Ok(Outcome::Taken)
}

fn case_draft(
    export: &Export<'_>,
    names: &Names,
    row: &InputRow,
    id: &str,
) -> Result<(Draft, Option<&'static str>), Stop> {
    let cell = |column| export.cell(names, row, column);
    let date = |column| cell(column).instant(&export.from.time_zone);
    let classification = cell("classification");
    let classified = match classification.word("CASE_CLASSIFICATION") {
        "CONFIRMED" => CaseStatus::Confirmed,
        "PROBABLE" | "SUSPECT" => CaseStatus::Suspected,
        "NOT_A_CASE_DISCARDED" => CaseStatus::Discarded,
        _ => {
            return Err(classification
                .bad("is no classification known here; known are CONFIRMED, PROBABLE, SUSPECT, NOT_A_CASE_DISCARDED"));
        }
    };
    let onset = date("date_of_onset")?;
    let outcome = date("date_of_outcome")?;
    let is_recovered =
        cell("outcome_id").word("OUTCOME") == "RECOVERED" && classified != CaseStatus::Discarded;
    let (status, recovered, note) = match (is_recovered, outcome) {
        (false, _) => (classified, None, None),
        (true, None) => (
            classified,
            None,
            Some("a recovery without a date was left out; the case keeps its classification"),
        ),
        (true, Some(day)) if onset.is_some_and(|onset| day < onset) => {
            let note = "a recovery dated before the onset was left out; the case keeps its classification";
            (classified, None, Some(note))
        }
        (true, Some(day)) => (CaseStatus::Recovered, Some(day), None),
    };
    // From either day on, the case met nobody outside.
    let isolated =
        [date("isolation_startdate")?, date("hospitalization_startdate")?].into_iter().flatten().min();
    let confirmed = match date("date_become_case")? {
        Some(day) => Some(day),
        None => date("date_of_reporting")?,
    };
    let draft = Draft::new(Table::Cases)
        .with("case", text(id))
        .with("person", text(id))
        .with("status", text(status.word()))
        .with("onset", onset.map(Value::Instant))
        .with("confirmed", confirmed.map(Value::Instant))
        .with("isolated", isolated.map(Value::Instant))
        .with("recovered", recovered.map(Value::Instant));
    Ok((draft, note))
}

/// A row of `contacts.csv`: a person, unless `cases.csv` had them already.
pub(super) fn contact(export: &mut Export<'_>, names: &Names, row: &InputRow) -> Result<Outcome, Stop> {
    let person = person(export, names, row)?;
    let id = person.person.as_str().to_owned();
    if export.cases.contains(&id) {
        return Ok(Outcome::LeftOut("the contact became a case, and came from cases.csv".to_owned()));
    }
    export.target.check_own(&person)?;
    export.target.put(&person)?;
    export.people.insert(id);
    Ok(Outcome::Taken)
}

fn person(export: &mut Export<'_>, names: &Names, row: &InputRow) -> Result<Person, Stop> {
    let cell = |column| export.cell(names, row, column);
    let zone = &export.from.time_zone;
    let asked = cell("date_of_reporting").instant(zone)?;
    let draft = Draft::new(Table::People)
        .with("person", text(cell("uuid").text))
        .with("birth_year", cell("age").birth_year(asked, zone)?)
        .with("sex", cell("gender").sex())
        .with("area", text(cell("location_id").text));
    let person = draft.read()?;
    if asked.is_none() && !cell("age").is_empty() {
        export.target.note("an age without a day of reporting gave no year of birth");
    }
    Ok(person)
}
