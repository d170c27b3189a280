//! The command line as its users meet it: what goes in, what comes out, what is said when something is wrong.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use tempfile::TempDir;

struct Ran {
    code: i32,
    out: String,
    err: String,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

fn cleanbill(folder: &Path, arguments: &[&str]) -> Ran {
    let output =
        Command::new(env!("CARGO_BIN_EXE_cleanbill")).current_dir(folder).args(arguments).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap().replace(folder.to_str().unwrap(), "FOLDER");
    Ran { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
}

fn rules(name: &str) -> String {
    root().join("rulesets").join(format!("{name}.toml")).to_str().unwrap().to_owned()
}

fn town() -> String {
    root().join("testdata/covasim-1000/bundle").to_str().unwrap().to_owned()
}

/// A small bundle: three people at two addresses, a case, what they declared and where they went.
fn small(folder: &Path) {
    let tables = [
        (
            "people",
            "person,birth_year,sex,region,area\nanna,1980,f,,north\nbo,1990,m,,south\ncai,2001,f,,north\n",
        ),
        ("households", "household,person\nh1,anna\nh1,bo\nh2,cai\n"),
        (
            "cases",
            "case,person,status,onset,confirmed,isolated,recovered\n\
             c1,anna,confirmed,2020-02-10T00:00:00+08:00,2020-02-12T10:00:00+08:00,,\n",
        ),
        (
            "declarations",
            "person,at,symptoms\ncai,2020-02-13T08:00:00+08:00,fever;cough\nbo,2020-02-13T09:00:00+08:00,\n",
        ),
        (
            "visits",
            "person,venue,entered,left\n\
             anna,cafe,2020-02-11T10:00:00+08:00,2020-02-11T11:00:00+08:00\n\
             cai,cafe,2020-02-11T10:30:00+08:00,2020-02-11T11:30:00+08:00\n",
        ),
        ("venues", "venue,name,kind,lat,lon\ncafe,Café,restaurant,30.25,120.16\n"),
    ];
    fs::create_dir_all(folder).unwrap();
    for (name, text) in tables {
        fs::write(folder.join(format!("{name}.csv")), text).unwrap();
    }
}

fn small_bundle() -> TempDir {
    let folder = TempDir::new().unwrap();
    small(&folder.path().join("town"));
    folder
}

const AT: &str = "2020-02-14T00:00:00+08:00";

fn rate_small(folder: &Path) -> Ran {
    cleanbill(
        folder,
        &["rate", "--bundle", "town", "--rules", &rules("proportionate"), "--at", AT, "--out", "out.csv"],
    )
}

#[test]
fn rating_a_small_town_gives_each_person_a_level_with_its_rules() {
    let folder = small_bundle();
    let ran = rate_small(folder.path());
    assert_eq!(ran.code, 0, "{}", ran.err);
    insta::assert_snapshot!("small_town_ratings", fs::read_to_string(folder.path().join("out.csv")).unwrap());
    insta::assert_snapshot!("small_town_summary", ran.out);
}

#[test]
fn an_explanation_is_given_in_both_languages_and_as_json() {
    let folder = small_bundle();
    let arguments =
        ["rate", "--bundle", "town", "--rules", &rules("proportionate"), "--at", AT, "--explain", "bo"];
    let ran = cleanbill(folder.path(), &arguments);
    assert_eq!(ran.code, 0, "{}", ran.err);
    insta::assert_snapshot!("explained", ran.out);
    let json = cleanbill(folder.path(), &[&arguments[..], &["--json", "--lang", "zh"]].concat());
    let value: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(value["explained"]["explanations"][0]["language"], "zh");
    assert_eq!(value["levels"]["red"], 1);
}

/// What is wrong, the file that is changed, what it holds then, and whether the rule set is changed instead.
fn broken() -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let rule_set = fs::read_to_string(rules("proportionate")).unwrap();
    let latin1 = {
        let mut bytes = rule_set.clone().into_bytes();
        let at = rule_set.find("Proportionate rules").unwrap();
        bytes[at] = 0xe9;
        bytes
    };
    let visit = |line: &str| format!("person,venue,entered,left\n{line}\n").into_bytes();
    vec![
        ("a rule without lasts", "rules.toml", rule_set.replacen("lasts = \"10d\"\n", "", 1).into_bytes()),
        ("a rule set in Latin-1", "rules.toml", latin1),
        (
            "an unknown symptom",
            "town/declarations.csv",
            b"person,at,symptoms\ncai,2020-02-13T08:00:00+08:00,hiccups\n".to_vec(),
        ),
        (
            "left before entered",
            "town/visits.csv",
            visit("anna,cafe,2020-02-11T10:00:00+08:00,2020-02-11T09:00:00+08:00"),
        ),
        (
            "a missing column",
            "town/visits.csv",
            b"person,entered,left\nanna,2020-02-11T10:00:00+08:00,\n".to_vec(),
        ),
        ("an undeclared column", "town/people.csv", b"person,nationality\nanna,x\n".to_vec()),
        (
            "an undeclared table",
            "town/datapackage.json",
            br#"{"resources":[{"name":"telecom","path":"people.csv"}]}"#.to_vec(),
        ),
        ("an unknown person", "town/households.csv", b"household,person\nh1,dana\n".to_vec()),
        (
            "an impossible temperature",
            "town/checks.csv",
            b"person,at,temperature_c,symptoms,by\nanna,2020-02-13T08:00:00+08:00,366,,self\n".to_vec(),
        ),
        (
            "a time without offset",
            "town/declarations.csv",
            b"person,at,symptoms\ncai,2020-02-13T08:00:00,\n".to_vec(),
        ),
        ("a file that is not Parquet", "town/stays.parquet", b"PAR1 and then nothing".to_vec()),
    ]
}

#[test]
fn bad_input_is_named_with_place_and_remedy_and_nothing_is_written() {
    let mut said = String::new();
    for (what, file, bytes) in broken() {
        let folder = small_bundle();
        fs::copy(rules("proportionate"), folder.path().join("rules.toml")).unwrap();
        fs::write(folder.path().join(file), bytes).unwrap();
        let ran = cleanbill(
            folder.path(),
            &["rate", "--bundle", "town", "--rules", "rules.toml", "--at", AT, "--out", "out.csv"],
        );
        assert_eq!(ran.code, 2, "{what}: {}", ran.err);
        assert!(ran.out.is_empty(), "{what}: {}", ran.out);
        assert!(!folder.path().join("out.csv").exists(), "{what}");
        said.push_str(&format!("--- {what}\n{}", ran.err));
    }
    insta::assert_snapshot!("bad_input", said);
}

#[test]
fn a_truncated_parquet_file_is_refused() {
    let folder = small_bundle();
    let converted =
        cleanbill(folder.path(), &["bundle", "convert", "town", "--out", "pq", "--format", "parquet"]);
    assert_eq!(converted.code, 0, "{}", converted.err);
    let file = folder.path().join("pq/visits.parquet");
    let bytes = fs::read(&file).unwrap();
    for kept in [bytes.len() - 1, bytes.len() / 2, 4, 0] {
        fs::write(&file, &bytes[..kept]).unwrap();
        let ran = cleanbill(folder.path(), &["bundle", "check", "pq"]);
        assert_eq!(ran.code, 2, "{kept} bytes: {}", ran.out);
        assert!(ran.err.contains("visits.parquet") && !ran.err.contains("panicked"), "{}", ran.err);
    }
}

#[test]
fn a_line_of_two_gigabytes_is_refused_at_once() {
    let folder = small_bundle();
    let file = folder.path().join("town/declarations.csv");
    let text = fs::OpenOptions::new().write(true).open(file).unwrap();
    // Beyond its text the file is a hole: two gigabytes of zeros without a line break.
    text.set_len(2 << 30).unwrap();
    let ran = rate_small(folder.path());
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("declarations.csv") && ran.err.contains("line 4"), "{}", ran.err);
}

#[test]
fn bad_rows_are_listed_in_rejected_csv_and_can_be_left_out() {
    let folder = small_bundle();
    let declarations =
        "person,at,symptoms\ncai,2020-02-13T08:00:00+08:00,=hiccups\ncai,2020-02-13T08:30:00+08:00,fever\n";
    fs::write(folder.path().join("town/declarations.csv"), declarations).unwrap();
    let ran = cleanbill(folder.path(), &["bundle", "check", "town"]);
    assert_eq!(ran.code, 2);
    let rejected = fs::read_to_string(folder.path().join("town/rejected.csv")).unwrap();
    insta::assert_snapshot!("rejected", rejected);
    let ran = cleanbill(folder.path(), &["bundle", "check", "town", "--skip-bad-rows", "--json"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let report: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    let count = |key: &str| report[key].as_u64().unwrap();
    assert_eq!(count("read"), count("taken") + count("rejected"));
    assert_eq!(count("rejected"), 1);
}

#[test]
fn rows_of_the_future_are_bad_in_a_check_and_unknown_yet_in_a_rating() {
    let folder = small_bundle();
    let early = "2020-02-11T00:00:00+08:00";
    let ran = cleanbill(folder.path(), &["bundle", "check", "town", "--at", early]);
    assert_eq!(ran.code, 2, "{}", ran.out);
    let arguments =
        ["rate", "--bundle", "town", "--rules", &rules("proportionate"), "--at", early, "--out", "o.csv"];
    let ran = cleanbill(folder.path(), &arguments);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(
        fs::read_to_string(folder.path().join("o.csv"))
            .unwrap()
            .lines()
            .skip(1)
            .all(|row| row.contains("green"))
    );
}

#[test]
fn the_same_bytes_come_out_for_csv_parquet_and_any_order_of_rows() {
    let folder = TempDir::new().unwrap();
    let csv = cleanbill(folder.path(), &["bundle", "convert", &town(), "--out", "csv", "--format", "csv"]);
    assert_eq!(csv.code, 0, "{}", csv.err);
    let shuffled = folder.path().join("shuffled");
    fs::create_dir(&shuffled).unwrap();
    for entry in fs::read_dir(folder.path().join("csv")).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        let mut lines: Vec<&str> = text.lines().collect();
        if path.extension().is_some_and(|ending| ending == "csv") {
            lines[1..].reverse();
        }
        fs::write(shuffled.join(path.file_name().unwrap()), lines.join("\n") + "\n").unwrap();
    }
    let days = "2020-02-01..2020-02-10";
    let rated = |bundle: &str, out: &str| {
        let arguments =
            ["rate", "--bundle", bundle, "--rules", &rules("proportionate"), "--days", days, "--out", out];
        let ran = cleanbill(folder.path(), &arguments);
        assert_eq!(ran.code, 0, "{}", ran.err);
        (fs::read(folder.path().join(out)).unwrap(), ran.out)
    };
    let parquet = rated(&town(), "a.csv");
    assert!(parquet.0 == rated("csv", "b.csv").0);
    assert!(parquet == rated("shuffled", "c.csv"));
    assert!(rated("csv", "a.parquet").0 == rated("shuffled", "b.parquet").0);
}

#[test]
fn ratings_by_day_can_be_evaluated_from_csv_and_parquet_alike() {
    let folder = TempDir::new().unwrap();
    let truth = root().join("testdata/covasim-1000/truth").to_str().unwrap().to_owned();
    let mut reports = Vec::new();
    for out in ["days.csv", "days.parquet"] {
        let arguments = [
            "rate",
            "--bundle",
            &town(),
            "--rules",
            &rules("hangzhou-2020"),
            "--days",
            "2020-01-20..2020-03-04",
            "--out",
            out,
        ];
        assert_eq!(cleanbill(folder.path(), &arguments).code, 0);
        let ran = cleanbill(folder.path(), &["evaluate", "--ratings", out, "--truth", &truth]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        reports.push(serde_json::from_str::<serde_json::Value>(&ran.out).unwrap());
    }
    assert_eq!(reports[0], reports[1]);
    let figures = &reports[0];
    assert_eq!(figures["person_days"], 45_000);
    let count = |key: &str| figures[key].as_u64().unwrap();
    assert!(count("wrongly_restricted_person_days") < count("restricted_person_days"));
    assert!(figures["rules"]["any-symptom"]["ppv_infected"].as_f64().unwrap() > 0.0);
}

#[test]
fn rule_sets_are_checked_shown_previewed_and_measured() {
    let folder = small_bundle();
    let check = cleanbill(folder.path(), &["rules", "check", &rules("proportionate")]);
    assert_eq!(check.code, 0, "{}", check.out);
    let text = fs::read_to_string(rules("proportionate")).unwrap();
    fs::write(folder.path().join("long.toml"), text.replace("sunset = 2020-05-11", "sunset = 2021-05-11"))
        .unwrap();
    let refused = cleanbill(folder.path(), &["rules", "check", "long.toml"]);
    assert_eq!(refused.code, 1, "{}", refused.out);
    assert!(refused.out.contains("more than 90") && refused.out.contains("remedy"), "{}", refused.out);
    let shown = cleanbill(folder.path(), &["rules", "show", &rules("proportionate"), "--lang", "zh"]);
    insta::assert_snapshot!("shown_zh", shown.out);
    let (old, new) = (rules("hangzhou-2020"), rules("proportionate"));
    let preview = cleanbill(folder.path(), &["rules", "preview", &old, &new, "--bundle", "town", "--at", AT]);
    insta::assert_snapshot!("preview", preview.out);
    let at = "2020-03-05T00:00:00+08:00";
    let efficacy = cleanbill(folder.path(), &["rules", "efficacy", &old, "--bundle", &town(), "--at", at]);
    assert_eq!(efficacy.code, 0, "{}", efficacy.err);
    insta::assert_snapshot!("efficacy", efficacy.out);
}

#[test]
fn outside_its_dates_a_rule_set_is_said_to_be_rated_as_if_in_force_unless_the_dates_apply() {
    let folder = small_bundle();
    let early = "2020-02-13T12:00:00+08:00";
    let text = fs::read_to_string(rules("proportionate")).unwrap();
    let later = text.replace("effective = 2020-02-11", "effective = 2020-02-20");
    fs::write(folder.path().join("later.toml"), later).unwrap();
    let arguments = ["rate", "--bundle", "town", "--rules", "later.toml", "--at", early, "--out", "o.csv"];
    let ran = cleanbill(folder.path(), &arguments);
    assert!(ran.err.contains("as if it were in force"), "{}", ran.err);
    assert!(fs::read_to_string(folder.path().join("o.csv")).unwrap().contains("red"));
    let ran = cleanbill(folder.path(), &[&arguments[..], &["--in-force"]].concat());
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(!fs::read_to_string(folder.path().join("o.csv")).unwrap().contains("red"));
}

#[test]
fn an_output_that_cannot_be_written_is_named() {
    let folder = small_bundle();
    let arguments = |out: &'static str| {
        let rule_set = rules("proportionate");
        cleanbill(
            folder.path(),
            &["rate", "--bundle", "town", "--rules", &rule_set, "--at", AT, "--out", out],
        )
    };
    let ran = arguments("ratings.xlsx");
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("ratings.xlsx") && ran.err.contains(".parquet"), "{}", ran.err);
    fs::write(folder.path().join("file"), "").unwrap();
    let ran = arguments("file/ratings.csv");
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("file/ratings.csv"), "{}", ran.err);
}

#[test]
fn every_command_has_help_with_an_example() {
    let commands: [&[&str]; 13] = [
        &["contacts"],
        &["place"],
        &["rate"],
        &["evaluate"],
        &["synth"],
        &["bundle", "check"],
        &["bundle", "convert"],
        &["bundle", "from", "linelist"],
        &["bundle", "from", "godata"],
        &["rules", "check"],
        &["rules", "show"],
        &["rules", "preview"],
        &["rules", "efficacy"],
    ];
    for command in commands {
        let ran = cleanbill(&root(), &[command, &["--help"]].concat());
        assert_eq!(ran.code, 0);
        assert!(ran.out.contains("Example") && ran.out.contains("cleanbill"), "{command:?}: {}", ran.out);
    }
}

#[test]
fn contacts_and_candidates_near_a_place_are_found_in_the_small_town() {
    let folder = small_bundle();
    let ran = cleanbill(
        folder.path(),
        &["contacts", "--bundle", "town", "--at", AT, "--out", "c.csv", "--explain", "cai"],
    );
    assert_eq!(ran.code, 0, "{}", ran.err);
    insta::assert_snapshot!("small_town_contacts", fs::read_to_string(folder.path().join("c.csv")).unwrap());
    insta::assert_snapshot!("small_town_contacts_explained", ran.out);
    let place = |radius: &str, out: &str| {
        cleanbill(
            folder.path(),
            &[
                "place",
                "--bundle",
                "town",
                "--lat",
                "30.2505",
                "--lon",
                "120.16",
                "--radius",
                radius,
                "--from",
                "2020-02-11T10:45:00+08:00",
                "--to",
                "2020-02-11T12:00:00+08:00",
                "--out",
                out,
            ],
        )
    };
    let near = place("100", "near.csv");
    assert_eq!(near.code, 0, "{}", near.err);
    insta::assert_snapshot!("small_town_place", near.out);
    insta::assert_snapshot!(
        "small_town_candidates",
        fs::read_to_string(folder.path().join("near.csv")).unwrap()
    );
    assert_eq!(place("50", "none.csv").code, 0);
    assert_eq!(fs::read_to_string(folder.path().join("none.csv")).unwrap().lines().count(), 1);
    assert_eq!(place("-5", "bad.csv").code, 2);
}
