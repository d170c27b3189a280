//! Running an office from the command line: begin it, look after it.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

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
