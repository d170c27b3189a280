//! What is written, and that nothing is written by halves.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{fs, path::Path};

use bundle::{
    Bundle, BundleError, BundleWriter, Format, Future, LoadOptions, Progress, REJECTED_FILE, Table,
    WriteOptions, convert,
};
use evidence::{About, Person, Visit};
use jiff::tz::TimeZone;

fn person(id: &str) -> Person {
    Person { person: id.parse().unwrap(), birth_year: None, sex: None, region: None, area: None }
}

fn visit(person: &str) -> About<Visit> {
    let says = Visit {
        venue: "v1".parse().unwrap(),
        entered: "2020-02-14T01:30:00.5Z".parse().unwrap(),
        left: Some("1890-01-01T00:00:00Z".parse().unwrap()),
    };
    About { person: person.parse().unwrap(), says }
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn times_carry_the_offset_of_the_zone_and_the_description_the_types() {
    let folder = tempfile::tempdir().unwrap();
    let options = WriteOptions {
        time_zone: TimeZone::get("Asia/Shanghai").unwrap(),
        name: "city".to_owned(),
        ..WriteOptions::default()
    };
    let mut writer = BundleWriter::create(folder.path(), options).unwrap();
    writer.write_all(&[person("p1")]).unwrap();
    writer.write_all(&[visit("p1")]).unwrap();
    assert_eq!(writer.finish().unwrap(), [(Table::People, 1), (Table::Visits, 1)]);
    // In 1890 the offset of Shanghai had seconds, which RFC 3339 cannot write.
    assert_eq!(
        fs::read_to_string(folder.path().join("visits.csv")).unwrap(),
        "person,venue,entered,left\np1,v1,2020-02-14T09:30:00.5+08:00,1890-01-01T00:00:00+00:00\n"
    );
    insta::assert_snapshot!(fs::read_to_string(folder.path().join("datapackage.json")).unwrap());
}

#[test]
fn before_the_end_the_folder_holds_no_table_and_a_dropped_writer_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = BundleWriter::create(folder.path(), WriteOptions::default()).unwrap();
    writer.write_all(&[person("p1")]).unwrap();
    assert!(matches!(Bundle::open(folder.path()), Err(BundleError::NoBundle { .. })));
    drop(writer);
    assert_eq!(names(folder.path()), Vec::<String>::new());
}

#[test]
fn a_folder_that_holds_a_bundle_is_not_written_over() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("tests.parquet"), "x").unwrap();
    let error = BundleWriter::create(folder.path(), WriteOptions::default()).unwrap_err();
    assert_eq!(
        error.to_string().replace(&folder.path().display().to_string(), "city"),
        "city: already holds tests.parquet; choose a folder that is new or empty, so that no table of another bundle stays behind"
    );
}

#[test]
fn a_table_is_written_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = BundleWriter::create(folder.path(), WriteOptions::default()).unwrap();
    writer.write_all(&[person("p1")]).unwrap();
    assert!(writer.write_all(&[person("p2")]).is_err());
}

fn bundle_with_bad_rows(folder: &Path) -> Bundle {
    fs::write(folder.join("people.csv"), "person,sex\np1,f\n=1+1,f\np2,f\np2,m\n").unwrap();
    fs::write(folder.join("venues.csv"), "venue,kind,lat,lon\nv1,cafe,-95,0\nv1,cafe,0,0\n").unwrap();
    Bundle::open(folder).unwrap()
}

#[test]
fn bad_rows_stop_a_conversion_and_leave_nothing_unless_they_are_skipped() {
    let folder = tempfile::tempdir().unwrap();
    let bundle = bundle_with_bad_rows(folder.path());
    let out = folder.path().join("out");
    let write = || WriteOptions { format: Format::Parquet, ..WriteOptions::default() };
    let error = convert(&bundle, &out, LoadOptions::default(), write()).unwrap_err();
    assert!(matches!(error, BundleError::Rejected(report) if report.rejected() == 3));
    assert_eq!(names(&out), Vec::<String>::new());

    let skip = LoadOptions { skip_bad_rows: true, ..LoadOptions::default() };
    let report = convert(&bundle, &out, skip, write()).unwrap();
    assert_eq!((report.read(), report.taken(), report.rejected()), (6, 3, 3));
    assert_eq!(names(&out), ["datapackage.json", "people.parquet", "venues.parquet"]);
    let mut loader =
        Bundle::open(&out).map(|b| b.load(LoadOptions::default()).all::<Person>()).unwrap().unwrap();
    assert_eq!(loader.pop().unwrap().person.as_str(), "p2");
}

#[test]
fn rejected_rows_are_listed_and_no_cell_is_a_formula() {
    let folder = tempfile::tempdir().unwrap();
    let bundle = bundle_with_bad_rows(folder.path());
    let mut loader = bundle.load(LoadOptions { skip_bad_rows: true, ..LoadOptions::default() });
    loader.check_all().unwrap();
    let report = loader.finish().unwrap();
    let path = folder.path().join(REJECTED_FILE);
    report.all_rejects().write(&path).unwrap();
    insta::assert_snapshot!(fs::read_to_string(&path).unwrap());
    // The list of bad rows is no table, and does not stand in the way of the next check.
    assert!(Bundle::open(folder.path()).is_ok());
}

#[test]
fn beyond_the_limit_bad_rows_are_counted_and_said_to_be_more() {
    let folder = tempfile::tempdir().unwrap();
    let bundle = bundle_with_bad_rows(folder.path());
    let mut loader =
        bundle.load(LoadOptions { skip_bad_rows: true, rejects_kept_max: 1, ..LoadOptions::default() });
    loader.check_all().unwrap();
    let report = loader.finish().unwrap();
    assert_eq!((report.rejects().len(), report.all_rejects().count(), report.rejected()), (1, 3, 3));
    let path = folder.path().join(REJECTED_FILE);
    report.all_rejects().write(&path).unwrap();
    assert!(fs::read_to_string(&path).unwrap().ends_with(",,,,,2 more bad rows are not listed\n"));
}

#[test]
fn a_table_read_twice_is_counted_once_and_gives_the_same_rows() {
    let folder = tempfile::tempdir().unwrap();
    let bundle = bundle_with_bad_rows(folder.path());
    let mut loader = bundle.load(LoadOptions { skip_bad_rows: true, ..LoadOptions::default() });
    let first: Vec<Person> = loader.all().unwrap();
    let visits: Vec<About<Visit>> = loader.all().unwrap();
    let second: Vec<Person> = loader.all().unwrap();
    assert_eq!(first, second);
    assert_eq!(visits, []);
    let report = loader.finish().unwrap();
    let people: Vec<_> = report.tables.iter().filter(|t| t.table == Table::People).collect();
    assert_eq!(people.len(), 1);
    assert_eq!((people[0].read, people[0].taken, people[0].rejected), (4, 2, 2));
    assert_eq!(report.rejects().len() as u64, report.rejected());
}

#[test]
fn progress_ends_with_all_bytes_of_each_table() {
    let folder = tempfile::tempdir().unwrap();
    let people: String = (0..40_000).fold("person\n".to_owned(), |all, i| all + &format!("p{i}\n"));
    fs::write(folder.path().join("people.csv"), &people).unwrap();
    let bundle = Bundle::open(folder.path()).unwrap();
    let mut seen: Vec<Progress> = Vec::new();
    let mut loader = bundle
        .load(LoadOptions { future: Future::Allow, ..LoadOptions::default() })
        .on_progress(|p| seen.push(p));
    loader.check_all().unwrap();
    loader.finish().unwrap();
    assert!(seen.len() >= 3);
    assert!(seen.windows(2).all(|w| w[0].bytes <= w[1].bytes && w[0].rows <= w[1].rows));
    let last = seen.last().unwrap();
    assert_eq!((last.rows, last.bytes, last.bytes_total), (40_000, people.len() as u64, people.len() as u64));
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_out_of_the_folder_is_not_followed() {
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("secret.txt");
    fs::write(&secret, "person\np1\n").unwrap();
    let city = folder.path().join("city");
    fs::create_dir(&city).unwrap();
    std::os::unix::fs::symlink(&secret, city.join("people.csv")).unwrap();
    let error = Bundle::open(&city).unwrap_err();
    assert_eq!(
        error.to_string().replace(&city.display().to_string(), "city"),
        "city: people.csv is not a file inside the folder; put the file itself there, not a link or a folder"
    );
}
