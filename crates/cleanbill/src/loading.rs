//! Reading a bundle from the command line: progress, bad rows, and who is in it.

use std::path::{Path, PathBuf};

use anyhow::anyhow;
use bundle::{Bundle, BundleError, Future, LoadOptions, Loader, Progress, Rejects, Report};
use contacts::Profile;
use evidence::{
    About, Case, Check, Declaration, HouseholdMember, NamedContact, Person, RegionPeriod, Ruling, Stay, Test,
    Trip, Venue,
};

use crate::{
    arguments::{EvidenceArguments, Lenience},
    population::{Loaded, Population},
    terminal,
    visit_index::read_visits,
};

/// Bad rows shown on the terminal; all are in `rejected.csv`.
const SHOWN_MAX: usize = 10;

/// Reads a bundle with `read`, shows progress, and deals with bad rows as the arguments say: they are written to
/// `rejected.csv`, and unless they are to be skipped, that is an error.
pub(crate) fn with_bundle<T>(
    folder: &Path,
    lenience: &Lenience,
    future: Future,
    read: impl FnOnce(&Bundle, &mut Loader<'_>) -> anyhow::Result<T>,
) -> anyhow::Result<(T, Report)> {
    let bundle = Bundle::open(folder)?;
    let total = bundle.sources().map(|source| source.bytes).sum();
    let bar = terminal::progress("reading", total);
    let mut table = None;
    let mut before = 0;
    let report_progress = {
        let bar = bar.clone();
        move |progress: Progress| {
            if table.replace(progress.table) != Some(progress.table) {
                before = bar.position();
            }
            bar.set_position(before + progress.bytes);
        }
    };
    let options = LoadOptions { skip_bad_rows: lenience.skip_bad_rows, future, ..LoadOptions::default() };
    let mut loader = bundle.load(options).on_progress(report_progress);
    let read = read(&bundle, &mut loader)?;
    let finished = loader.finish();
    bar.finish_and_clear();
    match finished {
        Ok(report) => {
            if report.rejected() > 0 {
                let file = write_rejects(folder, lenience, report.all_rejects())?;
                let left_out = terminal::count(report.rejected());
                terminal::note(&format!(
                    "note: {left_out} bad rows were left out; they are in {}",
                    file.display()
                ));
            }
            Ok((read, report))
        }
        Err(BundleError::Rejected(report)) => {
            let file = write_rejects(folder, lenience, report.all_rejects())?;
            Err(anyhow!("{}", rejected(&folder.display().to_string(), report.all_rejects(), &file)))
        }
        Err(other) => Err(other.into()),
    }
}

/// Writes `rejected.csv`: where the arguments say, else into the bundle's folder, else, if that cannot be written to,
/// into the current one.
pub(crate) fn write_rejects(
    folder: &Path,
    lenience: &Lenience,
    rejects: &Rejects,
) -> Result<PathBuf, BundleError> {
    if let Some(file) = &lenience.rejected {
        rejects.write(file)?;
        return Ok(file.clone());
    }
    let beside = folder.join(bundle::REJECTED_FILE);
    if rejects.write(&beside).is_ok() {
        return Ok(beside);
    }
    let here = PathBuf::from(bundle::REJECTED_FILE);
    rejects.write(&here)?;
    Ok(here)
}

/// The message for bad rows that stopped the work.
pub(crate) fn rejected(what: &str, rejects: &Rejects, file: &Path) -> String {
    let mut lines = vec![format!("{what}: {}; nothing was done", terminal::bad_rows(rejects.count()))];
    lines.extend(rejects.kept().iter().take(SHOWN_MAX).map(|reject| format!("  {reject}")));
    let more = rejects.count().saturating_sub(SHOWN_MAX as u64);
    if more > 0 {
        lines.push(format!("  and {} more", terminal::count(more)));
    }
    lines.push(format!(
        "  remedy: all are in {}; correct them, or go on with the good rows by --skip-bad-rows",
        file.display()
    ));
    lines.join("\n")
}

/// Reads everybody's evidence.
fn population(arguments: &EvidenceArguments) -> anyhow::Result<Population> {
    let EvidenceArguments { bundle: folder, lenience, .. } = arguments;
    let (population, _) = with_bundle(folder, lenience, Future::Allow, |bundle, loader| {
        let mut population = Population::new(loader.all::<Person>()?, loader.all::<RegionPeriod>()?);
        population.households = loader.all::<HouseholdMember>()?;
        let venues = loader.all::<Venue>()?;
        loader.each(|row: About<Case>| population.case(row))?;
        population.named_contacts = loader.all::<NamedContact>()?;
        loader.each(|row: About<Test>| population.test(row))?;
        loader.each(|row: About<Declaration>| population.declaration(row))?;
        loader.each(|row: About<Check>| population.check(row))?;
        loader.each(|row: About<Stay>| population.stay(row))?;
        loader.each(|row: About<Trip>| population.trip(row))?;
        population.visits = read_visits(bundle, loader, arguments, &venues)?;
        loader.each(|row: About<Ruling>| population.ruling(row))?;
        Ok(population)
    })?;
    Ok(population)
}

/// Reads the profile by which contacts are found: the shipped one, if none is named.
pub(crate) fn profile(arguments: &EvidenceArguments) -> anyhow::Result<Profile> {
    crate::opening::profile(arguments.profile.as_deref())
}

/// Reads everybody's evidence and the profile.
pub(crate) fn load(arguments: &EvidenceArguments) -> anyhow::Result<Loaded> {
    let profile = profile(arguments)?;
    Ok(Loaded::new(population(arguments)?, profile))
}
