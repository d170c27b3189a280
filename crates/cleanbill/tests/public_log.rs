//! `cleanbill log`: a mirror checked by anyone, and a receipt by the person who holds it.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;
use tempfile::TempDir;

fn vectors() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../vectors/ledger").canonicalize().unwrap()
}

/// Runs in the folder of the vectors; gives exit code, standard output and standard error.
fn cleanbill(arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_cleanbill"))
        .current_dir(vectors())
        .args(arguments)
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

/// A copy of the small log that may be changed.
fn mirror() -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    copy(&vectors().join("small-log"), folder.path());
    let path = folder.path().to_owned();
    (folder, path)
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn a_log_is_verified_with_its_witness_and_its_history() {
    let (code, out, err) = cleanbill(&[
        "log",
        "verify",
        "small-log",
        "--key",
        "log.pub",
        "--witness",
        "witness-1.pub",
        "--previous",
        "checkpoint-after-11",
    ]);
    assert_eq!(code, 0, "{out}{err}");
    assert!(out.starts_with("right: 22 entries of log.example.org/health, root "), "{out}");
    assert!(out.contains("grown from the 11 entries"), "{out}");
    assert!(out.contains("seen by witness.example.org/1 at 2020-02-14T09:01:00Z"), "{out}");
}

#[test]
fn a_key_may_be_typed_instead_of_a_file() {
    let key = fs::read_to_string(vectors().join("log.pub")).unwrap();
    let (code, out, _) = cleanbill(&["log", "verify", "small-log", "--key", key.trim(), "--json"]);
    let report: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &report["right"], &report["size"]), (0, &true.into(), &22.into()));
}

#[test]
fn a_changed_log_is_answered_with_no_and_the_place() {
    let (_folder, log) = mirror();
    let bundle = log.join("tile/entries/000.p/22");
    let mut bytes = fs::read(&bundle).unwrap();
    let ruling = bytes.windows(8).position(|text| text == b"\"days\":6").unwrap();
    bytes[ruling + 7] = b'7';
    fs::write(&bundle, bytes).unwrap();
    let (code, out, _) = cleanbill(&["log", "verify", log.to_str().unwrap(), "--key", "log.pub"]);
    assert_eq!(code, 1, "{out}");
    assert!(out.contains("tile/0/000.p/22: the hash of entry 1 is not"), "{out}");

    fs::remove_file(&bundle).unwrap();
    let (code, out, _) = cleanbill(&["log", "verify", log.to_str().unwrap(), "--key", "log.pub", "--json"]);
    let report: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &report["right"]), (1, &false.into()));
    assert!(report["wrong"].as_str().unwrap().starts_with("tile/entries/000.p/22: "), "{out}");
}

#[test]
fn a_log_put_back_to_an_earlier_state_is_found() {
    let (_folder, log) = mirror();
    fs::copy(vectors().join("checkpoint-after-11"), log.join("checkpoint")).unwrap();
    let log = log.to_str().unwrap();
    assert_eq!(cleanbill(&["log", "verify", log, "--key", "log.pub"]).0, 0);
    let (code, out, _) =
        cleanbill(&["log", "verify", log, "--key", "log.pub", "--previous", "small-log/checkpoint"]);
    assert_eq!(code, 1);
    assert!(out.contains("has 11 entries, an earlier checkpoint 22: it was cut short"), "{out}");
}

#[test]
fn a_receipt_shows_what_was_decided_and_that_the_log_holds_it() {
    let arguments = ["log", "prove", "--receipt", "receipt.json", "--log", "small-log", "--key", "log.pub"];
    let (code, out, err) = cleanbill(&arguments);
    assert_eq!(code, 0, "{out}{err}");
    assert!(out.starts_with("holds: entry 12 of log.example.org/health"), "{out}");
    assert!(out.contains(r#""effect":"lift""#), "{out}");
    assert!(out.contains("from which the log in small-log has grown"), "{out}");
    let (code, out, _) =
        cleanbill(&["log", "prove", "--receipt", "receipt.json", "--key", "log.pub", "--json"]);
    let report: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &report["holds"], &report["content"]["effect"]), (0, &true.into(), &"lift".into()));
}

#[test]
fn a_receipt_that_says_something_else_does_not_hold() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("receipt.json");
    let text = fs::read_to_string(vectors().join("receipt.json")).unwrap();
    fs::write(&file, text.replacen("\"lift\"", "\"set:red\"", 1)).unwrap();
    let (code, out, _) =
        cleanbill(&["log", "prove", "--receipt", file.to_str().unwrap(), "--key", "log.pub"]);
    assert_eq!(code, 1);
    assert!(out.contains("content and salt are not what the log committed to"), "{out}");
}

#[test]
fn a_receipt_from_before_a_rewriting_does_not_hold_in_the_new_log() {
    let (_folder, log) = mirror();
    fs::copy(vectors().join("checkpoint-after-11"), log.join("checkpoint")).unwrap();
    let log = log.to_str().unwrap();
    let (code, out, _) =
        cleanbill(&["log", "prove", "--receipt", "receipt.json", "--log", log, "--key", "log.pub"]);
    assert_eq!(code, 1);
    assert!(out.contains("the earlier tree has 22 entries, the later 11"), "{out}");
}

#[test]
fn a_proof_made_of_an_entry_can_be_checked_by_another() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("proof.json");
    let file = file.to_str().unwrap();
    let (code, _, err) =
        cleanbill(&["log", "prove", "--index", "0", "--log", "small-log", "--key", "log.pub", "--out", file]);
    assert_eq!(code, 0, "{err}");
    let (code, out, _) = cleanbill(&["log", "prove", "--receipt", file, "--key", "log.pub"]);
    assert_eq!(code, 0);
    assert!(out.contains("rule-set-published"), "{out}");
}

#[test]
fn what_cannot_be_used_is_said_with_code_2() {
    for (arguments, said) in [
        (&["log", "verify", "nowhere", "--key", "log.pub"][..], "nowhere: is no folder"),
        (&["log", "verify", "small-log", "--key", "nokey"], "nokey: neither a key nor a file"),
        (&["log", "verify", "small-log", "--key", "a+b+c"], "not a key of the form"),
        (&["log", "verify", "small-log", "--key", "witness-1.pub"], "is not a key of a log"),
        (&["log", "verify", "small-log"], "--key"),
        (&["log", "prove", "--key", "log.pub"], "--receipt"),
        (&["log", "prove", "--receipt", "log.pub", "--key", "log.pub"], "not a receipt or proof"),
        (
            &["log", "prove", "--index", "22", "--log", "small-log", "--key", "log.pub"],
            "the log has 22 entries",
        ),
    ] {
        let (code, out, err) = cleanbill(arguments);
        assert_eq!(code, 2, "{arguments:?} {out}");
        assert!(err.contains(said), "{arguments:?}: {err}");
    }
}
