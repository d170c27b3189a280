//! Contacts of a synthetic city from the command line: the same from every format, order and number of threads, with and
//! without an index; mass traces become questions; a kill leaves nothing half-written.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::{
    collections::BTreeSet,
    fs,
    path::Path,
    process::{Command, Output, Stdio},
    time::Duration,
};

use tempfile::TempDir;

const AT: &str = "2020-02-03T00:00:00+08:00";

fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cleanbill"));
    command.current_dir(folder).args(arguments);
    command
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    let output = command(folder, arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output
}

/// A city of 6,000 with an outbreak, in the folder `city`.
fn city(format: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    let arguments =
        ["synth", "--people", "6000", "--days", "14", "--seed", "4", "--infected", "30", "--out", "city"];
    run(folder.path(), &[&arguments[..], &["--forgotten-checkouts", "0.1", "--format", format]].concat());
    folder
}

fn contacts(folder: &Path, bundle: &str, more: &[&str]) -> Vec<u8> {
    let arguments = ["contacts", "--bundle", bundle, "--at", AT, "--yes", "--out", "contacts.csv"];
    run(folder, &[&arguments[..], more].concat());
    fs::read(folder.join("contacts.csv")).unwrap()
}

#[test]
fn contacts_are_the_same_from_any_format_order_threads_and_index() {
    let folder = city("parquet");
    let folder = folder.path();
    run(folder, &["bundle", "convert", "city", "--out", "csv", "--format", "csv"]);
    fs::create_dir(folder.join("shuffled")).unwrap();
    for entry in fs::read_dir(folder.join("csv")).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        let mut lines: Vec<&str> = text.lines().collect();
        if path.extension().is_some_and(|ending| ending == "csv") {
            lines[1..].sort_by_key(|line| line.bytes().rev().collect::<Vec<u8>>());
        }
        fs::write(folder.join("shuffled").join(path.file_name().unwrap()), lines.join("\n") + "\n").unwrap();
    }
    let expected = contacts(folder, "city", &[]);
    let settings = |setting: &str| {
        let text = String::from_utf8(expected.clone()).unwrap();
        text.lines().filter(|line| line.split(',').nth(3) == Some(setting)).count()
    };
    assert!(settings("venue") > 500 && settings("household") > 5 && settings("named") > 0);
    assert!(contacts(folder, "csv", &[]) == expected, "CSV");
    assert!(contacts(folder, "shuffled", &[]) == expected, "another order of rows");
    assert!(contacts(folder, "city", &["--index", "a.index"]) == expected, "an index that is made");
    assert!(folder.join("a.index/source.txt").exists());
    assert!(contacts(folder, "city", &["--index", "a.index"]) == expected, "an index that is used");
    assert!(contacts(folder, "shuffled", &["--index", "b.index"]) == expected, "an index of another order");
    for threads in ["1", "2", "7"] {
        let arguments = ["contacts", "--bundle", "city", "--at", AT, "--yes", "--out", "contacts.csv"];
        let ran = command(folder, &arguments).env("RAYON_NUM_THREADS", threads).output().unwrap();
        assert!(ran.status.success());
        assert!(fs::read(folder.join("contacts.csv")).unwrap() == expected, "{threads} threads");
    }
}

#[test]
fn a_case_near_more_people_than_ask_above_makes_questions_and_colours_nobody() {
    let folder = city("csv");
    let folder = folder.path();
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../profiles/sars-cov-2.toml");
    let profile = fs::read_to_string(shipped).unwrap().replace("ask_above = 200", "ask_above = 20");
    fs::write(folder.join("profile.toml"), profile).unwrap();
    let arguments =
        ["contacts", "--bundle", "city", "--profile", "profile.toml", "--at", AT, "--out", "c.csv", "--json"];
    let ran = run(folder, &arguments);
    let report: serde_json::Value = serde_json::from_slice(&ran.stdout).unwrap();
    let traces = report["asked"]["traces"].as_array().unwrap();
    assert!(!traces.is_empty() && traces.iter().all(|trace| trace["people"].as_u64().unwrap() > 20));
    assert!(traces.iter().all(|trace| trace["expected_infections"].as_f64().unwrap() > 0.0));
    assert!(!report["asked"]["sources"].as_array().unwrap().is_empty());
    let asked: BTreeSet<&str> = traces.iter().map(|trace| trace["case"].as_str().unwrap()).collect();
    let exposures = fs::read_to_string(folder.join("c.csv")).unwrap();
    let of_asked = exposures.lines().filter(|line| asked.contains(line.split(',').nth(1).unwrap()));
    assert!(of_asked.clone().all(|line| line.split(',').nth(3) != Some("venue")));
    let questions = fs::read_to_string(folder.join("c.questions.csv")).unwrap();
    assert_eq!(questions.lines().next(), Some("person,venue,from,to"));
    assert_eq!(questions.lines().count() as u64 - 1, report["asked"]["questions"].as_u64().unwrap());
    // Going on writes them as exposures: one for each person and case.
    run(folder, &[&arguments[..], &["--yes"]].concat());
    let all = fs::read_to_string(folder.join("c.csv")).unwrap().lines().count();
    let people: u64 = traces.iter().map(|trace| trace["people"].as_u64().unwrap()).sum();
    assert_eq!(all as u64, exposures.lines().count() as u64 + people);
    // No level follows from those who are to be asked, and that is said.
    let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rulesets/hangzhou-2020.toml");
    let rate = |profile: &str| {
        let arguments =
            ["rate", "--bundle", "city", "--rules", rules.to_str().unwrap(), "--profile", profile];
        let ran = run(folder, &[&arguments[..], &["--at", AT, "--out", "r.csv"]].concat());
        let rated = fs::read_to_string(folder.join("r.csv")).unwrap();
        let restricted = rated.lines().filter(|line| line.contains("contact")).count();
        (restricted, String::from_utf8(ran.stderr).unwrap())
    };
    let (few, note) = rate("profile.toml");
    assert!(note.contains("are to be asked first"), "{note}");
    let high = fs::read_to_string(folder.join("profile.toml"))
        .unwrap()
        .replace("ask_above = 20", "ask_above = 9999");
    fs::write(folder.join("high.toml"), high).unwrap();
    let (many, note) = rate("high.toml");
    assert!(few < many && !note.contains("asked"), "{few} {many} {note}");
}

/// Files in a folder under a name that somebody could take for whole.
fn named(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| !name.starts_with('.')).collect()
}

#[test]
fn a_kill_at_any_moment_leaves_no_half_written_city_or_contacts() {
    let whole = city("csv");
    let expected = contacts(whole.path(), "city", &[]);
    let (mut synth_killed, mut contacts_killed) = (0, 0);
    for round in 0..12_u64 {
        let folder = TempDir::new().unwrap();
        let arguments = ["synth", "--people", "6000", "--days", "14", "--seed", "4", "--infected", "30"];
        let arguments = [&arguments[..], &["--forgotten-checkouts", "0.1", "--out", "city"]].concat();
        let mut child =
            command(folder.path(), &arguments).stderr(Stdio::null()).stdout(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(40 + 130 * round));
        child.kill().unwrap();
        synth_killed += u32::from(!child.wait().unwrap().success());
        for name in named(&folder.path().join("city")) {
            let file = folder.path().join("city").join(&name);
            if file.is_file() {
                assert!(
                    fs::read(&file).unwrap() == fs::read(whole.path().join("city").join(&name)).unwrap(),
                    "{name}"
                );
            }
        }
        let out = folder.path().join("contacts.csv");
        let index = folder.path().join("a.index");
        let arguments = ["contacts", "--bundle", "city", "--at", AT, "--yes", "--out", out.to_str().unwrap()];
        let arguments = [&arguments[..], &["--index", index.to_str().unwrap()]].concat();
        let mut child =
            command(whole.path(), &arguments).stderr(Stdio::null()).stdout(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(20 + 70 * round));
        child.kill().unwrap();
        contacts_killed += u32::from(!child.wait().unwrap().success());
        assert!(!out.exists() || fs::read(&out).unwrap() == expected);
        // Whatever was left behind, the next run gives the whole answer.
        assert!(contacts(whole.path(), "city", &["--index", index.to_str().unwrap()]) == expected);
    }
    assert!(synth_killed >= 3 && contacts_killed >= 3, "{synth_killed} {contacts_killed} were still running");
}
