//! `cleanbill contacts`

use std::collections::{BTreeMap, BTreeSet};

use anyhow::bail;
use contacts::Contact;
use evidence::Setting;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::print_json;
use crate::{
    arguments::ContactsArguments,
    instant,
    loading::load,
    outcome::Outcome,
    result_file::{Kind, ResultFile, Value},
    terminal,
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

#[derive(Serialize)]
struct Report {
    exposures: usize,
    people: usize,
    cases: usize,
    settings: Vec<SettingCount>,
    #[serde(skip_serializing_if = "Option::is_none")]
    explained: Option<Vec<Explained>>,
}

#[derive(Serialize)]
struct SettingCount {
    setting: Setting,
    exposures: usize,
    people: usize,
}

#[derive(Serialize)]
struct Explained {
    setting: Setting,
    first: String,
    last: String,
    minutes: u32,
    probability: f64,
    cases_together: u32,
    probability_together: f64,
}

/// Finds every contact of every case.
pub(crate) fn run(arguments: &ContactsArguments, json: bool) -> anyhow::Result<Outcome> {
    let loaded = load(&arguments.evidence)?;
    let contacts = loaded.contacts_at(arguments.at);
    if let Some(out) = &arguments.out {
        let mut file = ResultFile::create(out, COLUMNS, &arguments.zone)?;
        let bar = terminal::progress("writing", contacts.len() as u64);
        for contact in &contacts {
            write(&mut file, contact)?;
            bar.inc(1);
        }
        bar.finish_and_clear();
        file.finish()?;
    }
    let explained = match &arguments.explain {
        None => None,
        Some(person) if loaded.population.position(person).is_none() => {
            bail!("--explain {person}: nobody in the bundle has this id; see its table `people`")
        }
        Some(person) => Some(explain(&contacts, person, &arguments.zone)),
    };
    let report = summary(&contacts, explained);
    if json {
        print_json(&report)?;
        return Ok(Outcome::Done);
    }
    print(&report);
    if let Some(out) = &arguments.out {
        terminal::note(&format!(
            "\n{} exposures written to {}",
            terminal::count(contacts.len() as u64),
            out.display()
        ));
    }
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

fn summary(contacts: &[Contact], explained: Option<Vec<Explained>>) -> Report {
    let people = contacts.iter().map(|contact| &contact.person).collect::<BTreeSet<_>>().len();
    let cases = contacts.iter().map(|contact| &contact.exposure.case).collect::<BTreeSet<_>>().len();
    let mut by_setting: BTreeMap<Setting, Vec<&Contact>> = BTreeMap::new();
    for contact in contacts {
        by_setting.entry(contact.exposure.setting).or_default().push(contact);
    }
    let settings = by_setting.into_iter().map(|(setting, contacts)| {
        let people = contacts.iter().map(|contact| &contact.person).collect::<BTreeSet<_>>().len();
        SettingCount { setting, exposures: contacts.len(), people }
    });
    Report { exposures: contacts.len(), people, cases, settings: settings.collect(), explained }
}

/// One person's exposures. The case is not named: the contact is never told.
fn explain(contacts: &[Contact], person: &str, zone: &TimeZone) -> Vec<Explained> {
    let of_person = contacts.iter().filter(|contact| contact.person.as_str() == person);
    let explained = of_person.map(|Contact { exposure, .. }| Explained {
        setting: exposure.setting,
        first: instant::print(exposure.first, zone),
        last: instant::print(exposure.last, zone),
        minutes: exposure.minutes.0,
        probability: exposure.probability.share(),
        cases_together: exposure.together.cases,
        probability_together: exposure.together.probability.share(),
    });
    explained.collect()
}

fn print(report: &Report) {
    let number = |count: usize| terminal::count(count as u64);
    let rows = report
        .settings
        .iter()
        .map(|count| vec![count.setting.to_string(), number(count.exposures), number(count.people)]);
    anstream::println!("{}", terminal::table(&["setting", "exposures", "people"], &[1, 2], rows));
    anstream::println!(
        "\npeople near a case: {}; cases with contacts: {}",
        number(report.people),
        number(report.cases)
    );
    let Some(explained) = &report.explained else { return };
    if explained.is_empty() {
        anstream::println!("\nno exposure is known");
        return;
    }
    let percent = |share: f64| format!("{:.1}%", share * 100.0);
    let rows = explained.iter().map(|one| {
        vec![
            one.setting.to_string(),
            one.first.clone(),
            one.last.clone(),
            one.minutes.to_string(),
            percent(one.probability),
            one.cases_together.to_string(),
            percent(one.probability_together),
        ]
    });
    let columns =
        ["setting", "first", "last", "minutes", "infected of such", "cases together", "infected together"];
    anstream::println!("\n{}", terminal::table(&columns, &[3, 4, 5, 6], rows));
}
