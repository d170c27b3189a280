//! `cleanbill bundle import` and `cleanbill bundle approve`

use std::{collections::BTreeMap, path::Path};

use anyhow::{Context, bail};
use bundle::{Bundle, BundleError, Future, Table};
use ledger::Sha256Hash;
use office::{ImportCount, ImportRow, ImportStage, ImportWanted, Imported, Office};
use serde::Serialize;
use tokio::runtime::Handle;

use super::print_json;
use crate::{
    approval::{self, Approved},
    arguments::{BundleApproveArguments, BundleImportArguments},
    bundle_rows::{self, Read, TakeRow},
    config::Config,
    loading,
    machine::now,
    opening::{Opened, open, wait_for},
    outcome::Outcome,
    result_file::write_whole,
    terminal,
};

/// Rows taken in by one transaction.
const AT_ONCE: usize = 200;

/// Reads a bundle once, to know what it is.
#[derive(Default)]
struct Looking {
    rows: u64,
    restricting: u64,
}

impl TakeRow for Looking {
    fn take(&mut self, _: Table, row: ImportRow) -> anyhow::Result<()> {
        self.rows += 1;
        self.restricting += u64::from(row.restricts());
        Ok(())
    }
}

fn look(folder: &Path, skip_bad_rows: bool) -> anyhow::Result<(Looking, Read)> {
    let bundle = Bundle::open(folder)?;
    let mut looking = Looking::default();
    let read = read_whole(folder, &bundle, skip_bad_rows, &mut looking)?;
    Ok((looking, read))
}

fn read_whole(
    folder: &Path,
    bundle: &Bundle,
    skip_bad_rows: bool,
    take: &mut dyn TakeRow,
) -> anyhow::Result<Read> {
    bundle_rows::read(bundle, Future::Reject(now()), skip_bad_rows, take).map_err(|error| {
        match error.downcast::<BundleError>() {
            Ok(BundleError::Rejected(report)) => {
                let rejects = report.all_rejects();
                let file = folder.join(bundle::REJECTED_FILE);
                match rejects.write(&file) {
                    Ok(()) => anyhow::anyhow!(
                        "{}",
                        loading::rejected(&folder.display().to_string(), rejects, &file)
                    ),
                    Err(error) => error.into(),
                }
            }
            Ok(other) => other.into(),
            Err(other) => other,
        }
    })
}

/// Signs the approval of a bundle, or of an export, on the approving body's own machine.
pub(crate) fn approve(arguments: &BundleApproveArguments, json: bool) -> anyhow::Result<Outcome> {
    let key = issuer::read_key_file(&arguments.key)?;
    let approved = match (&arguments.bundle, &arguments.source, &arguments.export_of, &arguments.purpose) {
        (Some(folder), Some(source), None, None) => {
            let (looking, read) = look(folder, arguments.skip_bad_rows)?;
            terminal::note(&format!(
                "{}: {} rows, {} of them positive tests or cases",
                folder.display(),
                terminal::count(looking.rows),
                terminal::count(looking.restricting)
            ));
            Approved::Import { bundle: read.hash.to_string(), source: source.clone() }
        }
        (None, None, Some(of), Some(purpose)) => {
            Approved::Export { of: of.clone(), purpose: purpose.clone() }
        }
        _ => {
            bail!("nothing to approve\n  remedy: give a bundle with --source, or --export-of with --purpose")
        }
    };
    let approval =
        approval::approve(approved, &arguments.officer, &arguments.body, arguments.role, now(), &key)?;
    write_whole(&arguments.out, &serde_json::to_vec_pretty(&approval)?)?;
    if json {
        print_json(&serde_json::json!({ "approval": arguments.out.display().to_string() }))?;
    } else {
        anstream::println!("{}", arguments.out.display());
    }
    Ok(Outcome::Done)
}

#[derive(Serialize)]
struct ImportReport {
    stage: ImportStage,
    bundle: String,
    rows: u64,
    restricting: u64,
    /// Rows that the bundle itself makes bad, left out by --skip-bad-rows.
    bad_rows: u64,
    tables: BTreeMap<String, ImportCount>,
    reasons: BTreeMap<&'static str, u64>,
}

/// Takes a bundle in. Without enough approvals it is remembered, logged, and the answer is no.
pub(crate) fn run(arguments: &BundleImportArguments, json: bool) -> anyhow::Result<Outcome> {
    let config = Config::read(&arguments.config.config)?;
    if !config.sources.contains_key(&arguments.source) {
        bail!(
            "--source {}: is not declared\n  remedy: people must have been told of it; write what they were told into [sources] of {}",
            arguments.source,
            arguments.config.config.display()
        );
    }
    let (looking, read) = look(&arguments.bundle, arguments.lenience.skip_bad_rows)?;
    let hash = read.hash;
    let what = Approved::Import { bundle: hash.to_string(), source: arguments.source.clone() };
    let mut beside = Vec::new();
    for file in &arguments.approval {
        beside.push(approval::verify(file, &what, &config, now())?);
    }
    let wanted = ImportWanted {
        source: arguments.source.clone(),
        bundle: hash,
        rows: looking.rows,
        restricting: looking.restricting,
    };
    let mut report = ImportReport {
        stage: ImportStage::Waiting,
        bundle: hash.to_string(),
        rows: looking.rows,
        restricting: looking.restricting,
        bad_rows: read.report.rejected(),
        tables: BTreeMap::new(),
        reasons: BTreeMap::new(),
    };
    wait_for(async {
        let opened = open(&config).await?;
        let (import, stage) = opened.office.begin_import(&opened.operator, &wanted, &beside).await?;
        report.stage = stage;
        if matches!(stage, ImportStage::Waiting | ImportStage::Held) {
            return Ok(());
        }
        // Reading files and waiting for the database take turns.
        let read = tokio::task::block_in_place(|| take_in(arguments, &opened, &import, &mut report))?;
        opened.office.end_import(&opened.operator, &import, read).await?;
        Ok(())
    })?;
    print(&report, arguments, json)
}

struct Taking<'a> {
    opened: &'a Opened,
    import: &'a store::RecordId,
    rows: Vec<(Table, ImportRow)>,
    report: &'a mut ImportReport,
}

impl Taking<'_> {
    fn flush(&mut self) -> anyhow::Result<()> {
        let (tables, rows): (Vec<Table>, Vec<ImportRow>) = self.rows.drain(..).unzip();
        let office: &Office = &self.opened.office;
        let imported =
            Handle::current().block_on(office.import(&self.opened.operator, self.import, &rows)).context(
                "the import stopped; what was taken in stays\n  remedy: call the same command again, nothing is taken in twice",
            )?;
        for (table, imported) in tables.iter().zip(imported) {
            self.report.tables.entry(table.name().to_owned()).or_default().add(imported);
            if let Imported::Rejected(reason) = imported {
                *self.report.reasons.entry(reason).or_default() += 1;
            }
        }
        Ok(())
    }
}

impl TakeRow for Taking<'_> {
    fn take(&mut self, table: Table, row: ImportRow) -> anyhow::Result<()> {
        self.rows.push((table, row));
        if self.rows.len() < AT_ONCE { Ok(()) } else { self.flush() }
    }
}

fn take_in(
    arguments: &BundleImportArguments,
    opened: &Opened,
    import: &store::RecordId,
    report: &mut ImportReport,
) -> anyhow::Result<Sha256Hash> {
    let bundle = Bundle::open(&arguments.bundle)?;
    let mut taking = Taking { opened, import, rows: Vec::new(), report };
    let read = read_whole(&arguments.bundle, &bundle, arguments.lenience.skip_bad_rows, &mut taking)?;
    taking.flush()?;
    Ok(read.hash)
}

fn print(report: &ImportReport, arguments: &BundleImportArguments, json: bool) -> anyhow::Result<Outcome> {
    let outcome = match report.stage {
        ImportStage::Open | ImportStage::Done => Outcome::Done,
        ImportStage::Waiting | ImportStage::Held => Outcome::No,
    };
    if json {
        print_json(report)?;
        return Ok(outcome);
    }
    let count = terminal::count;
    match report.stage {
        ImportStage::Waiting => anstream::println!(
            "waits: {} rows, {} of them positive tests or cases; nothing was taken in\n  remedy: have it approved by an \
             investigator or reviewer of another body: cleanbill bundle approve {} --source {} …, then call this again with \
             --approval FILE",
            count(report.rows),
            count(report.restricting),
            arguments.bundle.display(),
            arguments.source
        ),
        ImportStage::Held => anstream::println!(
            "held: {} of {} rows are positive tests or cases, more than a day may bring; nothing was taken in, and oversight \
             is alerted\n  remedy: oversight of a third body releases it, by signing in or by an approval given here",
            count(report.restricting),
            count(report.rows)
        ),
        ImportStage::Open | ImportStage::Done => {
            let rows = report.tables.iter().map(|(table, of)| {
                [table.clone(), count(of.read), count(of.taken), count(of.there), count(of.rejected)].to_vec()
            });
            let columns = ["table", "read", "taken", "of them before", "rejected"];
            anstream::println!("{}", terminal::table(&columns, &[1, 2, 3, 4], rows));
            for (reason, number) in &report.reasons {
                anstream::println!("{} rejected: {reason}", count(*number));
            }
            if report.bad_rows > 0 {
                anstream::println!("{} left out before", terminal::bad_rows(report.bad_rows));
            }
        }
    }
    Ok(outcome)
}
