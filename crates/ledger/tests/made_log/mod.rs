//! A log of every kind of entry, with keys that are for tests only.

#![allow(dead_code, reason = "each test file uses a part")]

use std::collections::BTreeMap;

use jiff::Timestamp;
use ledger::*;
use serde_json::json;

pub type Files = BTreeMap<String, Vec<u8>>;

pub fn log_key() -> PrivateKey {
    PrivateKey::from_seed("log.example.org/health", KeyKind::Log, [1; 32]).unwrap()
}

pub fn witness(number: u8) -> PrivateKey {
    PrivateKey::from_seed(&format!("witness.example.org/{number}"), KeyKind::Witness, [100 + number; 32])
        .unwrap()
}

pub fn trust() -> Trust {
    Trust::new(log_key().key().clone(), vec![], 0).unwrap()
}

pub fn at(number: usize) -> Timestamp {
    let start: Timestamp = "2020-02-14T08:00:00Z".parse().unwrap();
    Timestamp::from_second(start.as_second() + 61 * i64::try_from(number).unwrap()).unwrap()
}

pub fn office(body: &str) -> Office {
    Office { role: Role::Reviewer, body: body.parse().unwrap() }
}

/// A salt that any test can make again; a real one is random.
pub fn salt(number: usize) -> Salt {
    Salt(Sha256Hash::of(format!("salt {number}").as_bytes()).0)
}

pub fn decision(number: usize) -> Content {
    let fields = json!({ "person": format!("p{number:06}"), "effect": "lift", "reason": "*", "until": "2020-02-20T08:00:00Z" });
    Content::new(fields.as_object().unwrap().clone()).unwrap()
}

fn hash(number: usize) -> Sha256Hash {
    Sha256Hash::of(format!("document {number}").as_bytes())
}

pub fn what(number: usize) -> Logged {
    let (from, to) = (at(number), at(number + 1));
    let commitment = Commitment::to(&salt(number), &decision(number));
    let count = Count::of(u32::try_from(number % 30).unwrap());
    let rule_set: DocumentName = "proportionate".parse().unwrap();
    let key: KeyName = "north.example.org".parse().unwrap();
    match number % 11 {
        0 => Logged::RuleSetPublished { rule_set, version: 3, document: hash(number), from, to },
        1 => Logged::RulingMade {
            ground: Ground::NotPresent,
            days: 6,
            approved_by: office("oversight/city"),
            ruling: commitment,
        },
        2 => Logged::PlaceTraceOrdered {
            area: "xihu-district".parse().unwrap(),
            asked: count,
            approved_by: office("oversight/city"),
            order: commitment,
        },
        3 => Logged::BatchHeld { reason: HoldReason::TooManyRulings, people: count, batch: commitment },
        4 => Logged::KeyChanged {
            purpose: KeyUse::Passes,
            name: key,
            public_key: hash(number),
            change: KeyChange::Revoked,
            to,
        },
        5 => Logged::TrustChanged { issuer: key, public_key: hash(number), change: KeyChange::Added },
        6 => Logged::DataDeleted {
            class: DataClass::Visits,
            from,
            to,
            records: count,
            deletion_record: hash(number),
        },
        7 => Logged::AccessStatistics {
            from,
            to,
            accesses: vec![AccessCount {
                office: office("health/north"),
                purpose: AccessPurpose::FollowUp,
                accesses: count,
            }],
        },
        8 => Logged::AccuracyReported { rule_set, version: 3, from, to, report: hash(number) },
        9 => Logged::PassesIssued { public_key: hash(number), from, to, passes: count },
        _ => Logged::AppealDecided { upheld: true, decision: commitment },
    }
}

pub fn entries(from: usize, to: usize) -> Vec<Entry> {
    (from..to).map(|number| Entry::new(at(number), office("health/north"), what(number)).unwrap()).collect()
}

/// A whole log, signed, with only the files its checkpoint needs.
pub fn log(entries: &[Entry]) -> (Files, SignedCheckpoint) {
    let appended = append(&Edge::empty(), entries).unwrap();
    let mut files: Files = appended.files.into_iter().map(|file| (file.path, file.bytes)).collect();
    let checkpoint =
        SignedCheckpoint::sign(appended.edge.size(), appended.edge.root().unwrap(), &log_key()).unwrap();
    files.insert(CHECKPOINT_PATH.to_owned(), checkpoint.to_bytes());
    (files, checkpoint)
}

pub fn receipt(files: &Files, checkpoint: &SignedCheckpoint, number: usize) -> Receipt {
    let proof = EntryProof::make(files, checkpoint, u64::try_from(number).unwrap()).unwrap();
    Receipt::new(decision(number), salt(number), proof).unwrap()
}
