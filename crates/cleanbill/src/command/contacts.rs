//! `cleanbill contacts`

mod asked;
mod explained;
mod summary;

use anyhow::bail;
use contacts::{Contact, IndexError, Tracing};
use evidence::{CaseId, Setting};
use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

use self::{asked::Asked, explained::Explained, summary::Summary};
use super::print_json;
use crate::{
    arguments::ContactsArguments,
    outcome::Outcome,
    result_file::{Kind, ResultFile, Value},
    terminal,
    traced::Traced,
};

const COLUMNS: &[(&str, Kind)] = &[
    ("person", Kind::Text),
    ("case", Kind::Text),
    ("class", Kind::Text),
    ("setting", Kind::Text),
    ("first", Kind::Instant),
    ("last", Kind::Instant),
    ("minutes", Kind::Integer),
];

/// Cases whose contacts are found at once; memory holds theirs.
const CASES_AT_ONCE: usize = 32;

/// Finds every contact of every case, in the order of case, person and setting.
pub(crate) fn run(arguments: &ContactsArguments, json: bool) -> anyhow::Result<Outcome> {
    let traced = Traced::load(&arguments.evidence, arguments.explain.as_deref())?;
    if let Some(person) = &arguments.explain
        && !traced.knows_person
    {
        bail!("--explain {person}: nobody in the bundle has this id; see its table `people`");
    }
    let tracing = Tracing::new(&traced.profile, traced.known(arguments.at));
    let cases: Vec<&CaseId> = tracing.cases().collect();
    let mut file = match &arguments.out {
        Some(out) => Some(ResultFile::create(out, COLUMNS, &arguments.zone)?),
        None => None,
    };
    let mut asked = Asked::new(arguments, &traced);
    let mut summary = Summary::default();
    let mut of_person: Vec<Contact> = Vec::new();
    let bar = terminal::progress("cases", cases.len() as u64);
    for some in cases.chunks(CASES_AT_ONCE) {
        let found: Vec<Vec<Contact>> =
            some.into_par_iter().map(|case| tracing.contacts_of(case)).collect::<Result<_, IndexError>>()?;
        for (case, mut contacts) in some.iter().zip(found) {
            of_person.extend(
                contacts.iter().filter(|c| arguments.explain.as_deref() == Some(c.person.as_str())).cloned(),
            );
            if asked.is_to_be_asked(&contacts) {
                asked.take(&tracing, case, &contacts)?;
                contacts.retain(|contact| contact.exposure.setting != Setting::Venue);
            }
            summary.take(&contacts);
            if let Some(file) = &mut file {
                contacts.iter().try_for_each(|contact| write(file, contact))?;
            }
            bar.inc(1);
        }
    }
    bar.finish_and_clear();
    asked.finish()?;
    if let Some(file) = file {
        file.finish()?;
    }
    let explained = match &arguments.explain {
        Some(_) => Some(Explained::of(&traced.profile, &tracing, of_person, &arguments.zone)?),
        None => None,
    };
    if json {
        print_json(&summary.report(asked.report(), explained))?;
        return Ok(Outcome::Done);
    }
    summary.print();
    if let Some(explained) = explained {
        explained.print();
    }
    if let Some(out) = &arguments.out {
        let exposures = terminal::count(summary.exposures);
        terminal::note(&format!("\n{exposures} exposures written to {}", out.display()));
    }
    asked.print();
    Ok(Outcome::Done)
}

fn write(file: &mut ResultFile, contact: &Contact) -> anyhow::Result<()> {
    let exposure = &contact.exposure;
    file.row(&[
        Value::Text(contact.person.as_str()),
        Value::Text(exposure.case.as_str()),
        Value::Text(exposure.class.word()),
        Value::Text(exposure.setting.word()),
        Value::Instant(Some(exposure.first)),
        Value::Instant(Some(exposure.last)),
        Value::Integer(i64::from(exposure.minutes.0)),
    ])
}
