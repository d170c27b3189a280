//! The vectors in `vectors/pass`: made here, byte for byte, with what is expected of every reader. `cargo nextest run -p
//! issuer` compares; with `WRITE_VECTORS=1` it writes them anew.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod cases;
mod workshop;

use std::{fs, path::PathBuf};

use pass::{Checker, Policy, Revocations, TrustList};
use serde_json::{Value, json};

use crate::{cases::Case, workshop::Workshop};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../vectors/pass")
}

/// The files of the folder, by name.
fn files(workshop: &Workshop, cases: &[Case]) -> Vec<(&'static str, Vec<u8>)> {
    let cases: Vec<Value> = cases.iter().map(Case::to_json).collect();
    let mut passes = serde_json::to_vec_pretty(&json!({
        "about": "One pass each: check `text` at `at` with trust-list.cbor and revoked.cbor (both signed by \
                  publisher.pem); at an essential place where `essential` says so. Steps: null is not reached.",
        "cases": cases,
    }))
    .unwrap();
    passes.push(b'\n');
    let mut files = vec![
        ("passes.json", passes),
        ("trust-list.cbor", workshop.trust_list()),
        ("revoked.cbor", workshop.filter()),
        ("publisher.pem", workshop.publisher.to_public_pem().unwrap().into_bytes()),
    ];
    for (name, key) in workshop.private_keys() {
        files.push((name, key.to_pem().unwrap().as_bytes().to_vec()));
    }
    files
}

#[test]
fn the_vectors_are_what_the_cases_say() {
    let workshop = Workshop::new();
    let cases = cases::all(&workshop);
    for (name, content) in files(&workshop, &cases) {
        let file = folder().join(name);
        if std::env::var_os("WRITE_VECTORS").is_some() {
            fs::create_dir_all(folder()).unwrap();
            fs::write(&file, &content).unwrap();
        }
        let there = fs::read(&file).unwrap();
        assert!(there == content, "{} differs; WRITE_VECTORS=1 writes it anew", file.display());
    }
}

#[test]
fn every_case_comes_out_as_expected() {
    let workshop = Workshop::new();
    let anchor = [workshop.anchor()];
    let trust = TrustList::read(&fs::read(folder().join("trust-list.cbor")).unwrap(), &anchor).unwrap();
    let filter = Revocations::read(&fs::read(folder().join("revoked.cbor")).unwrap(), &anchor).unwrap();
    let vectors: Value = serde_json::from_slice(&fs::read(folder().join("passes.json")).unwrap()).unwrap();
    let mut seen = std::collections::BTreeSet::new();
    for case in vectors["cases"].as_array().unwrap() {
        let name = case["name"].as_str().unwrap();
        let policy = Policy { is_essential: case["essential"] == true, ..Policy::default() };
        let mut checker = Checker::new(trust.to_store(), policy).with_revocations(filter.clone());
        let (text, at) = (case["text"].as_str().unwrap(), case["at"].as_str().unwrap().parse().unwrap());
        let checked = checker.check(text, at);
        let why: Vec<&str> = checked.why().iter().map(|why| why.code()).collect();
        seen.extend(checked.why().iter().copied());
        assert_eq!(json!(why), case["why"], "{name}");
        assert_eq!(checked.verdict().code(), case["verdict"], "{name}");
        assert_eq!(json!(checked.level().map(evidence::Level::word)), case["level"], "{name}");
        assert_eq!(json!(checked.format().map(pass::Format::code)), case["format"], "{name}");
        for (step, outcome) in checker.steps(text, at).by_name() {
            assert_eq!(json!(outcome), case["steps"][step], "{name}: {step}");
        }
    }
    let unseen: Vec<&str> =
        pass::Why::ALL.iter().filter(|why| !seen.contains(why)).map(|why| why.code()).collect();
    // With a filter, revocation of our own passes is always checked; the certificates of the EU have no filter.
    assert_eq!(unseen, Vec::<&str>::new(), "reasons that no vector has");
}

#[test]
fn one_flipped_bit_anywhere_never_admits() {
    let workshop = Workshop::new();
    let mut checker = workshop.checker();
    let pass = workshop.proven(&workshop.live(), "2026-11-23T08:30:00Z");
    let at = "2026-11-23T08:30:00Z".parse().unwrap();
    assert_eq!(checker.check(&pass, at).verdict(), pass::Verdict::Admit);
    let bytes = workshop::unpacked(&pass);
    for bit in 0..bytes.len() * 8 {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let checked = checker.check(&pass::write(&flipped), at);
        let is_harmless = workshop::says_the_same(&bytes, &flipped);
        assert!(is_harmless || checked.verdict() != pass::Verdict::Admit, "bit {bit}: {:?}", checked.why());
    }
}
