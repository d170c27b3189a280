//! The forms of CSV that are read, and the limits that keep memory bounded.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    cell::Cell,
    fs,
    io::{self, Cursor, Read},
};

use bundle::{Bundle, BundleError, Future, LoadOptions, RECORD_BYTES_MAX, Row, RowError, Rows};
use evidence::{About, Case, Check, Person, RegionPeriod, Symptom, Symptoms, Venue, Visit};

fn rows<R: Row>(text: impl AsRef<[u8]>) -> Vec<(u64, R)> {
    Rows::<R>::from_csv(Cursor::new(text.as_ref()), "t.csv", Future::Allow)
        .unwrap()
        .map(|row| row.unwrap())
        .map(|numbered| (numbered.line, numbered.row))
        .collect()
}

/// The rows of one table of a bundle with a description.
fn described<R: Row>(table: &str, text: &[u8], resource: &str) -> Vec<R> {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("people.csv"), "person\np1\n").unwrap();
    fs::write(folder.path().join(format!("{table}.csv")), text).unwrap();
    let people = if table == "people" { "" } else { r#", {"name": "people", "path": "people.csv"}"# };
    let description =
        format!(r#"{{"resources": [{{"name": "{table}", "path": "{table}.csv", {resource}}}{people}]}}"#);
    fs::write(folder.path().join("datapackage.json"), description).unwrap();
    let bundle = Bundle::open(folder.path()).unwrap();
    let mut loader = bundle.load(LoadOptions::default());
    let rows = loader.all().unwrap();
    loader.finish().unwrap();
    rows
}

#[test]
fn columns_come_in_any_order_and_optional_ones_may_be_absent() {
    let visits = rows::<About<Visit>>("entered,person,venue\n2020-02-14T09:30:00+08:00,p1,v1\n");
    let (line, visit) = &visits[0];
    assert_eq!((*line, visit.person.as_str(), visit.says.venue.as_str()), (2, "p1", "v1"));
    assert_eq!(visit.says.entered, "2020-02-14T01:30:00Z".parse().unwrap());
    assert_eq!(visit.says.left, None);
}

#[test]
fn a_byte_order_mark_crlf_and_blank_lines_are_no_obstacle_and_lines_are_counted_right() {
    let text = "\u{feff}person,sex\r\np1,f\r\n\r\n\r\n\"p2\",m\r\np3,x";
    let people: Vec<(u64, String)> =
        rows::<Person>(text).into_iter().map(|(line, p)| (line, p.person.to_string())).collect();
    assert_eq!(people, [(2, "p1".to_owned()), (5, "p2".to_owned()), (6, "p3".to_owned())]);
}

#[test]
fn a_record_that_spans_lines_is_told_by_its_first() {
    let venues = rows::<Venue>("venue,kind,name\nv1,cafe,\"a\n\n\"\"b\"\"\"\nv2,cafe,c\n");
    assert_eq!(venues[0].1.name.as_deref(), Some("a\n\n\"b\""));
    assert_eq!(venues.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [2, 5]);
}

#[test]
fn input_that_arrives_byte_by_byte_gives_the_same_rows() {
    struct Drip<R>(R);
    impl<R: Read> Read for Drip<R> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.0.read(&mut buffer[..1])
        }
    }
    let text = "\u{feff}venue,kind,name\r\nv1,cafe,\"é\r\n\"\"中\"\"\"\r\nv2,cafe,\r\n";
    let whole = rows::<Venue>(text);
    let drip = Rows::<Venue>::from_csv(Drip(Cursor::new(text)), "t.csv", Future::Allow).unwrap();
    let drip: Vec<(u64, Venue)> = drip.map(|r| r.unwrap()).map(|n| (n.line, n.row)).collect();
    assert_eq!(drip, whole);
    assert_eq!(whole.len(), 2);
}

#[test]
fn symptoms_and_empty_cells_mean_what_they_say() {
    let checks = rows::<About<Check>>(
        "person,at,temperature_c,symptoms,by\np1,2020-02-14T09:30:00Z,,,self\np1,2020-02-14T09:30:00Z,38.25,fever; cough,worker\n",
    );
    assert_eq!(checks[0].1.says.symptoms, Symptoms::NONE);
    assert_eq!(checks[0].1.says.temperature, None);
    let both: Symptoms = [Symptom::Cough, Symptom::Fever].into_iter().collect();
    assert_eq!(checks[1].1.says.symptoms, both);
    assert_eq!(checks[1].1.says.temperature.unwrap().celsius(), 38.25);
}

#[test]
fn every_way_to_write_an_instant_reads_as_the_same() {
    let expected: jiff::Timestamp = "2020-02-29T01:30:00Z".parse().unwrap();
    for text in [
        "2020-02-29T09:30:00+08:00",
        "2020-02-29T01:30:00Z",
        "2020-02-29T01:30:00z",
        "2020-02-28T13:00:00-12:30",
        "2020-02-29 09:30:00+08:00",
        "2020-02-29T09:30:00.000000+08:00",
        "2020-02-29T09:30:00.000000000+08:00",
    ] {
        let read = rows::<About<Visit>>(format!("person,venue,entered\np1,v1,{text}\n"));
        assert_eq!(read[0].1.says.entered, expected, "{text}");
    }
}

#[test]
fn the_dialect_of_a_description_is_followed() {
    let venues: Vec<Venue> = described(
        "venues",
        b"# from the registry\nvenue;kind;name;lat;lon\nv1;cafe;'a;''b''';1.234,5;-\nv2;cafe;-;52,5;13,4\n",
        r#""dialect": {"delimiter": ";", "quoteChar": "'", "commentChar": "\#", "lineTerminator": "\n"},
           "schema": {"missingValues": ["", "-", "1.234,5"], "fields": [
             {"name": "venue", "type": "string"}, {"name": "kind"}, {"name": "name", "type": "string"},
             {"name": "lat", "type": "number", "decimalChar": ",", "groupChar": "."},
             {"name": "lon", "type": "number", "decimalChar": ",", "groupChar": "."}]}"#
            .replace("\\#", "#")
            .as_str(),
    );
    assert_eq!(venues[0].name.as_deref(), Some("a;'b'"));
    assert_eq!(venues[0].position, None);
    assert_eq!(venues[1].name, None);
    let position = venues[1].position.unwrap();
    assert_eq!((position.latitude(), position.longitude()), (52.5, 13.4));
}

#[test]
fn a_file_without_a_header_takes_its_columns_from_the_schema() {
    let people: Vec<Person> = described(
        "people",
        b"f,p1,1950\nm,p2,\n",
        r#""dialect": {"header": false}, "schema": {"fields": [
            {"name": "sex"}, {"name": "person"}, {"name": "birth_year", "type": "year"}]}"#,
    );
    assert_eq!(people[0].person.as_str(), "p1");
    assert_eq!(people[0].birth_year.unwrap().year(), 1950);
    assert_eq!(people[1].sex.unwrap().word(), "m");
}

#[test]
fn a_strptime_format_with_an_offset_is_followed() {
    let regions: Vec<RegionPeriod> = described(
        "regions",
        b"region,level,from,to\nr1,low,14.02.2020 09:30 +0800,\n",
        r#""schema": {"fields": [{"name": "from", "type": "datetime", "format": "%d.%m.%Y %H:%M %z"}]}"#,
    );
    assert_eq!(regions[0].from, "2020-02-14T01:30:00Z".parse().unwrap());
}

#[test]
fn tab_separated_values_are_read_where_the_format_says_so() {
    let cases: Vec<About<Case>> =
        described("cases", b"case\tperson\tstatus\nc1\tp1\tconfirmed\n", r#""format": "tsv""#);
    assert_eq!(cases[0].says.case.as_str(), "c1");
}

/// Gives one header, then the same byte for ever, and counts how many were asked for.
struct Endless<'c> {
    head: Cursor<Vec<u8>>,
    byte: u8,
    given: &'c Cell<u64>,
}

impl Read for Endless<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = match self.head.read(buffer)? {
            0 => {
                buffer.fill(self.byte);
                buffer.len()
            }
            read => read,
        };
        self.given.set(self.given.get() + read as u64);
        Ok(read)
    }
}

#[test]
fn a_line_without_end_stops_at_the_limit_and_is_named() {
    for (byte, start) in [(b'x', "p1,"), (b'x', "p1,\""), (b',', "p1"), (b'"', "p1,\""), (b'\n', "p1,\"")] {
        let given = Cell::new(0);
        let head = Cursor::new(format!("person,sex\np0,f\n{start}").into_bytes());
        let endless = Endless { head, byte, given: &given };
        let mut rows = Rows::<Person>::from_csv(endless, "people.csv", Future::Allow).unwrap();
        assert!(rows.next().unwrap().is_ok());
        let Some(Err(RowError::Stop(error))) = rows.next() else { panic!("the line has an end") };
        assert!(matches!(error, BundleError::RecordTooLong { line: 3, .. }), "{error}");
        assert!(given.get() < 2 * RECORD_BYTES_MAX as u64, "{} bytes were read", given.get());
        assert!(rows.next().is_none(), "nothing follows an error that stops");
        let what = if byte == b',' {
            "more than 1024 fields; check the delimiter"
        } else {
            "more than 1 MiB; look for"
        };
        assert!(error.to_string().contains(what), "{error}");
    }
}

#[test]
fn a_header_without_end_stops_at_the_limit() {
    let given = Cell::new(0);
    let endless = Endless { head: Cursor::new(Vec::new()), byte: b'x', given: &given };
    let error = Rows::<Person>::from_csv(endless, "people.csv", Future::Allow).unwrap_err();
    insta::assert_snapshot!(error.to_string(), @"people.csv, line 1: the record that begins here has more than 1 MiB; look for a quotation mark that is never closed or for missing line ends");
}

#[test]
fn a_reader_that_fails_is_an_error_and_no_end() {
    struct Broken(u8);
    impl Read for Broken {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.0 += 1;
            match self.0 {
                1 => Cursor::new("person\np1\n").read(buffer),
                2 => Err(io::ErrorKind::Interrupted.into()),
                _ => Err(io::Error::other("the disk is gone")),
            }
        }
    }
    let mut rows = Rows::<Person>::from_csv(Broken(0), "people.csv", Future::Allow).unwrap();
    assert!(rows.next().unwrap().is_ok());
    let Some(Err(RowError::Stop(error))) = rows.next() else {
        panic!("the end of the file was taken for granted")
    };
    assert_eq!(
        error.to_string(),
        "people.csv: cannot be read: the disk is gone; check that it exists and that you may read it"
    );
}
