//! Running an office from the command line: begin it, look after it.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]
#![allow(clippy::disallowed_methods, reason = "a row must lie in the past of the program that is tried")]

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;
use tempfile::TempDir;

/// Gives exit code, standard output and standard error.
fn cleanbill(arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_cleanbill")).args(arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

/// An office that was begun; gives its configuration.
fn office() -> (TempDir, PathBuf, String) {
    let folder = TempDir::new().unwrap();
    let office = folder.path().join("office");
    let (code, _, err) = cleanbill(&["init", office.to_str().unwrap()]);
    assert_eq!(code, 0, "{err}");
    let config = office.join("cleanbill.toml").to_str().unwrap().to_owned();
    (folder, office, config)
}

fn mode(file: &Path) -> u32 {
    fs::metadata(file).unwrap().permissions().mode() & 0o777
}

fn findings(config: &str) -> (i32, Value) {
    let (code, out, err) = cleanbill(&["doctor", "--config", config, "--json"]);
    (code, serde_json::from_str(&out).unwrap_or_else(|_| panic!("{out}{err}")))
}

fn finding<'a>(report: &'a Value, check: &str) -> &'a Value {
    report["findings"].as_array().unwrap().iter().find(|finding| finding["check"] == check).unwrap()
}

#[test]
fn an_office_is_begun_with_keys_for_its_owner_alone_and_the_doctor_finds_it_right() {
    let (_folder, office, config) = office();
    for key in ["master.key", "lookup.key", "publisher.pem", "log.key", "documents.pem"] {
        assert_eq!(mode(&office.join("keys").join(key)), 0o600, "{key}");
    }
    assert_eq!(mode(&office.join("keys")), 0o700);
    let pass_keys: Vec<_> = fs::read_dir(office.join("keys/passes")).unwrap().collect();
    assert_eq!(pass_keys.len(), 1);
    let (code, report) = findings(&config);
    assert_eq!(code, 0, "{report:#}");
    assert_eq!(report["right"], true);
    assert_eq!(report["config"]["office"]["body"], "health/example");
    let asked = |report: &Value| report.to_string().contains("\"check\":\"records\"");
    assert!(!asked(&report), "it reads every record only where it is asked to");
    let (code, out, err) = cleanbill(&["doctor", "--records", "--config", &config]);
    assert!(code == 0 && out.contains("records: 0 records of 0 people"), "{out}{err}");
}

#[test]
fn an_office_is_never_begun_over_another() {
    let (_folder, office, config) = office();
    let before = fs::read_to_string(office.join("keys/master.key")).unwrap();
    let (code, _, err) = cleanbill(&["init", office.to_str().unwrap()]);
    assert_eq!(code, 2);
    assert!(err.contains("never overwritten") && err.contains("remedy: "), "{err}");
    assert_eq!(fs::read_to_string(office.join("keys/master.key")).unwrap(), before);
    assert_eq!(findings(&config).0, 0);
}

#[test]
fn what_is_wrong_with_a_configuration_is_named_by_line() {
    let (_folder, office, config) = office();
    let text = fs::read_to_string(&config).unwrap();
    fs::write(&config, text.replace("[office]\n", "[office]\nskip_appeals = true\n")).unwrap();
    let line = text.lines().position(|line| line == "[office]").unwrap() + 2;
    let (code, _, err) = cleanbill(&["doctor", "--config", &config]);
    assert_eq!(code, 2);
    let named = format!("{}:{line}: unknown field `skip_appeals`", office.join("cleanbill.toml").display());
    assert!(err.contains(&named) && err.contains("remedy: "), "{err}");
}

#[test]
fn a_secret_is_taken_from_the_environment_and_shown_to_nobody() {
    let (_folder, _, config) = office();
    let text = fs::read_to_string(&config).unwrap();
    let mail = "\n[mail]\nsmtp = \"env:CLEANBILL_TEST_SMTP\"\nfrom = \"a@example.org\"\n";
    fs::write(&config, text + mail).unwrap();
    let (code, _, err) = cleanbill(&["doctor", "--config", &config]);
    assert_eq!(code, 2);
    assert!(err.contains("`CLEANBILL_TEST_SMTP` is not set"), "{err}");
    let output = Command::new(env!("CARGO_BIN_EXE_cleanbill"))
        .args(["doctor", "--config", &config, "--json"])
        .env("CLEANBILL_TEST_SMTP", "smtps://user:hunter2@mail.example.org")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0));
    let out = String::from_utf8(output.stdout).unwrap();
    assert!(out.contains("(withheld)") && !out.contains("hunter2"), "{out}");
}

#[test]
fn the_doctor_names_keys_that_others_may_read() {
    let (_folder, office, config) = office();
    fs::set_permissions(office.join("keys/log.key"), fs::Permissions::from_mode(0o644)).unwrap();
    let (code, report) = findings(&config);
    assert_eq!(code, 1);
    let keys = finding(&report, "keys");
    assert_eq!(keys["right"], false);
    assert!(keys["remedy"].as_str().unwrap().starts_with("run `chmod 600 "), "{keys}");
}

#[test]
fn the_doctor_names_a_database_that_cannot_be_reached() {
    let (_folder, _, config) = office();
    let text = fs::read_to_string(&config).unwrap();
    fs::write(&config, text.replace("sqlite:office.sqlite", "postgres://nobody:hunter2@127.0.0.1:1/none"))
        .unwrap();
    let (code, report) = findings(&config);
    assert_eq!(code, 1);
    let database = finding(&report, "database");
    assert_eq!(database["right"], false);
    assert!(!report.to_string().contains("hunter2"));
}

/// Runs a command that must do what it is told; gives what it printed as JSON.
fn done(arguments: &[&str]) -> Value {
    let (code, out, err) = cleanbill(&[arguments, &["--json"]].concat());
    assert_eq!(code, 0, "{arguments:?}: {out}{err}");
    serde_json::from_str(&out).unwrap()
}

/// A bundle with people and a positive test, taken into an office that another body's approval lets in.
fn with_people(folder: &Path, office: &Path, config: &str) -> (PathBuf, String) {
    let bundle = folder.join("linelist");
    fs::create_dir(&bundle).unwrap();
    fs::write(bundle.join("people.csv"), "person\np1\np2\np3\n").unwrap();
    fs::write(bundle.join("households.csv"), "household,person\nh1,p1\nh1,p2\n").unwrap();
    let hour_ago = jiff::Timestamp::now().checked_sub(jiff::SignedDuration::from_hours(1)).unwrap();
    let tests = format!(
        "test,person,sampled,method,result\nt1,p1,{hour_ago:.0},pcr,positive\nt2,p9,{hour_ago:.0},pcr,negative\n"
    );
    fs::write(bundle.join("tests.csv"), tests).unwrap();
    let keys = folder.join("province");
    let (code, _, err) = cleanbill(&["pass", "keygen", "--out", keys.to_str().unwrap()]);
    assert_eq!(code, 0, "{err}");
    fs::copy(keys.join("public.pem"), office.join("keys/province-public.pem")).unwrap();
    let text = fs::read_to_string(config).unwrap();
    let declared = "\n[sources]\nlinelist = \"told on the admission form\"\n\n[[approvers]]\nbody = \"health/province\"\n\
                    role = \"investigator\"\nkey = \"keys/province-public.pem\"\n";
    fs::write(config, text + declared).unwrap();
    let approval = folder.join("province.json").to_str().unwrap().to_owned();
    (bundle, approval)
}

fn approve(folder: &Path, bundle: &str, approval: &str) {
    let key = folder.join("province/private.pem");
    let of =
        ["bundle", "approve", bundle, "--source", "linelist", "--skip-bad-rows", "--body", "health/province"];
    let by =
        ["--role", "investigator", "--officer", "lin", "--key", key.to_str().unwrap(), "--out", approval];
    done(&[&of[..], &by[..]].concat());
}

#[test]
fn a_bundle_enters_with_another_bodys_approval_once_and_leaves_the_same_way() {
    let (folder, office, config) = office();
    let (bundle, approval) = with_people(folder.path(), &office, &config);
    let bundle = bundle.to_str().unwrap();
    let import = ["bundle", "import", bundle, "--config", &config, "--skip-bad-rows", "--source"];
    let (code, _, err) = cleanbill(&[&import[..], &["hearsay"]].concat());
    assert!(code == 2 && err.contains("is not declared"), "R15: {err}");
    let import = [&import[..], &["linelist"]].concat();
    let (code, out, _) = cleanbill(&import);
    assert!(code == 1 && out.starts_with("waits: ") && out.contains("remedy: "), "{out}");
    approve(folder.path(), bundle, &approval);
    let import = [&import[..], &["--approval", &approval]].concat();
    for (times, before) in [(1, 0), (2, 3)] {
        let report = done(&import);
        let people = &report["tables"]["people"];
        assert_eq!((people["read"].as_u64(), people["there"].as_u64()), (Some(3), Some(before)), "{times}");
        assert_eq!((&report["tables"]["tests"]["taken"], &report["bad_rows"]), (&1.into(), &1.into()));
    }
    fs::write(Path::new(bundle).join("people.csv"), "person\np1\np2\np3\np4\n").unwrap();
    let (code, _, err) = cleanbill(&import);
    assert!(code == 2 && err.contains("approves something else"), "{err}");

    let out = folder.path().join("out");
    let export =
        ["bundle", "export", "--config", &config, "--purpose", "handover", "--out", out.to_str().unwrap()];
    let export = [&export[..], &["--approval", &approval]].concat();
    let (code, _, err) = cleanbill(&export);
    assert!(code == 2 && err.contains("approves something else"), "{err}");
    let key = folder.path().join("province/private.pem");
    let of = [
        "bundle",
        "approve",
        "--export-of",
        "health/example",
        "--purpose",
        "handover",
        "--body",
        "health/province",
    ];
    let by =
        ["--role", "investigator", "--officer", "lin", "--key", key.to_str().unwrap(), "--out", &approval];
    done(&[&of[..], &by[..]].concat());
    let report = done(&export);
    assert_eq!((&report["tables"]["people"], &report["tables"]["tests"]), (&3.into(), &1.into()));
    assert_eq!(cleanbill(&["bundle", "check", out.to_str().unwrap()]).0, 0);
}

#[test]
fn keys_are_replaced_and_an_old_backup_moves_into_an_empty_database() {
    let (folder, office, config) = office();
    let (bundle, approval) = with_people(folder.path(), &office, &config);
    let bundle = bundle.to_str().unwrap();
    approve(folder.path(), bundle, &approval);
    let import = ["bundle", "import", bundle, "--config", &config, "--skip-bad-rows", "--source", "linelist"];
    done(&[&import[..], &["--approval", &approval]].concat());
    assert_eq!(finding(&findings(&config).1, "backups")["right"], false);
    let backup = done(&["backup", "--config", &config]);
    assert_eq!(backup["manifest"]["records"]["resident"], 3);
    let file = backup["file"].as_str().unwrap().to_owned();
    assert_eq!(mode(Path::new(&file)), 0o600);

    let before = fs::read_to_string(office.join("keys/master.key")).unwrap();
    let rotated = done(&["keys", "rotate", "master", "--config", &config]);
    assert_eq!(
        (rotated["read"].as_u64(), rotated["left"].as_u64()),
        (Some(4), Some(1)),
        "three people, and the mark"
    );
    assert_ne!(fs::read_to_string(office.join("keys/master.key")).unwrap(), before);
    let (code, report) = findings(&config);
    assert_eq!(code, 0, "{report:#}");
    let (code, _, err) = cleanbill(&["restore", &file, "--config", &config]);
    assert!(code == 2 && err.contains("not empty"), "{err}");

    let other = config.replace("cleanbill.toml", "other.toml");
    let text = fs::read_to_string(&config).unwrap();
    fs::write(&other, text.replace("sqlite:office.sqlite", "sqlite:other.sqlite")).unwrap();
    let half = folder.path().join("half.backup");
    let bytes = fs::read(&file).unwrap();
    fs::write(&half, &bytes[..bytes.len() / 2]).unwrap();
    let (code, _, err) = cleanbill(&["restore", half.to_str().unwrap(), "--config", &other]);
    assert!(code == 2 && err.contains("half a backup"), "{err}");
    assert_eq!(cleanbill(&["backup", "--check", half.to_str().unwrap()]).0, 1);
    assert_eq!(done(&["backup", "--check", &file])["manifest"], backup["manifest"]);
    let restored = done(&["restore", &file, "--config", &other]);
    assert_eq!(restored["read"], restored["put_back"]);
    // What was sealed under the previous key is sealed anew, and then it may go.
    assert_eq!(cleanbill(&["keys", "drop-previous", "--config", &other]).0, 1);
    assert_eq!(done(&["keys", "rotate", "master", "--config", &other])["resealed"], 3);
    done(&["keys", "drop-previous", "--config", &other]);
    assert_eq!(findings(&other).0, 0);
}

#[test]
fn a_new_key_for_passes_signs_from_an_instant_on_and_is_announced() {
    let (_folder, office, config) = office();
    let rotated = done(&["keys", "rotate", "passes", "--config", &config]);
    let file = rotated["file"].as_str().unwrap();
    assert_eq!(mode(Path::new(file)), 0o600);
    assert_eq!(fs::read_dir(office.join("keys/passes")).unwrap().count(), 2);
    let (code, _, err) =
        cleanbill(&["keys", "rotate", "passes", "--config", &config, "--from", "2020-01-01T00:00:00Z"]);
    assert!(code == 2 && err.contains("not in the future"), "{err}");
    let same = rotated["signs_from"].as_str().unwrap();
    let (code, _, err) = cleanbill(&["keys", "rotate", "passes", "--config", &config, "--from", same]);
    assert!(code == 2 && err.contains("signs from"), "{err}");
}
