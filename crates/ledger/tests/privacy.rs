//! Nothing in the public log tells who somebody is.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod made_log;

use std::collections::BTreeSet;

use ledger::*;
use made_log::*;
use proptest::prelude::*;
use serde_json::{Value, json};

/// Every field of every kind of entry. A new one is a decision about what the public may know.
const PUBLIC_FIELDS: &[&str] = &[
    "accesses",
    "approved_by",
    "area",
    "asked",
    "at",
    "batch",
    "body",
    "by",
    "change",
    "class",
    "days",
    "decision",
    "deletion_record",
    "document",
    "form",
    "from",
    "ground",
    "issuer",
    "kind",
    "name",
    "office",
    "order",
    "passes",
    "people",
    "public_key",
    "purpose",
    "reason",
    "records",
    "report",
    "role",
    "rule_set",
    "ruling",
    "to",
    "upheld",
    "version",
    "what",
];

fn walk(value: &Value, fields: &mut BTreeSet<String>, texts: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            for (name, value) in map {
                fields.insert(name.clone());
                walk(value, fields, texts);
            }
        }
        Value::Array(values) => values.iter().for_each(|value| walk(value, fields, texts)),
        Value::String(text) => texts.push(text.clone()),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[test]
fn the_public_fields_are_a_closed_list_and_their_texts_are_times_hashes_or_public_names() {
    let (mut fields, mut texts) = (BTreeSet::new(), Vec::new());
    for entry in entries(0, 110) {
        walk(&serde_json::from_slice(&entry.to_bytes().unwrap()).unwrap(), &mut fields, &mut texts);
    }
    let expected: BTreeSet<String> = PUBLIC_FIELDS.iter().map(|field| (*field).to_owned()).collect();
    assert_eq!(fields, expected);
    for text in texts {
        let is_public = text.parse::<jiff::Timestamp>().is_ok()
            || text.parse::<Sha256Hash>().is_ok()
            || text.parse::<BodyName>().is_ok();
        assert!(is_public, "{text}");
    }
}

#[test]
fn what_was_decided_does_not_stand_in_the_log() {
    let (files, _) = log(&entries(0, 110));
    for (path, bytes) in &files {
        let text = String::from_utf8_lossy(bytes);
        for number in 0..110 {
            assert!(!text.contains(&format!("p{number:06}")), "{path}");
        }
        assert!(!text.contains("lift"), "{path}");
    }
}

#[test]
fn the_id_of_a_person_cannot_stand_in_a_public_field() {
    let entry = entries(1, 2).remove(0);
    let good: Value = serde_json::from_slice(&entry.to_bytes().unwrap()).unwrap();
    Entry::parse(&serde_json_canonicalizer::to_vec(&good).unwrap()).unwrap();
    for (pointer, value) in [
        ("/by/body", json!("p000043")),
        ("/what/approved_by/body", json!("330106199001011234")),
        ("/what/ground", json!("p000043")),
        ("/what/ruling", json!("p000043")),
        ("/by/role", json!("anna")),
    ] {
        let mut changed = good.clone();
        *changed.pointer_mut(pointer).unwrap() = value;
        let bytes = serde_json_canonicalizer::to_vec(&changed).unwrap();
        assert!(matches!(Entry::parse(&bytes), Err(EntryError::Form(_))), "{pointer}");
    }
    for parent in ["", "/what", "/by", "/what/approved_by"] {
        let mut changed = good.clone();
        changed
            .pointer_mut(parent)
            .unwrap()
            .as_object_mut()
            .unwrap()
            .insert("person".to_owned(), json!("p000043"));
        let bytes = serde_json_canonicalizer::to_vec(&changed).unwrap();
        assert!(matches!(Entry::parse(&bytes), Err(EntryError::Form(_))), "{parent}");
    }
}

#[test]
fn entries_about_one_person_tell_the_hour_only() {
    for (number, entry) in entries(0, 110).iter().enumerate() {
        let is_hour = entry.at().as_second() % 3600 == 0;
        assert!(is_hour || entry.what().commitment().is_none(), "{number}");
        assert!(at(number).as_second() - entry.at().as_second() < 3600);
    }
    let entry = entries(1, 2).remove(0);
    let finer = String::from_utf8(entry.to_bytes().unwrap()).unwrap().replace("T08:00:00Z", "T08:01:00Z");
    assert!(matches!(Entry::parse(finer.as_bytes()), Err(EntryError::TooFine(_))));
}

#[test]
fn small_numbers_are_not_told_exactly() {
    let written = |number| serde_json::to_string(&Count::of(number)).unwrap();
    assert_eq!(
        (written(0), written(1), written(9), written(10)),
        ("0".into(), "\"1-9\"".into(), "\"1-9\"".into(), "10".into())
    );
    for number in 1..10 {
        assert!(serde_json::from_str::<Count>(&number.to_string()).is_err());
    }
}

#[test]
fn what_is_personal_does_not_show_itself() {
    let (files, checkpoint) = log(&entries(0, 3));
    let shown = format!("{:?}", receipt(&files, &checkpoint, 1));
    assert!(!shown.contains("p000001") && !shown.contains("lift"), "{shown}");
    assert!(!shown.contains(&Sha256Hash(salt(1).0).to_string()), "{shown}");
}

#[test]
fn a_commitment_is_the_hash_the_page_describes() {
    // Computed with: printf 'cleanbill/commitment/v1' + 32 zero bytes + '{"a":1,"b":"x"}' | sha256sum
    let content = Content::new(json!({ "b": "x", "a": 1 }).as_object().unwrap().clone()).unwrap();
    assert_eq!(content.canonical(), br#"{"a":1,"b":"x"}"#);
    assert_eq!(
        Commitment::to(&Salt([0; 32]), &content).to_string(),
        "9ab7a6f4d5671d91747bbdf80fc963307a9f08054b42948531b8e7023024f9e6"
    );
}

#[test]
fn numbers_without_one_written_form_are_refused() {
    for number in [json!(1.5), json!(9_007_199_254_740_992_u64), json!(-9_007_199_254_740_992_i64)] {
        let fields = json!({ "list": [{ "deep": number }] });
        let error = Content::new(fields.as_object().unwrap().clone()).unwrap_err();
        assert_eq!(error, ContentError::Number { at: "list[0].deep".to_owned() });
    }
}

#[test]
fn a_ruling_needs_two_bodies_and_an_end_within_14_days() {
    let ruling = |days, body| Logged::RulingMade {
        ground: Ground::WrongEvidence,
        days,
        approved_by: office(body),
        ruling: Commitment::to(&salt(1), &decision(1)),
    };
    let entry = |what| Entry::new(at(1), office("health/north"), what);
    entry(ruling(14, "oversight/city")).unwrap();
    assert_eq!(entry(ruling(15, "oversight/city")), Err(EntryError::RulingDays(15)));
    assert_eq!(entry(ruling(0, "oversight/city")), Err(EntryError::RulingDays(0)));
    assert_eq!(entry(ruling(1, "health/north")), Err(EntryError::OneBody("health/north".to_owned())));
}

#[test]
fn every_kind_of_entry_is_read_as_it_was_written_and_in_no_other_form() {
    for entry in entries(0, 22) {
        let bytes = entry.to_bytes().unwrap();
        assert_eq!(Entry::parse(&bytes).unwrap(), entry);
        let spaced = String::from_utf8(bytes).unwrap().replacen(':', ": ", 1);
        assert_eq!(Entry::parse(spaced.as_bytes()), Err(EntryError::NotCanonical));
    }
}

proptest! {
    #[test]
    fn the_same_content_under_another_salt_is_another_hash(first: [u8; 32], second: [u8; 32], number in 0_usize..1_000_000) {
        prop_assume!(first != second);
        let content = decision(number);
        prop_assert_ne!(Commitment::to(&Salt(first), &content), Commitment::to(&Salt(second), &content));
        prop_assert_ne!(Commitment::to(&Salt(first), &content), Commitment::to(&Salt(first), &decision(number + 1)));
    }
}
