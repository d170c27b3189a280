//! `cleanbill bundle export`

use std::collections::BTreeMap;

use bundle::{BundleWriter, Format as BundleFormat, TableWriter, WriteOptions};
use evidence::{
    About, Case, Check, Declaration, HouseholdMember, Person, PersonId, Ruling, Stay, Test, Trip,
};
use office::{PersonRows, Says};

use super::print_json;
use crate::{
    approval::{self, Approved},
    arguments::{BundleExportArguments, Format},
    config::Config,
    machine::now,
    opening::{open, wait_for},
    outcome::Outcome,
    terminal,
};

struct Tables {
    people: TableWriter<Person>,
    households: TableWriter<HouseholdMember>,
    declarations: TableWriter<About<Declaration>>,
    checks: TableWriter<About<Check>>,
    stays: TableWriter<About<Stay>>,
    trips: TableWriter<About<Trip>>,
    tests: TableWriter<About<Test>>,
    cases: TableWriter<About<Case>>,
    rulings: TableWriter<About<Ruling>>,
    /// Exposures have no table: whoever takes the bundle in finds them again.
    exposures: u64,
}

impl Tables {
    fn begin(bundle: &BundleWriter) -> anyhow::Result<Self> {
        Ok(Tables {
            people: bundle.table()?,
            households: bundle.table()?,
            declarations: bundle.table()?,
            checks: bundle.table()?,
            stays: bundle.table()?,
            trips: bundle.table()?,
            tests: bundle.table()?,
            cases: bundle.table()?,
            rulings: bundle.table()?,
            exposures: 0,
        })
    }

    fn write(&mut self, rows: PersonRows) -> anyhow::Result<()> {
        fn about<T>(person: &PersonId, says: T) -> About<T> {
            About { person: person.clone(), says }
        }
        let person = &rows.person.person;
        self.people.write(&rows.person)?;
        if let Some(member) = &rows.household {
            self.households.write(member)?;
        }
        for piece in rows.evidence {
            match piece.says {
                Says::Declaration(says) => self.declarations.write(&about(person, says))?,
                Says::Check(says) => self.checks.write(&about(person, says))?,
                Says::Stay(says) => self.stays.write(&about(person, says))?,
                Says::Trip(says) => self.trips.write(&about(person, says))?,
                Says::Test(says) => self.tests.write(&about(person, says))?,
                Says::Case(says) => self.cases.write(&about(person, says))?,
                Says::Ruling(says) => self.rulings.write(&about(person, says))?,
                Says::Exposure(..) => self.exposures += 1,
            }
        }
        Ok(())
    }

    fn end(self, bundle: &mut BundleWriter) -> anyhow::Result<BTreeMap<&'static str, u64>> {
        Ok(BTreeMap::from([
            ("people", bundle.add(self.people)?),
            ("households", bundle.add(self.households)?),
            ("declarations", bundle.add(self.declarations)?),
            ("checks", bundle.add(self.checks)?),
            ("stays", bundle.add(self.stays)?),
            ("trips", bundle.add(self.trips)?),
            ("tests", bundle.add(self.tests)?),
            ("cases", bundle.add(self.cases)?),
            ("rulings", bundle.add(self.rulings)?),
        ]))
    }
}

/// Exports everybody's evidence as a bundle, which is whole or absent.
pub(crate) fn run(arguments: &BundleExportArguments, json: bool) -> anyhow::Result<Outcome> {
    let config = Config::read(&arguments.config.config)?;
    let (of, purpose) = (config.office.body.clone(), arguments.purpose.clone());
    let what = Approved::Export { of, purpose };
    let mut beside = Vec::new();
    for file in &arguments.approval {
        beside.push(approval::verify(file, &what, &config, now())?);
    }
    let format = match arguments.format {
        Format::Csv => BundleFormat::Csv,
        Format::Parquet => BundleFormat::Parquet,
    };
    let options = WriteOptions { format, time_zone: config.office.zone.0.clone(), ..WriteOptions::default() };
    let mut bundle = BundleWriter::create(&arguments.out, options)?;
    let mut tables = Tables::begin(&bundle)?;
    wait_for(async {
        let opened = open(&config).await?;
        let operator = &opened.operator;
        let export = opened.office.begin_whole_export(operator, &arguments.purpose, &beside).await?;
        let mut after = None;
        loop {
            let (rows, last) = opened.office.export_some(operator, &export, after.as_ref()).await?;
            if last.is_none() {
                return Ok(());
            }
            after = last;
            for rows in rows {
                tables.write(rows)?;
            }
        }
    })?;
    let exposures = tables.exposures;
    let counts = tables.end(&mut bundle)?;
    bundle.finish()?;
    if json {
        print_json(&serde_json::json!({ "tables": counts, "exposures_left_out": exposures }))?;
        return Ok(Outcome::Done);
    }
    let rows = counts.iter().map(|(table, number)| vec![(*table).to_owned(), terminal::count(*number)]);
    anstream::println!("{}", terminal::table(&["table", "rows"], &[1], rows));
    terminal::note(&format!(
        "{} exposures were left out: whoever takes the bundle in finds them again; visits stay here. Everybody sees the export \
         among the looks at their record.",
        terminal::count(exposures)
    ));
    Ok(Outcome::Done)
}
