//! Real and independent data, read from where `CLEANBILL_DATA` says; without it these tests say that they were skipped.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;
use tempfile::TempDir;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// A folder of the data, if it is there.
fn data(name: &str) -> Option<PathBuf> {
    let base =
        std::env::var_os("CLEANBILL_DATA").map_or_else(|| root().join("../shared/data"), PathBuf::from);
    let folder = base.join(name);
    if !folder.is_dir() {
        println!(
            "skipped: {} is not there; set CLEANBILL_DATA to the folder with the test data",
            folder.display()
        );
        return None;
    }
    Some(folder)
}

fn cleanbill(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_cleanbill")).args(arguments).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{arguments:?}: {said}");
    String::from_utf8(output.stdout).unwrap()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn the_korean_mers_line_list_is_rated_and_a_case_is_told_why_in_both_languages() {
    let Some(mers) = data("mers-korea-2015") else { return };
    let folder = TempDir::new().unwrap();
    let bundle = folder.path().join("mers");
    let mapping = root().join("crates/bundle/mappings/mers-korea-2015.toml");
    let (cases, contacts) = (mers.join("linelist.csv"), mers.join("contacts.csv"));
    let made = cleanbill(&[
        "bundle",
        "from",
        "linelist",
        "--mapping",
        text(&mapping),
        "--cases",
        text(&cases),
        "--contacts",
        text(&contacts),
        "--out",
        text(&bundle),
        "--json",
    ]);
    let made: Value = serde_json::from_str(&made).unwrap();
    let rows = |table: &str| {
        made["tables"].as_array().unwrap().iter().find(|t| t["table"] == table).unwrap()["rows"].clone()
    };
    assert_eq!((rows("cases"), rows("named_contacts")), (162.into(), 98.into()));
    let rules = root().join("rulesets/proportionate.toml");
    let rated = cleanbill(&[
        "rate",
        "--bundle",
        text(&bundle),
        "--rules",
        text(&rules),
        "--at",
        "2015-06-10T00:00:00+09:00",
        "--out",
        text(&folder.path().join("out.csv")),
        "--explain",
        "SK_113",
        "--json",
    ]);
    let rated: Value = serde_json::from_str(&rated).unwrap();
    let explanations = rated["explained"]["explanations"].as_array().unwrap();
    assert_eq!(explanations.len(), 2);
    for (explanation, expected) in explanations.iter().zip(["confirmed on 10 June 2015", "您已感染"]) {
        assert_eq!(explanation["level"], "red");
        let why = explanation["reasons"][0]["why"].as_str().unwrap();
        assert!(why.contains(expected) || why.contains("9 June 2015"), "{why}");
        assert!(!explanation["contest"].as_str().unwrap().is_empty());
    }
    let ratings = fs::read_to_string(folder.path().join("out.csv")).unwrap();
    assert_eq!(ratings.lines().count(), 163);
}

#[test]
fn the_go_data_training_export_becomes_a_bundle_that_can_be_rated() {
    let Some(godata) = data("godata-training") else { return };
    let folder = TempDir::new().unwrap();
    let bundle = folder.path().join("bundle");
    cleanbill(&["bundle", "from", "godata", "--in", text(&godata), "--out", text(&bundle)]);
    let rules = root().join("rulesets/proportionate.toml");
    let at = "2020-06-25T00:00:00Z";
    let out = folder.path().join("out.parquet");
    let rated = cleanbill(&[
        "rate",
        "--bundle",
        text(&bundle),
        "--rules",
        text(&rules),
        "--at",
        at,
        "--out",
        text(&out),
        "--json",
    ]);
    let rated: Value = serde_json::from_str(&rated).unwrap();
    let levels = &rated["levels"];
    let sum: u64 = ["green", "yellow", "red"].iter().map(|level| levels[level].as_u64().unwrap()).sum();
    assert_eq!(sum, 116);
}

/// Reference figures for rules as in 2020 (any declared symptom, stays, cases, households and 15-minute venue contacts,
/// 14 days each), computed in SQL by others: 19.8% of person-days, 63.9% of infectious ones.
#[test]
fn the_simulated_town_gives_the_reference_figures_for_the_rules_of_2020() {
    let Some(town) = data("covasim-3000") else { return };
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("days.parquet");
    let rules = root().join("rulesets/hangzhou-2020.toml");
    let days = "2020-01-20..2020-03-04";
    cleanbill(&[
        "rate",
        "--bundle",
        text(&town.join("bundle")),
        "--rules",
        text(&rules),
        "--days",
        days,
        "--out",
        text(&out),
    ]);
    let figures = cleanbill(&["evaluate", "--ratings", text(&out), "--truth", text(&town.join("truth"))]);
    let figures: Value = serde_json::from_str(&figures).unwrap();
    let number = |key: &str| figures[key].as_f64().unwrap();
    let restricted = number("restricted_person_days") / number("person_days");
    assert!((restricted - 0.198).abs() < 0.005, "{restricted}");
    assert!((number("infectious_days_restricted") - 0.639).abs() < 0.005, "{figures}");
}
