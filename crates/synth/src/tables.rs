//! The tables of the bundle, and the truth beside them.

use std::{fs, io::Write as _, path::Path};

use bundle::{BundleWriter, TableWriter, WriteOptions};
use evidence::{
    About, Case, CaseStatus, Check, CheckedBy, Declaration, NamedContact, RegionId, RegionPeriod, Stay,
    Symptoms, Temperature, Test, TestMethod, TestResult, Trip, Visit,
};
use tempfile::NamedTempFile;

use crate::{
    calendar::{Calendar, Seconds},
    course::Infection,
    day::City,
    error::SynthError,
    health::Temperatures,
    ids::Ids,
    journey::{DESTINATIONS, FIRST_DEPARTURE, Journey},
    options::Options,
    surveillance::{Findings, Found, Reported},
    transport::Seated,
};

/// The folder of the truth, in the folder of the bundle.
pub(crate) const TRUTH: &str = "truth";
/// Who was infected, when and by whom.
pub(crate) const INFECTIONS: &str = "infections.csv";

/// Tables that grow day by day.
#[derive(Debug)]
pub(crate) struct Tables<'c> {
    city: &'c City,
    writer: BundleWriter,
    pub(crate) visits: TableWriter<About<Visit>>,
    stays: TableWriter<About<Stay>>,
    trips: TableWriter<About<Trip>>,
    declarations: TableWriter<About<Declaration>>,
    checks: TableWriter<About<Check>>,
    tests: TableWriter<About<Test>>,
    named: TableWriter<NamedContact>,
    pub(crate) temperatures: Temperatures,
}

impl<'c> Tables<'c> {
    /// Starts a bundle and writes what is known before the first day: people, homes, venues and regions.
    pub(crate) fn start(folder: &Path, city: &'c City, options: &Options) -> Result<Self, SynthError> {
        let infections = folder.join(TRUTH).join(INFECTIONS);
        if infections.exists() {
            let name = format!("{TRUTH}/{INFECTIONS}");
            return Err(SynthError::Occupied { folder: folder.display().to_string(), name });
        }
        let write = WriteOptions {
            format: options.format,
            time_zone: Calendar::zone(),
            name: "synthetic-city".to_owned(),
        };
        let mut writer = BundleWriter::create(folder, write)?;
        let mut people = writer.table()?;
        let mut households = writer.table()?;
        for resident in city.population.residents() {
            people.write(&city.population.person(&resident, &city.ids)?)?;
            households.write(&city.ids.member(&resident)?)?;
        }
        writer.add(people)?;
        writer.add(households)?;
        let mut venues = writer.table()?;
        for venue in city.places.rows(options.centre, &city.ids) {
            venues.write(&venue?)?;
        }
        writer.add(venues)?;
        let mut regions = writer.table()?;
        for destination in &DESTINATIONS {
            let region = RegionId::new(destination.region)?;
            let from = city.calendar.instant(FIRST_DEPARTURE)?;
            regions.write(&RegionPeriod { region, level: destination.level, from, to: None })?;
        }
        writer.add(regions)?;
        Ok(Tables {
            city,
            visits: writer.table()?,
            stays: writer.table()?,
            trips: writer.table()?,
            declarations: writer.table()?,
            checks: writer.table()?,
            tests: writer.table()?,
            named: writer.table()?,
            temperatures: Temperatures::new()?,
            writer,
        })
    }

    /// Writes what the health service found on a day.
    pub(crate) fn findings(&mut self, findings: &Findings) -> Result<(), SynthError> {
        for (person, at, symptoms) in &findings.declared {
            self.declaration(*person, *at, *symptoms)?;
        }
        for test in &findings.tests {
            self.test(test)?;
        }
        for (case, met) in &findings.named {
            self.named.write(&NamedContact {
                case: Ids::case(*case)?,
                person: self.city.ids.person(met.person)?,
                from: self.city.calendar.instant(met.from)?,
                to: Some(self.city.calendar.instant(met.to)?),
                setting: Some(met.setting.to_owned()),
            })?;
        }
        Ok(())
    }

    /// Writes a declaration.
    pub(crate) fn declaration(
        &mut self,
        person: u32,
        at: Seconds,
        symptoms: Symptoms,
    ) -> Result<(), SynthError> {
        let at = self.city.calendar.instant(at)?;
        let person = self.city.ids.person(person)?;
        Ok(self.declarations.write(&About { person, says: Declaration { at, symptoms } })?)
    }

    fn test(&mut self, test: &Reported) -> Result<(), SynthError> {
        let says = Test {
            test: Ids::test(self.tests.rows())?,
            sampled: self.city.calendar.instant(test.sampled)?,
            reported: Some(self.city.calendar.instant(test.reported)?),
            method: TestMethod::Pcr,
            result: if test.positive { TestResult::Positive } else { TestResult::Negative },
        };
        Ok(self.tests.write(&About { person: self.city.ids.person(test.person)?, says })?)
    }

    /// Writes a health check.
    pub(crate) fn check(
        &mut self,
        person: u32,
        at: Seconds,
        by: CheckedBy,
        (temperature, symptoms): (Temperature, Symptoms),
    ) -> Result<(), SynthError> {
        let at = self.city.calendar.instant(at)?;
        let says = Check { at, temperature: Some(temperature), symptoms, by };
        Ok(self.checks.write(&About { person: self.city.ids.person(person)?, says })?)
    }

    /// Writes the stay of a journey; open where it has not ended when the last day has.
    pub(crate) fn journey(&mut self, person: u32, journey: &Journey) -> Result<(), SynthError> {
        let Some(destination) = DESTINATIONS.get(journey.out.region) else { return Ok(()) };
        let calendar = &self.city.calendar;
        if journey.out.arrived >= calendar.end() {
            return Ok(());
        }
        let left = journey.back.departed;
        let says = Stay {
            region: RegionId::new(destination.region)?,
            region_level: Some(destination.level),
            arrived: calendar.instant(journey.out.arrived)?,
            left: if left < calendar.end() { Some(calendar.instant(left)?) } else { None },
        };
        Ok(self.stays.write(&About { person: self.city.ids.person(person)?, says })?)
    }

    /// Writes the trips of a day; those that have not arrived when the last day ends are not known yet.
    pub(crate) fn trips(&mut self, seated: &[Seated]) -> Result<(), SynthError> {
        for trip in seated.iter().filter(|trip| trip.arrived() < self.city.calendar.end()) {
            self.trips.write(&trip.row(&self.city.calendar, &self.city.ids)?)?;
        }
        Ok(())
    }

    /// Writes cases and the truth, and puts every file in its place, the description last.
    pub(crate) fn finish(
        mut self,
        folder: &Path,
        cases: &[Found],
        infections: &[Infection],
    ) -> Result<(), SynthError> {
        let calendar = &self.city.calendar;
        let mut table = self.writer.table()?;
        for (place, found) in cases.iter().enumerate() {
            let recovered = Some(found.recovered).filter(|at| *at < calendar.end());
            let case = Case {
                case: Ids::case(place)?,
                status: if recovered.is_some() { CaseStatus::Recovered } else { CaseStatus::Confirmed },
                onset: found.onset.map(|at| calendar.instant(at)).transpose()?,
                confirmed: Some(calendar.instant(found.confirmed)?),
                isolated: Some(calendar.instant(found.confirmed)?),
                recovered: recovered.map(|at| calendar.instant(at)).transpose()?,
            };
            table.write(&About { person: self.city.ids.person(found.person)?, says: case })?;
        }
        self.writer.add(table)?;
        self.writer.add(self.visits)?;
        self.writer.add(self.stays)?;
        self.writer.add(self.trips)?;
        self.writer.add(self.declarations)?;
        self.writer.add(self.checks)?;
        self.writer.add(self.tests)?;
        self.writer.add(self.named)?;
        write_truth(self.city, folder, infections)?;
        self.writer.finish()?;
        Ok(())
    }
}

/// Writes who was infected before the end of the last day.
fn write_truth(city: &City, folder: &Path, infections: &[Infection]) -> Result<(), SynthError> {
    let folder = folder.join(TRUTH);
    let path = folder.join(INFECTIONS);
    let unwritable = || SynthError::unwritable(&path);
    fs::create_dir_all(&folder).map_err(unwritable())?;
    let mut temporary = NamedTempFile::new_in(&folder).map_err(unwritable())?;
    let mut text = "person,exposed,infectious,symptomatic,ended,infected_by,layer\n".to_owned();
    for infection in infections.iter().filter(|infection| infection.exposed < city.calendar.end()) {
        let time = |at: Seconds| city.calendar.text(at);
        let symptomatic = infection.symptomatic.map(time).transpose()?.unwrap_or_default();
        let by = infection.infected_by.map(|by| city.ids.person(by)).transpose()?;
        text += &format!(
            "{},{},{},{symptomatic},{},{},{}\n",
            city.ids.person(infection.resident.person)?,
            time(infection.exposed)?,
            time(infection.infectious)?,
            time(infection.ended)?,
            by.map(|by| by.to_string()).unwrap_or_default(),
            infection.layer.word(),
        );
    }
    temporary.write_all(text.as_bytes()).map_err(unwritable())?;
    temporary.as_file().sync_all().map_err(unwritable())?;
    temporary.persist_noclobber(&path).map_err(|error| unwritable()(error.error))?;
    Ok(())
}

/// Who makes a check.
pub(crate) fn checked_by(by_worker: bool) -> CheckedBy {
    if by_worker { CheckedBy::Worker } else { CheckedBy::Itself }
}
