//! Bundles and exports from outside, read from `CLEANBILL_DATA` (else `../shared/data` beside the workspace). Where they
//! are missing the tests say so and pass.

use std::path::{Path, PathBuf};

use bundle::{Bundle, Future, LoadOptions, Table};
use evidence::{About, Visit};

fn data(name: &str) -> Option<PathBuf> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folder = std::env::var_os("CLEANBILL_DATA")
        .map_or_else(|| workspace.join("../shared/data"), |folder| workspace.join(folder))
        .join(name);
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!(
        "skipped: {} is not there; set CLEANBILL_DATA to the folder that holds {name}",
        folder.display()
    );
    None
}

#[test]
fn every_row_of_the_simulated_city_is_good() {
    let Some(folder) = data("covasim-3000") else { return };
    let bundle = Bundle::open(&folder.join("bundle")).unwrap();
    let at = "2020-12-31T00:00:00Z".parse().unwrap();
    let mut loader = bundle.load(LoadOptions { future: Future::Reject(at), ..LoadOptions::default() });
    loader.check_all().unwrap();
    let report = loader.finish().unwrap();
    let lines: usize = bundle
        .sources()
        .map(|source| std::fs::read_to_string(source.path()).unwrap().lines().count() - 1)
        .sum();
    assert_eq!(report.read(), lines as u64);
    assert_eq!(report.taken(), report.read());
    assert!(report.tables.iter().any(|t| t.table == Table::Visits && t.taken > 200_000));
}

#[test]
fn the_future_of_the_simulated_city_is_rejected_when_it_is_read_for_the_past() {
    let Some(folder) = data("covasim-3000") else { return };
    let bundle = Bundle::open(&folder.join("bundle")).unwrap();
    let at: jiff::Timestamp = "2020-02-10T00:00:00+08:00".parse().unwrap();
    let options = LoadOptions { future: Future::Reject(at), skip_bad_rows: true, ..LoadOptions::default() };
    let mut loader = bundle.load(options);
    let mut latest = jiff::Timestamp::MIN;
    loader.each::<About<Visit>>(|visit| latest = latest.max(visit.says.left.unwrap())).unwrap();
    assert!(latest <= at, "a visit that ended at {latest} was taken");
    let report = loader.finish().unwrap();
    assert!(report.rejected() > 1_000);
    assert_eq!(report.read(), report.taken() + report.rejected());
    assert_eq!(report.rejects().len(), 10_000);
}
