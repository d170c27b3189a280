//! Parquet as other tools write it: types that are read, types that are refused, files that are damaged.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{fs, fs::File, path::Path, sync::Arc};

use arrow::{
    array::{
        ArrayRef, Date32Array, DictionaryArray, Float64Array, Int16Array, Int32Array, Int64Array,
        LargeStringArray, NullArray, RecordBatch, StringArray, StringViewArray, TimestampMicrosecondArray,
        TimestampMillisecondArray, TimestampNanosecondArray, TimestampSecondArray, UInt64Array,
    },
    datatypes::Int32Type,
};
use bundle::{Bundle, BundleError, Future, LoadOptions, Row};
use evidence::{About, Person, Venue, Visit};
use parquet::arrow::ArrowWriter;

/// The seconds of 2020-02-14T01:30:00Z.
const SECONDS: i64 = 1_581_643_800;

fn write(path: &Path, columns: Vec<(&str, ArrayRef)>) {
    let batch =
        RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(n, a)| (n, a, true))).unwrap();
    let mut writer = ArrowWriter::try_new(File::create(path).unwrap(), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
}

fn text(texts: &[&str]) -> ArrayRef {
    Arc::new(StringArray::from(texts.to_vec()))
}

/// Reads one table of a bundle of Parquet files.
fn read<R: Row>(tables: Vec<(&str, Vec<(&str, ArrayRef)>)>) -> Result<Vec<R>, String> {
    let folder = tempfile::tempdir().unwrap();
    for (table, columns) in tables {
        write(&folder.path().join(format!("{table}.parquet")), columns);
    }
    let load = || {
        let bundle = Bundle::open(folder.path())?;
        let mut loader = bundle.load(LoadOptions::default());
        let rows = loader.all::<R>()?;
        loader.finish().map(|_| rows)
    };
    load()
        .map_err(|error: BundleError| error.to_string().replace(&folder.path().display().to_string(), "city"))
}

fn visits(people: ArrayRef, entered: ArrayRef) -> Result<Vec<About<Visit>>, String> {
    let venues = text(&["v1"]);
    read(vec![
        ("people", vec![("person", text(&["p1"]))]),
        ("visits", vec![("person", people), ("venue", venues), ("entered", entered)]),
    ])
}

#[test]
fn every_layout_of_text_is_read() {
    let layouts: [ArrayRef; 4] = [
        text(&["p1"]),
        Arc::new(LargeStringArray::from(vec!["p1"])),
        Arc::new(StringViewArray::from(vec!["p1"])),
        Arc::new(DictionaryArray::<Int32Type>::from_iter(["p1"])),
    ];
    for layout in layouts {
        let kind = layout.data_type().clone();
        let instants = TimestampSecondArray::from(vec![SECONDS]).with_timezone("UTC");
        let visits = visits(layout, Arc::new(instants)).unwrap();
        assert_eq!(visits[0].person.as_str(), "p1", "{kind}");
    }
}

#[test]
fn every_unit_of_time_with_a_zone_is_read_as_the_same_instant() {
    let units: [ArrayRef; 6] = [
        Arc::new(TimestampSecondArray::from(vec![SECONDS]).with_timezone("UTC")),
        Arc::new(TimestampMillisecondArray::from(vec![SECONDS * 1_000]).with_timezone("+00:00")),
        Arc::new(TimestampMicrosecondArray::from(vec![SECONDS * 1_000_000]).with_timezone("+08:00")),
        Arc::new(TimestampNanosecondArray::from(vec![SECONDS * 1_000_000_000]).with_timezone("UTC")),
        text(&["2020-02-14T09:30:00+08:00"]),
        Arc::new(DictionaryArray::<Int32Type>::from_iter(["2020-02-14T09:30:00+08:00"])),
    ];
    for unit in units {
        let kind = unit.data_type().clone();
        let visits = visits(text(&["p1"]), unit).unwrap();
        assert_eq!(visits[0].says.entered, jiff::Timestamp::from_second(SECONDS).unwrap(), "{kind}");
    }
}

#[test]
fn numbers_are_read_from_any_type_that_holds_them_exactly() {
    let years: [ArrayRef; 5] = [
        Arc::new(Int16Array::from(vec![Some(1950), None])),
        Arc::new(Int64Array::from(vec![Some(1950), None])),
        Arc::new(UInt64Array::from(vec![Some(1950), None])),
        Arc::new(Float64Array::from(vec![Some(1950.0), None])),
        Arc::new(StringArray::from(vec![Some("1950"), None])),
    ];
    for year in years {
        let kind = year.data_type().clone();
        let people: Vec<Person> =
            read(vec![("people", vec![("person", text(&["p1", "p2"])), ("birth_year", year)])]).unwrap();
        assert_eq!(people[0].birth_year.map(|y| y.year()), Some(1950), "{kind}");
        assert_eq!(people[1].birth_year, None, "{kind}");
    }
    let nothing = Arc::new(NullArray::new(1));
    let venues: Vec<Venue> = read(vec![(
        "venues",
        vec![
            ("venue", text(&["v1"])),
            ("kind", text(&["cafe"])),
            ("name", nothing),
            ("lat", Arc::new(Int32Array::from(vec![52]))),
            ("lon", Arc::new(Float64Array::from(vec![13.4]))),
        ],
    )])
    .unwrap();
    assert_eq!(venues[0].position.unwrap().latitude(), 52.0);
    assert_eq!(venues[0].name, None);
}

#[test]
fn what_parquet_cannot_say_exactly_is_told() {
    let zoneless: ArrayRef = Arc::new(TimestampMicrosecondArray::from(vec![0]));
    let days: ArrayRef = Arc::new(Date32Array::from(vec![18_306]));
    let counts: ArrayRef = Arc::new(Int64Array::from(vec![SECONDS]));
    let fine: ArrayRef =
        Arc::new(TimestampNanosecondArray::from(vec![SECONDS * 1_000_000_000 + 1]).with_timezone("UTC"));
    let far: ArrayRef = Arc::new(TimestampSecondArray::from(vec![i64::MAX]).with_timezone("UTC"));
    let empty: ArrayRef = Arc::new(TimestampSecondArray::from(vec![None]).with_timezone("UTC"));
    let numbers: ArrayRef = Arc::new(Int64Array::from(vec![1]));
    let half: ArrayRef = Arc::new(Float64Array::from(vec![1950.5]));
    let mut said: Vec<String> = [zoneless, days, counts, fine, far, empty]
        .into_iter()
        .map(|e| visits(text(&["p1"]), e).unwrap_err())
        .collect();
    let now: ArrayRef = Arc::new(TimestampSecondArray::from(vec![SECONDS]).with_timezone("UTC"));
    said.push(visits(numbers, now).unwrap_err());
    let people = |columns| read::<Person>(vec![("people", columns)]).unwrap_err();
    said.push(people(vec![("person", text(&["p1"])), ("birth_year", half)]));
    said.push(people(vec![("person", text(&["p1"])), ("income", text(&["x"]))]));
    said.push(people(vec![("sex", text(&["f"]))]));
    said.push(people(vec![("person", text(&["p1", "", "p1"]))]));
    insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!(said.join("\n")) });
}

#[test]
fn a_table_of_many_batches_keeps_its_order_and_its_rows() {
    let ids: Vec<String> = (0..50_000).map(|i| format!("p{i}")).collect();
    let names: Vec<&str> = ids.iter().map(String::as_str).collect();
    let people: Vec<Person> = read(vec![("people", vec![("person", text(&names))])]).unwrap();
    assert!(people.iter().map(|p| p.person.as_str()).eq(names));
}

#[test]
fn a_file_cut_or_changed_anywhere_gives_an_error_or_rows_and_never_a_crash() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("people.parquet");
    let ids: Vec<String> = (0..200).map(|i| format!("p{i}")).collect();
    let names: Vec<&str> = ids.iter().map(String::as_str).collect();
    let years: ArrayRef = Arc::new(Int32Array::from_iter_values(1_900..2_100));
    write(&path, vec![("person", text(&names)), ("birth_year", years)]);
    let good = fs::read(&path).unwrap();
    let read = |bytes: &[u8]| {
        fs::write(&path, bytes).unwrap();
        let bundle = Bundle::open(folder.path()).unwrap();
        let mut loader = bundle.load(LoadOptions { future: Future::Allow, ..LoadOptions::default() });
        loader.check_all().and_then(|()| loader.finish())
    };
    assert_eq!(read(&good).unwrap().taken(), 200);
    for length in (0..good.len()).step_by(97) {
        assert!(read(&good[..length]).is_err(), "a file cut to {length} bytes was read");
    }
    let mut refused = 0;
    for (place, change) in (0..good.len()).flat_map(|place| [(place, 0x55), (place, 0xff)]) {
        let mut bytes = good.clone();
        bytes[place] ^= change;
        match read(&bytes) {
            Ok(report) => assert_eq!(report.read(), 200, "byte {place}"),
            Err(_) => refused += 1,
        }
    }
    assert!(refused > 100, "{refused} damaged files were refused");
}
