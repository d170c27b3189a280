//! Every message that somebody with a bundle can meet, as they meet it.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{fmt::Write, fs, path::Path};

use bundle::{Bundle, BundleError, Future, LoadOptions};

type Files<'a> = &'a [(&'a str, &'a [u8])];

/// Reads a bundle of the files given and says what a person is told.
fn told(files: Files<'_>, future: Future) -> String {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    let said = match checked(folder.path(), future) {
        Ok(()) => "good\n".to_owned(),
        Err(BundleError::Rejected(report)) => {
            let mut said = String::new();
            report.rejects().iter().for_each(|reject| writeln!(said, "{reject}").unwrap());
            writeln!(
                said,
                "{} read, {} taken, {} rejected",
                report.read(),
                report.taken(),
                report.rejected()
            )
            .unwrap();
            said
        }
        Err(error) => format!("{error}\n"),
    };
    said.replace(&folder.path().display().to_string(), "city")
}

fn checked(folder: &Path, future: Future) -> Result<(), BundleError> {
    let bundle = Bundle::open(folder)?;
    let mut loader = bundle.load(LoadOptions { future, ..LoadOptions::default() });
    loader.check_all()?;
    loader.finish().map(drop)
}

/// What is said of each of several bundles, one after the other.
fn tell(bundles: &[(&str, Files<'_>)]) -> String {
    bundles.iter().fold(String::new(), |mut all, (what, files)| {
        writeln!(all, "— {what}\n{}", told(files, Future::Allow)).unwrap();
        all
    })
}

fn assert_told(name: &str, said: String) {
    insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!(name, said) });
}

const PEOPLE: (&str, &[u8]) = ("people.csv", b"person\np1\np2\n");

#[test]
fn files_that_are_no_bundle_are_refused() {
    assert_told(
        "files",
        tell(&[
            ("an empty folder", &[]),
            ("a file that is no table", &[PEOPLE, ("visit.csv", b"person\n")]),
            ("a table twice", &[PEOPLE, ("people.parquet", b"PAR1")]),
            ("an empty file", &[("people.csv", b"")]),
            ("an undeclared column", &[("people.csv", b"person,religion\np1,x\n")]),
            ("a column written otherwise", &[("people.csv", b"person,Birth Year\np1,1950\n")]),
            ("a column twice", &[("people.csv", b"person,sex,sex\np1,f,m\n")]),
            ("a required column missing", &[PEOPLE, ("visits.csv", b"person,venue\np1,v1\n")]),
            ("Latin-1", &[("venues.csv", b"venue,kind,name\nv1,cafe,x\nv2,cafe,Caf\xe9\n")]),
            ("UTF-16", &[("people.csv", b"\xff\xfep\0")]),
            ("a character torn by a delimiter", &[("people.csv", b"person,sex\n\xc3,\xa9\n")]),
            (
                "a quotation mark never closed",
                &[("venues.csv", b"venue,kind,name\nv1,cafe,\"x\nv2,cafe,y\nv3,cafe,z\n")],
            ),
            ("a Parquet file that is none", &[("people.parquet", b"person\np1\n")]),
            (
                "rejected.csv and notes beside the tables",
                &[PEOPLE, ("rejected.csv", b"x\n"), ("notes.txt", b"x")],
            ),
        ]),
    );
}

#[test]
fn a_missing_folder_is_named() {
    let error = Bundle::open(Path::new("no/such/folder")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "no/such/folder: cannot be read: No such file or directory (os error 2); check that it exists and that you may read it"
    );
}

#[test]
fn bad_cells_are_told_with_their_place_and_the_remedy() {
    let visits = b"person,venue,entered,left\n\
        p1,v1,2020-02-14T09:30:00,\n\
        p1,v1,2020-02-14,\n\
        p1,v1,14.02.2020 09:30,\n\
        p1,v1,2020-02-30T09:30:00+08:00,\n\
        p1,v1,2020-02-14T09:30:60+08:00,\n\
        p1,v1,2020-02-14T09:30:00.1234567+08:00,\n\
        p1,v1,2020-02-14T09:30:00+08:00[Asia/Tokyo],\n\
        p1,v1,,\n\
        p1,v1\n\
        p1,v1,2020-02-14T09:30:00Z,,extra\n\
        p1,,2020-02-14T09:30:00Z,\n\
        p 1,v1,2020-02-14T09:30:00Z,\n\
        p9,v1,2020-02-14T09:30:00Z,\n\
        p1,v9,2020-02-14T09:30:00Z,\n\
        p1,v1,2020-02-14T09:30:00Z,2020-02-14T09:29:59Z\n\
        \n\
        p1,v1,2020-02-14T09:30:00Z,2020-02-14T09:30:00Z\n";
    assert_told("cells", tell(&[
        ("visits", &[PEOPLE, ("venues.csv", b"venue,kind\nv1,cafe\n"), ("visits.csv", visits)]),
        ("visits without venues", &[PEOPLE, ("visits.csv", b"person,venue,entered\np1,v9,2020-02-14T09:30:00Z\n")]),
        ("visits without people", &[("visits.csv", b"person,venue,entered\np1,v9,2020-02-14T09:30:00Z\n")]),
        (
            "people",
            &[(
                "people.csv",
                b"person,birth_year,sex,region\np1,1879,f,r\np2,195O,f,r\np3,1950,male,r\np4,1950,m,r/1\np5,,,\np5,,,\n\"p\n6\",,,\np7,,,\np7,,,\n",
            )],
        ),
        (
            "venues",
            &[(
                "venues.csv",
                b"venue,kind,lat,lon\nv1,Cafe,,\nv2,cafe,91,0\nv3,cafe,0,181\nv4,cafe,1,\nv5,cafe,,1\nv6,cafe,NaN,1\nv7,cafe,\"1,5\",1\nv1,cafe,,\nv1,cafe,,\n",
            )],
        ),
    ]));
}

#[test]
fn bad_rows_of_every_other_table_are_told() {
    const T: &str = "2020-02-14T09:30:00Z";
    let fill = |text: &str| {
        text.replace('T', T).replace('L', "2020-02-28T09:30:00Z").replace('M', "2020-02-28T09:30:01Z")
    };
    let table = |name: &'static str, text: &str| (name, fill(text).into_bytes());
    let tables = [
        table("households.csv", "household,person\nh1,p1\nh1,p2\nh1,p1\n"),
        table("regions.csv", "region,level,from,to\nr1,huge,T,\nr1,low,L,T\nr1,low,T,L\n"),
        table(
            "cases.csv",
            "case,person,status,onset,recovered\nc1,p1,ill,,\nc2,p1,recovered,L,T\nc3,p9,confirmed,,\nc4,p1,confirmed,T,\nc4,p1,confirmed,T,\n",
        ),
        table("declarations.csv", "person,at,symptoms\np1,T,fever;sneezing\np1,T,\np1,T,fever;cough\n"),
        table(
            "checks.csv",
            "person,at,temperature_c,symptoms,by\np1,T,3.66,,self\np1,T,hot,,self\np1,T,36.6,,robot\np1,T,36.6,,self\n",
        ),
        table("stays.csv", "person,region,arrived,left\np1,r1,L,T\np1,r1,T,\n"),
        table(
            "trips.csv",
            "person,vehicle,mode,row,departed,arrived\np1,G1/2020-01-20,tram,,T,L\np1,G1/2020-01-20,train,70000,T,L\np1,G1/2020-01-20,train,x,T,L\np1,G1/2020-01-20,train,5,L,T\np1,G 1,train,5,T,L\np1,G1/2020-01-20,train,5,T,L\n",
        ),
        table("named_contacts.csv", "case,person,from,to\nc9,p1,T,\nc4,p9,T,\nc4,p1,L,T\nc4,p1,T,T\n"),
        table(
            "tests.csv",
            "test,person,sampled,reported,method,result\nt1,p1,L,T,pcr,positive\nt2,p1,T,,blood,positive\nt3,p1,T,,pcr,maybe\nt4,p1,T,,pcr,positive\nt4,p1,T,,pcr,positive\n",
        ),
        table(
            "rulings.csv",
            "ruling,person,reason,effect,from,to,ground,by,second\n\
            u1,p1,*,set:red,T,L,wrong,o1,\n\
            u2,p1,*,set:yellow,T,L,wrong,o1,o1\n\
            u3,p1,*,set:red,T,M,wrong,o1,o2\n\
            u4,p1,*,lift,T,T,wrong,o1,\n\
            u5,p1,*,set:blue,T,L,wrong,o1,\n\
            u6,p1,A rule,lift,T,L,wrong,o1,\n\
            u7,p1,*,lift,T,L,,o1,\n\
            u8,p1,*,set:red,T,L,right,o1,o2\n\
            u9,p1,some-rule,set:green,T,M,right,o1,\n",
        ),
    ];
    let files: Vec<(&str, &[u8])> =
        std::iter::once(PEOPLE).chain(tables.iter().map(|(name, text)| (*name, text.as_slice()))).collect();
    assert_told("rows", told(&files, Future::Allow));
}

#[test]
fn what_lies_in_the_future_of_the_instant_is_told_and_announced_ends_are_not() {
    let at = Future::Reject("2020-02-14T00:00:00Z".parse().unwrap());
    let files: Files<'_> = &[
        ("people.csv", b"person,birth_year\np1,2020\np2,2021\n"),
        ("regions.csv", b"region,level,from,to\nr1,low,2020-02-13T00:00:00Z,2020-03-01T00:00:00Z\nr1,low,2020-02-14T00:00:01Z,\n"),
        ("visits.csv", b"person,venue,entered,left\np1,v,2020-02-13T23:00:00Z,2020-02-14T00:00:00Z\np1,v,2020-02-13T23:00:00Z,2020-02-14T00:00:00.000001Z\n"),
        ("rulings.csv", b"ruling,person,reason,effect,from,to,ground,by\nu1,p1,*,lift,2020-02-13T00:00:00Z,2020-02-20T00:00:00Z,x,o\n"),
    ];
    assert_told("future", told(files, at));
    assert_eq!(told(files, Future::Allow), "good\n");
}

#[test]
fn the_error_for_bad_rows_names_the_first_and_the_way_on() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("people.csv"), "person,sex\np1,f\np2,F\np3,M\n").unwrap();
    let error = checked(folder.path(), Future::Allow).unwrap_err();
    assert_eq!(
        error.to_string(),
        "2 of 3 rows are bad; the first: people.csv, line 3, sex `F`: is not a known sex; known are: f, m, x. \
         Correct the rows, or skip bad rows (--skip-bad-rows) to go on without"
    );
}

/// What is said of a `datapackage.json` with one resource, beside visits that fit the plain form.
fn described(resource: &str) -> String {
    let description =
        format!("{{\"resources\": [{{\"name\": \"people\", \"path\": \"people.csv\"}}, {resource}]}}");
    let files: Files<'_> = &[
        PEOPLE,
        ("data/visits.csv", b"person,venue,entered\np1,v1,2020-02-14T09:30:00Z\n"),
        ("datapackage.json", description.as_bytes()),
    ];
    told(files, Future::Allow)
}

#[test]
fn descriptions_that_cannot_be_followed_are_refused() {
    let of_visits = |more: &str| format!("{{\"name\": \"visits\", \"path\": \"data/visits.csv\"{more}}}");
    let path = |path: &str| format!("{{\"name\": \"visits\", \"path\": {path}}}");
    let field = |field: &str| of_visits(&format!(", \"schema\": {{\"fields\": [{{\"name\": {field}}}]}}"));
    let resources = [
        of_visits(""),
        path("[\"data/visits.csv\"]"),
        of_visits(", \"format\": \"csv\", \"encoding\": \"UTF-8\", \"profile\": \"tabular-data-resource\""),
        "{\"name\": \"cell_towers\", \"path\": \"data/visits.csv\"}".to_owned(),
        "{\"name\": \"people\", \"path\": \"people.csv\"}".to_owned(),
        "{\"name\": \"visits\"}".to_owned(),
        "{\"name\": \"visits\", \"data\": []}".to_owned(),
        "{\"path\": \"visits.csv\"}".to_owned(),
        "{\"name\": \"visits\",, }".to_owned(),
        path("[\"a.csv\", \"b.csv\"]"),
        path("\"../visits.csv\""),
        path("\"/etc/passwd\""),
        path("\"https://example.org/visits.csv\""),
        path("\"data\\\\visits.csv\""),
        path("\"data/none.csv\""),
        path("\"data\""),
        of_visits(", \"format\": \"xlsx\""),
        of_visits(", \"encoding\": \"windows-1252\""),
        of_visits(", \"compression\": \"gz\""),
        of_visits(", \"schema\": \"schema.json\""),
        of_visits(", \"dialect\": \"dialect.json\""),
        of_visits(", \"dialect\": {\"delimiter\": \";;\"}"),
        of_visits(", \"dialect\": {\"skipInitialSpace\": true}"),
        of_visits(", \"dialect\": {\"nullSequence\": \"N\"}"),
        of_visits(", \"dialect\": {\"headerRows\": [1, 2]}"),
        of_visits(", \"dialect\": {\"lineTerminator\": \"|\"}"),
        of_visits(", \"dialect\": {\"sheetName\": \"x\"}"),
        of_visits(", \"dialect\": {\"header\": false}"),
        field("\"colour\""),
        field("\"entered\", \"type\": \"date\""),
        field("\"entered\", \"type\": \"string\""),
        field("\"person\", \"type\": \"integer\""),
        field("\"entered\", \"type\": \"datetime\", \"format\": \"%d.%m.%Y %H:%M\""),
        field("\"entered\", \"type\": \"datetime\", \"format\": \"%Y %z\""),
        field("\"entered\", \"type\": \"datetime\", \"missingValues\": [\"NA\"]"),
    ];
    let said: String = resources.iter().fold(String::new(), |mut all, resource| {
        writeln!(all, "— {resource}\n{}", described(resource)).unwrap();
        all
    });
    assert_told("descriptions", said);
}

#[test]
fn a_table_that_the_description_does_not_list_is_refused() {
    let description = br#"{"resources": [{"name": "people", "path": "people.csv"}]}"#;
    let said = tell(&[
        ("unlisted", &[PEOPLE, ("datapackage.json", description), ("visits.csv", b"person,venue,entered\n")]),
        ("not a table", &[PEOPLE, ("datapackage.json", description), ("exposures.csv", b"x\n")]),
        ("no resources", &[PEOPLE, ("datapackage.json", b"{}")]),
        ("not JSON", &[PEOPLE, ("datapackage.json", b"resources: []")]),
    ]);
    assert_told("unlisted", said);
}
