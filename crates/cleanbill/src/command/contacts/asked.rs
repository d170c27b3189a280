//! Cases near so many people at venues that these are asked before anything follows from it.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use contacts::{Contact, Tracing, Where, preview_of};
use evidence::{CaseId, Minutes, Setting};
use serde::Serialize;

use crate::{
    arguments::ContactsArguments,
    result_file::{Kind, ResultFile, Value},
    terminal,
    traced::Traced,
};

const COLUMNS: &[(&str, Kind)] =
    &[("person", Kind::Text), ("venue", Kind::Text), ("from", Kind::Instant), ("to", Kind::Instant)];

/// Gathers questions, and writes them where exposures are written.
pub(crate) struct Asked<'a> {
    arguments: &'a ContactsArguments,
    traced: &'a Traced,
    traces: Vec<Trace>,
    questions: u64,
    sources: BTreeSet<String>,
    file: Option<ResultFile>,
}

#[derive(Serialize, Clone)]
struct Trace {
    case: String,
    people: u64,
    share_of_population: f64,
    expected_infections: f64,
}

#[derive(Serialize)]
pub(crate) struct AskedReport {
    ask_above: u64,
    traces: Vec<Trace>,
    questions: u64,
    sources: Vec<String>,
}

impl<'a> Asked<'a> {
    pub(crate) fn new(arguments: &'a ContactsArguments, traced: &'a Traced) -> Self {
        Asked { arguments, traced, traces: Vec::new(), questions: 0, sources: BTreeSet::new(), file: None }
    }

    fn path(out: &Path) -> PathBuf {
        let ending = out.extension().unwrap_or_default().to_string_lossy().into_owned();
        out.with_extension(format!("questions.{ending}"))
    }

    /// Whether the contacts of a case are so many that they are to be asked.
    pub(crate) fn is_to_be_asked(&self, contacts: &[Contact]) -> bool {
        let at_venues = contacts.iter().filter(|contact| contact.exposure.setting == Setting::Venue);
        !self.arguments.yes && at_venues.count() as u64 > self.traced.profile.ask_above
    }

    /// Takes the questions for the contacts of a case.
    pub(crate) fn take(
        &mut self,
        tracing: &Tracing<'_>,
        case: &CaseId,
        contacts: &[Contact],
    ) -> anyhow::Result<()> {
        let at_venues = contacts.iter().filter(|contact| contact.exposure.setting == Setting::Venue);
        let minutes: Vec<Minutes> = at_venues.map(|contact| contact.exposure.minutes).collect();
        let preview = preview_of(&self.traced.profile, minutes.into_iter());
        self.sources.extend(preview.sources);
        self.traces.push(Trace {
            case: case.to_string(),
            people: preview.people as u64,
            share_of_population: preview.people as f64 / self.traced.people.max(1) as f64,
            expected_infections: preview.expected_infections,
        });
        let Some(out) = &self.arguments.out else { return Ok(()) };
        let file = match &mut self.file {
            Some(file) => file,
            None => {
                let file = ResultFile::create(&Asked::path(out), COLUMNS, &self.arguments.zone)?;
                self.file.insert(file)
            }
        };
        for (person, encounter) in tracing.questions(case)? {
            let Some(Where::Venue(venue)) = &encounter.place else { continue };
            self.questions += 1;
            file.row(&[
                Value::Text(person.as_str()),
                Value::Text(venue.as_str()),
                Value::Instant(Some(encounter.from)),
                Value::Instant(Some(encounter.to)),
            ])?;
        }
        Ok(())
    }

    /// Completes the file of questions, if there are any.
    pub(crate) fn finish(&mut self) -> anyhow::Result<()> {
        self.file.take().map_or(Ok(()), ResultFile::finish)
    }

    /// For machines; `None` where nobody is to be asked.
    pub(crate) fn report(&self) -> Option<AskedReport> {
        (!self.traces.is_empty()).then(|| AskedReport {
            ask_above: self.traced.profile.ask_above,
            traces: self.traces.clone(),
            questions: self.questions,
            sources: self.sources.iter().cloned().collect(),
        })
    }

    /// For people.
    pub(crate) fn print(&self) {
        if self.traces.is_empty() {
            return;
        }
        let limit = terminal::count(self.traced.profile.ask_above);
        terminal::note(&format!(
            "\nnear more than {limit} people at venues (`ask_above` of the profile); these are to be asked, and are no \
             exposures:"
        ));
        let rows = self.traces.iter().map(|trace| {
            vec![
                trace.case.clone(),
                terminal::count(trace.people),
                format!("{:.2}%", 100.0 * trace.share_of_population),
                format!("{:.1}", trace.expected_infections),
            ]
        });
        let columns = ["case", "people", "of all", "infections expected"];
        terminal::note(&terminal::table(&columns, &[1, 2, 3], rows));
        for source in &self.sources {
            terminal::note(&format!("  source of the rates: {source}"));
        }
        if let Some(out) = &self.arguments.out {
            terminal::note(&format!(
                "{} questions written to {}: a yes becomes evidence. --yes writes them as exposures",
                terminal::count(self.questions),
                Asked::path(out).display()
            ));
        }
    }
}
