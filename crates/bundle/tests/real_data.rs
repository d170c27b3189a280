//! Bundles and exports from outside, read from `CLEANBILL_DATA` (else `../shared/data` beside the workspace). Where they
//! are missing the tests say so and pass.

use std::path::{Path, PathBuf};

use bundle::{
    Bundle, ConversionOptions, Future, Godata, Linelist, LoadOptions, Table, from_godata, from_linelist,
};
use evidence::{About, Case, CaseStatus, NamedContact, Person, Sex, Visit};

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

fn mers(folder: &Path) -> Linelist {
    Linelist {
        mapping: Path::new(env!("CARGO_MANIFEST_DIR")).join("mappings/mers-korea-2015.toml"),
        cases: folder.join("linelist.csv"),
        contacts: Some(folder.join("contacts.csv")),
    }
}

#[test]
fn the_korean_line_list_becomes_a_bundle_without_losing_a_row() {
    let Some(folder) = data("mers-korea-2015") else { return };
    let out = tempfile::tempdir().unwrap();
    let conversion = from_linelist(&mers(&folder), out.path(), &ConversionOptions::default()).unwrap();
    let counts: Vec<_> = conversion.inputs.iter().map(|i| (i.read, i.taken, i.rejected)).collect();
    assert_eq!(counts, [(162, 162, 0), (98, 98, 0)]);
    assert_eq!(conversion.tables, [(Table::People, 162), (Table::Cases, 162), (Table::NamedContacts, 98)]);

    let bundle = Bundle::open(out.path()).unwrap();
    let mut loader = bundle.load(LoadOptions::default());
    let people: Vec<Person> = loader.all().unwrap();
    let cases: Vec<About<Case>> = loader.all().unwrap();
    let contacts: Vec<NamedContact> = loader.all().unwrap();
    assert_eq!(loader.finish().unwrap().rejected(), 0);
    // SK_1: 68 years old, reported 2015-05-19, onset 05-11, diagnosed 05-20.
    assert_eq!(people[0].birth_year.unwrap().year(), 1947);
    assert_eq!(people[0].sex, Some(Sex::Male));
    assert_eq!(cases[0].says.onset, Some("2015-05-11T00:00:00+09:00".parse().unwrap()));
    assert_eq!(cases[0].says.confirmed, Some("2015-05-20T00:00:00+09:00".parse().unwrap()));
    assert!(cases.iter().all(|c| c.says.status == CaseStatus::Confirmed && c.says.confirmed.is_some()));
    // SK_14 named SK_41, whose own row records an exposure on 2015-05-27.
    let contact =
        contacts.iter().find(|c| c.case.as_str() == "SK_14" && c.person.as_str() == "SK_41").unwrap();
    assert_eq!(contact.from, "2015-05-27T00:00:00+09:00".parse().unwrap());
    assert_eq!(contact.to, Some(contact.from));
    assert_eq!(contact.setting.as_deref(), Some("Emergency room"));
    // Two rows of the line list record no exposure: the case's onset stands in.
    assert_eq!(contacts.iter().filter(|c| c.to.is_none()).count(), 2);
}

#[test]
fn the_go_data_export_becomes_a_bundle_and_says_what_was_left_out() {
    let Some(folder) = data("godata-training") else { return };
    let out = tempfile::tempdir().unwrap();
    let conversion = from_godata(&Godata::new(&folder), out.path(), &ConversionOptions::default()).unwrap();
    for input in &conversion.inputs {
        assert_eq!(
            input.read,
            input.taken + input.rejected + input.left_out.values().sum::<u64>(),
            "{}",
            input.file
        );
    }
    let shown = conversion.to_string().replace(&folder.display().to_string(), "FOLDER");
    insta::assert_snapshot!(shown);

    let bundle = Bundle::open(out.path()).unwrap();
    let mut loader = bundle.load(LoadOptions::default());
    loader.check_all().unwrap();
    let report = loader.finish().unwrap();
    assert_eq!((report.read(), report.rejected()), (report.taken(), 0));
    for source in bundle.sources() {
        let text = std::fs::read_to_string(source.path()).unwrap();
        for name in ["Abdoulaye", "Adama", "Bassirou", "Main Street", "FARMER"] {
            assert!(!text.contains(name), "{name} was carried over into {}", source.file);
        }
    }
}
