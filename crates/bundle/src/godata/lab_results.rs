//! `lab_results.csv`: tests.

use evidence::{About, Person, Test, TestMethod, TestResult};

use crate::{
    draft::{Draft, Value, text},
    godata::{Export, Outcome, Stop},
    input_table::{InputRow, Names},
    table::Table,
};

/// The columns that are read.
pub(super) const COLUMNS: &[&str] = &[
    "id",
    "personId",
    "dateSampleTaken",
    "dateOfResult",
    "result",
    "testType",
    "deleted",
    "person.gender",
    "person.age.years",
    "person.dateOfReporting",
];

/// A row: a test, where there is a result; and its person, where no other file has them.
pub(super) fn result(export: &mut Export<'_>, names: &Names, row: &InputRow) -> Result<Outcome, Stop> {
    let cell = |column| export.cell(names, row, column);
    let zone = &export.from.time_zone;
    let left_out = |why: &str| Ok(Outcome::LeftOut(why.to_owned()));
    if cell("deleted").text.eq_ignore_ascii_case("true") {
        return left_out("the test was deleted in Go.Data");
    }
    let result = cell("result");
    let found = match result.word("LAB_TEST_RESULT") {
        "" => return left_out("the test has no result yet"),
        "POSITIVE" => TestResult::Positive,
        "NEGATIVE" => TestResult::Negative,
        "INCONCLUSIVE" => TestResult::Inconclusive,
        _ => return Err(result.bad("is no result known here; known are POSITIVE, NEGATIVE, INCONCLUSIVE")),
    };
    let kind = cell("testType");
    let Some(method) = method(kind.word("TYPE_OF_LAB_TEST"), export.from.method_where_empty) else {
        return left_out("the type of test is neither PCR nor antigen nor serology");
    };
    let sampled = cell("dateSampleTaken");
    let Some(taken) = sampled.instant(zone)? else {
        return Err(sampled.bad("must not be empty; give the day on which the sample was taken"));
    };
    let test: About<Test> = Draft::new(Table::Tests)
        .with("test", text(cell("id").text))
        .with("person", text(cell("personId").text))
        .with("sampled", Value::Instant(taken))
        .with("reported", cell("dateOfResult").instant(zone)?.map(Value::Instant))
        .with("method", text(method.word()))
        .with("result", text(found.word()))
        .read()?;
    export.target.check_own(&test)?;
    if !export.people.contains(test.person.as_str()) {
        let person = person(export, names, row)?;
        export.target.check_own(&person)?;
        export.target.put(&person)?;
        export.people.insert(person.person.as_str().to_owned());
        export.target.note("a person came from lab_results.csv alone");
    }
    export.target.put(&test)?;
    if kind.is_empty() {
        export.target.note(format!("a test without a type was taken as {method}"));
    }
    Ok(Outcome::Taken)
}

fn person(export: &Export<'_>, names: &Names, row: &InputRow) -> Result<Person, Stop> {
    let cell = |column| export.cell(names, row, column);
    let zone = &export.from.time_zone;
    let asked = cell("person.dateOfReporting").instant(zone)?;
    let draft = Draft::new(Table::People)
        .with("person", text(cell("personId").text))
        .with("birth_year", cell("person.age.years").birth_year(asked, zone)?)
        .with("sex", cell("person.gender").sex());
    Ok(draft.read()?)
}

/// How a test was done, by Go.Data's word for its type; outbreaks name their own, so parts of words decide.
fn method(word: &str, where_empty: TestMethod) -> Option<TestMethod> {
    let has = |parts: &[&str]| parts.iter().any(|part| word.contains(part));
    match word {
        "" => Some(where_empty),
        _ if has(&["PCR"]) => Some(TestMethod::Pcr),
        _ if has(&["ANTIGEN"]) => Some(TestMethod::Antigen),
        _ if has(&["SEROLOG", "ANTIBOD", "IGM", "IGG", "ELISA"]) => Some(TestMethod::Serology),
        _ => None,
    }
}
